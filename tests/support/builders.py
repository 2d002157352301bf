"""Builders with valid defaults: a test states only what it is about."""

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import pandas as pd

from commons.consent.agreement import AgreementTerms, sign_agreement
from commons.consent.record_flags import record_flags
from commons.database.connection import Connection, Role
from commons.partners import Dataset, add_dataset, add_partner
from commons.release import released
from commons.vocabulary import Audience, Precision, Stance, Visibility

OPEN_TERMS: dict[str, Any] = {
    "stance": Stance.ALLOW,
    "visibility": Visibility.PUBLIC,
    "precision": Precision.EXACT,
    "contact": Visibility.PUBLIC,
    "statistics": True,
    "reuse": True,
    "licence": "CC-BY-4.0",
    "signed_by": "Someone",
    "signed_on": date(2026, 1, 1),
    "valid_until": date(2100, 1, 1),
}
MATONGE = (4.3663, 50.8358)
FLAGS: dict[str, Any] = {
    "visibility": "public",
    "precision": "exact",
    "contact": "public",
    "statistics": True,
    "reuse": True,
    "licence": "CC-BY-4.0",
    "consent_by": None,
    "consent_on": None,
    "consent_until": None,
    "consent_evidence": None,
}
SCHEMA_OF = {
    Audience.PUBLIC: ("released_public", Role.PUBLIC),
    Audience.PARTNERS: ("released_partners", Role.PARTNER),
    Audience.RESEARCHERS: ("released_research", Role.RESEARCHER),
}
_numbers = count(1)


def open_terms(**changes: Any) -> AgreementTerms:
    """Return an agreement that allows everything, but for the changes."""
    return AgreementTerms(**{**OPEN_TERMS, **changes})


def make_dataset(
    connection: Connection, slug: str | None = None, terms: AgreementTerms | None = None
) -> Dataset:
    """Return a partner's new dataset, with an agreement unless `terms` is None."""
    slug = slug or f"dataset-{next(_numbers)}"
    partner = add_partner(connection, f"partner-of-{slug}", f"Partner of {slug}")
    dataset = add_dataset(connection, partner, slug, f"List of {slug}", f"© {slug}")
    if terms is not None:
        sign_agreement(connection, dataset, terms, approved_by="Someone else")
    return dataset


@dataclass(frozen=True)
class Stored:
    """A record put straight into the tables."""

    record_id: int
    alternative_id: int


def make_record(
    connection: Connection,
    dataset: Dataset,
    *,
    alternative_id: int | None = None,
    place: tuple[float, float] | None = MATONGE,
    flags: dict[str, Any] | None = None,
    present: frozenset[str] = frozenset(FLAGS),
    key: str | None = None,
    **values: Any,
) -> Stored:
    """Store a record with the given values, in an alternative of its own unless one is named; with flags if given."""
    key = key or f"key-{next(_numbers)}"
    upload_id = connection.execute(
        "INSERT INTO commons.upload (dataset_id, sha256, file_name, format, mode, mapping, rows_in, rows_stored,"
        " rows_set_aside, uploaded_by) VALUES (%s, '', 'f', 'csv', 'full', '{}', 1, 1, 0, 't') RETURNING upload_id",
        (dataset.dataset_id,),
    ).fetchone()[0]
    record_id = connection.execute(
        "INSERT INTO commons.source_record (dataset_id, partner_key) VALUES (%s, %s) RETURNING record_id",
        (dataset.dataset_id, key),
    ).fetchone()[0]
    told = {"name": "A name", "category": "food", "subject": "organisation", "name_composed": False, **values}
    columns = ", ".join(told)
    connection.execute(
        f"INSERT INTO commons.record_version (record_id, upload_id, row_number, content_hash, {columns}, geom,"
        " sector_id, neighbourhood_id, commune_id)"
        f" SELECT %s, %s, 1, '', {', '.join(['%s'] * len(told))}, p.geom,"
        " (SELECT min(district_id) FROM reference.district WHERE level = 'sector' AND is_current AND ST_Intersects(geom, p.geom)),"
        " (SELECT min(district_id) FROM reference.district WHERE level = 'neighbourhood' AND is_current AND ST_Intersects(geom, p.geom)),"
        " (SELECT min(district_id) FROM reference.district WHERE level = 'commune' AND is_current AND ST_Intersects(geom, p.geom))"
        " FROM (SELECT ST_SetSRID(ST_MakePoint(%s, %s), 4326) AS geom) p",
        (record_id, upload_id, *told.values(), *(place or (None, None))),
    )
    if flags is not None:
        frame = pd.DataFrame([{**FLAGS, **flags, "record_id": record_id}]).astype(object)
        record_flags(connection, dataset.dataset_id, upload_id, frame, present)
    connection.execute(
        "INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, reason, decided_by, is_human)"
        " SELECT record_id, %s, 'same', '{}', 't', true FROM commons.membership"
        " WHERE alternative_id = %s AND until_at IS NULL",
        (record_id, alternative_id),
    )
    if alternative_id is None:
        alternative_id = connection.execute(
            "INSERT INTO commons.alternative DEFAULT VALUES RETURNING alternative_id"
        ).fetchone()[0]
    connection.execute(
        "INSERT INTO commons.membership (alternative_id, record_id) VALUES (%s, %s)",
        (alternative_id, record_id),
    )
    return Stored(record_id, alternative_id)


def make_deny(connection: Connection, dataset: Dataset, record_id: int | None, audience: str) -> None:
    """Deny the display of a record, or of the whole dataset, to an audience and all further out."""
    partner_id = dataset.partner_id if audience == "partner" else None
    connection.execute(
        "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, named_partner_id, field_groups, purposes,"
        " given_by, evidence_kind, valid_from, valid_until)"
        " VALUES (%s, %s, 'deny', %s, %s, '{existence}', '{display}', 't', 'form', now(), 'infinity')",
        (dataset.dataset_id, record_id, audience, partner_id),
    )


def names(audience: Audience) -> list[str]:
    """Return the names that the audience sees."""
    return sorted(released(audience).alternatives()["name"])
