"""Storing what a file's consent flags say of its records: append-only, the earlier statement superseded."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any

import pandas as pd

from commons.calendar import LOCAL, today
from commons.consent.sentence import Sentence, sentences_of
from commons.database.connection import Connection
from commons.database.statements import copy_frame, copy_rows, run_file
from commons.vocabulary import Audience, ConsentEffect, FieldGroup, Precision, Purpose, Visibility

DEFAULT_VALIDITY = pd.DateOffset(months=24)
"""How long a consent without an end holds, before it must be renewed."""

SPOKEN = ("visibility", "precision", "contact", "statistics", "reuse")
STORED = (*SPOKEN, "licence", "consent_by", "consent_evidence", "valid_from", "valid_until")
"""The columns of `flagged_record` beside `record_id`."""
Statement = tuple[ConsentEffect, Sentence]

EVERYONE = (Audience.PARTNER, Audience.RESEARCHERS)
"""The two ends of the audiences: a restriction for both flows outward to all; for researchers alone, to the public."""

NOTHING = Sentence(Audience.PARTNERS, (), (), None)
"""What a record whose visibility cannot be read allows: it has spoken, so that no default comes back."""


def record_flags(
    connection: Connection, dataset_id: int, upload_id: int, flags: pd.DataFrame, present: AbstractSet[str]
) -> int:
    """Return how many consents were stored for these records.

    `flags` has `record_id` and the flag columns of a checked frame; `present` names the flags for which the file has
    a column at all. With no flag column the dataset's agreement decides, but for the rows that a remark withholds.
    """
    if not says_anything(present):
        flags = flags[flags["visibility"].eq(Visibility.WITHHELD.value)]
    prepare_flags(connection)
    copy_frame(connection, "flagged_record", with_validity(flags)[["record_id", *STORED]])
    return store_flags(connection, dataset_id, upload_id, present)


def prepare_flags(connection: Connection) -> None:
    """Make the temporary table `flagged_record`, into which go `record_id` and `STORED` of every record."""
    run_file(connection, "commons.consent", "flagged_record")


def store_flags(connection: Connection, dataset_id: int, upload_id: int, present: AbstractSet[str]) -> int:
    """Return how many consents were stored for what `flagged_record` holds; see `record_flags`."""
    given = connection.execute(
        "SELECT DISTINCT combination, visibility, precision, contact, statistics, reuse FROM flagged_record"
    ).fetchall()
    copy_rows(
        connection,
        "flag_statement",
        ["combination", "effect", "audience", "field_groups", "purposes", "precision"],
        [
            (combination, effect.value, *sentence.columns())
            for combination, *values in given
            for effect, sentence in statements_of(dict(zip(SPOKEN, values, strict=True)), present)
        ],
    )
    stored = run_file(
        connection, "commons.consent", "record_flags", {"dataset_id": dataset_id, "upload_id": upload_id}
    )
    return stored.rowcount


def says_anything(present: AbstractSet[str]) -> bool:
    """Say whether a file has a flag that gives or takes."""
    return bool(present & set(SPOKEN))


def statements_of(values: Mapping[Any, Any], present: AbstractSet[str]) -> list[Statement]:
    """Return what one combination of flags says; a value that could not be read is None and opens nothing."""
    stated = {name: None if pd.isna(value) else value for name, value in values.items()}
    if "visibility" not in present:
        if stated["visibility"] == Visibility.WITHHELD:  # a remark in the row's texts
            return [(ConsentEffect.ALLOW, NOTHING)]
        return _restrictions(stated, present)
    if stated["visibility"] is None:
        return [(ConsentEffect.ALLOW, NOTHING)]
    precision = Precision(stated["precision"] or Precision.WITHHELD) if "precision" in present else None
    contact = Visibility(stated["contact"]) if stated["contact"] else None
    return [
        (ConsentEffect.ALLOW, sentence)
        for sentence in sentences_of(
            Visibility(stated["visibility"]),
            precision,
            contact,
            statistics=bool(stated["statistics"]),
            reuse=bool(stated["reuse"]),
        )
    ]


def _restrictions(stated: Mapping[str, Any], present: AbstractSet[str]) -> list[Statement]:
    """Return what flags say where no visibility is among them: they only take away from the agreement's default."""
    found: list[Statement] = []
    if "precision" in present:
        precision = Precision(stated["precision"] or Precision.WITHHELD)
        found += [
            (ConsentEffect.COARSEN, Sentence(a, (FieldGroup.LOCATION,), (), precision)) for a in EVERYONE
        ]
    if "contact" in present and stated["contact"] != Visibility.PUBLIC:
        kept_from = (Audience.RESEARCHERS,) if stated["contact"] == Visibility.PARTNERS else EVERYONE
        found += _deny(kept_from, (FieldGroup.CONTACT_ORGANISATION,), Purpose.DISPLAY, Purpose.CONTACT)
    if "statistics" in present and not stated["statistics"]:
        found += _deny(EVERYONE, tuple(FieldGroup), Purpose.STATISTICS)
    if "reuse" in present and not stated["reuse"]:
        found += _deny(EVERYONE, tuple(FieldGroup), Purpose.REUSE)
    return found


def _deny(
    audiences: tuple[Audience, ...], groups: tuple[FieldGroup, ...], *purposes: Purpose
) -> list[Statement]:
    return [(ConsentEffect.DENY, Sentence(audience, groups, purposes, None)) for audience in audiences]


def with_validity(flags: pd.DataFrame) -> pd.DataFrame:
    """Return the flags with the half-open time in which they hold, as instants of the territory's days."""
    this_day = pd.Timestamp(today())
    since = pd.to_datetime(flags["consent_on"]).fillna(this_day)
    until = pd.to_datetime(flags["consent_until"]).fillna(since + DEFAULT_VALIDITY)
    since = since.where(since < until, until - timedelta(days=1))
    return flags.assign(valid_from=since.dt.tz_localize(LOCAL), valid_until=until.dt.tz_localize(LOCAL))
