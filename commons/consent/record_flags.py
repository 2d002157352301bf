"""Storing what a file's consent flags say of its records: append-only, the earlier statement superseded."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd

from commons.consent.sentence import Sentence, sentences_of
from commons.database.connection import Connection
from commons.database.statements import copy_rows, run_file
from commons.vocabulary import Audience, ConsentEffect, FieldGroup, Precision, Purpose, Visibility

DEFAULT_VALIDITY = pd.DateOffset(months=24)
"""How long a consent without an end holds, before it must be renewed."""

SPOKEN = ("visibility", "precision", "contact", "statistics", "reuse")
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
    a column at all. With no flag column, nothing is said and the dataset's agreement decides.
    """
    if not present & set(SPOKEN):
        return 0
    given = flags.drop_duplicates(list(SPOKEN))[list(SPOKEN)].reset_index(drop=True)
    statements = pd.DataFrame(
        [
            (combination, effect.value, *sentence.columns())
            for combination, values in enumerate(given.to_dict("records"))
            for effect, sentence in statements_of(values, present)
        ],
        columns=["combination", "effect", "audience", "field_groups", "purposes", "precision"],
    )
    keyed = flags.merge(given.assign(combination=given.index), on=list(SPOKEN), how="left")
    rows = _with_validity(keyed).merge(
        statements.astype({"combination": "int64"}), on="combination", suffixes=("_flag", "")
    )
    columns = ["record_id", "effect", "audience", "field_groups", "purposes", "precision", "licence", "consent_by",
               "consent_evidence", "valid_from", "valid_until"]  # fmt: skip
    run_file(connection, "commons.consent", "incoming_consent")
    stored = rows[columns].astype(object).where(rows[columns].notna(), None)
    copy_rows(connection, "incoming_consent", columns, stored.itertuples(index=False, name=None))
    run_file(
        connection, "commons.consent", "record_flags", {"dataset_id": dataset_id, "upload_id": upload_id}
    )
    return len(rows)


def statements_of(values: Mapping[Any, Any], present: AbstractSet[str]) -> list[Statement]:
    """Return what one combination of flags says; a value that could not be read is None and opens nothing."""
    stated = {name: None if pd.isna(value) else value for name, value in values.items()}
    if "visibility" not in present:
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


def _with_validity(flags: pd.DataFrame) -> pd.DataFrame:
    """Return the flags with the half-open time in which they hold, as timestamps in UTC."""
    today = pd.Timestamp(date.today())  # noqa: DTZ011 - a day, in the partner's own sense
    since = pd.to_datetime(flags["consent_on"]).fillna(today)
    until = pd.to_datetime(flags["consent_until"]).fillna(since + DEFAULT_VALIDITY)
    since = since.where(since < until, until - timedelta(days=1))
    return flags.assign(valid_from=since.map(_utc), valid_until=until.map(_utc))


def _utc(day: pd.Timestamp) -> datetime:
    return datetime.combine(day.date(), time(), UTC)
