"""Narrowings: what one person closed short of withdrawing, kept as flags so that a restored backup learns them too."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from commons.consent.agreement import agreement_in_force, sign_narrower
from commons.consent.proposal import terms_of
from commons.consent.record_change import narrow_record
from commons.consent.records import About, find_record
from commons.consent.statements import Word
from commons.consent.wanted import wanted_of
from commons.database.connection import Connection
from commons.partners import Dataset
from commons.safekeeping.ledger import EntryKind
from commons.safekeeping.note import note_withdrawal
from commons.vocabulary import EvidenceKind


def note_narrowing(
    connection: Connection, dataset: Dataset, about: About, record_key: str | None, codes: Mapping[str, Any]
) -> bool:
    """Return whether the ledger has it that a record, or (without a key) the agreement, is narrowed to these flags."""
    uid = uuid4()
    _keep(connection, uid, about, codes)
    return note_withdrawal(
        connection,
        uid=uid,
        kind=EntryKind.NARROWING,
        dataset=dataset.slug,
        record_key=record_key,
        wanted=codes,
    )


def narrow_again(
    connection: Connection,
    dataset: Dataset,
    uid: UUID,
    codes: Mapping[str, Any],
    *,
    record_key: str | None = None,
    narrowed_by: str,
) -> None:
    """Close again what a line of the ledger tells: a record, or (without a key) the agreement in force, if any.

    What is already narrower stays as it is.
    """
    word = Word(given_by=narrowed_by, evidence_kind=EvidenceKind.WITHDRAWAL)
    if record_key is None:
        about = About(dataset.dataset_id, None)
        signed = agreement_in_force(connection, dataset)
        if signed is not None:
            sign_narrower(connection, dataset, signed, terms_of(codes, word))
    else:
        about = About(dataset.dataset_id, find_record(connection, dataset, record_key, even_gone=True))
        narrow_record(connection, about, wanted_of(codes), word)
    _keep(connection, uid, about, codes)


def _keep(connection: Connection, uid: UUID, about: About, codes: Mapping[str, Any]) -> None:
    connection.execute(
        "INSERT INTO commons.narrowing (uid, dataset_id, record_id, wanted) VALUES (%s, %s, %s, %s)",
        (uid, *about, Jsonb(dict(codes))),
    )
