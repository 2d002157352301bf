"""A partner's sharing agreement for a dataset: the ceiling of what may be released, and the default for its records."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

import psycopg

from commons.audit import record_event
from commons.calendar import day_of, midnight
from commons.consent.cells import cells_of_bits, sentences_for
from commons.consent.sentence import Sentence
from commons.consent.wanted import Wanted
from commons.database.connection import Connection
from commons.partners import Dataset
from commons.vocabulary import Audience, Precision, Stance, Visibility

LADDER = tuple(Precision)


@dataclass(frozen=True, kw_only=True)
class AgreementTerms:
    """What a partner signs, in the words of the flags of a file.

    `visibility` and `contact` are the widest, `precision` the finest that any record may have. `valid_until` is the
    first day on which the agreement no longer holds (half-open).
    """

    stance: Stance
    visibility: Visibility
    precision: Precision
    contact: Visibility
    statistics: bool
    reuse: bool
    licence: str
    signed_by: str
    signed_on: date
    valid_until: date
    capacity: str | None = None
    evidence: str | None = None

    def wanted(self) -> Wanted:
        """Return the terms as flags."""
        return Wanted(
            visibility=self.visibility,
            precision=self.precision,
            contact=self.contact,
            statistics=self.statistics,
            reuse=self.reuse,
            licence=self.licence,
            until=self.valid_until,
        )


Term = tuple[Sentence, int | None]
"""A sentence of an agreement, and the partner it names."""


@dataclass(frozen=True)
class Signed:
    """The agreement in force."""

    agreement_id: int
    version: int
    stance: Stance
    licence: str
    signed_by: str
    signed_on: date
    approved_by: str | None
    valid_until: datetime


def sign_agreement(
    connection: Connection, dataset: Dataset, terms: AgreementTerms, approved_by: str | None = None
) -> int:
    """Return the id of the dataset's new agreement; the one in force before it ends.

    The database refuses it, at the latest when the caller commits, where it opens more than the one before and
    `approved_by` is nobody, or who signs.
    """
    return _sign(
        connection, dataset, terms, [(sentence, None) for sentence in terms.wanted().sentences()], approved_by
    )


def agreement_in_force(connection: Connection, dataset: Dataset) -> Signed | None:
    """Return the dataset's agreement of this moment."""
    row = connection.execute(
        "SELECT agreement_id, version, stance, licence, signed_by, signed_on, approved_by, valid_until"
        " FROM commons.agreement WHERE dataset_id = %s AND ended_at IS NULL"
        " AND valid_from <= clock_timestamp() AND valid_until > clock_timestamp()",
        (dataset.dataset_id,),
    ).fetchone()
    return Signed(row[0], row[1], Stance(row[2]), *row[3:]) if row else None


def opens_more(connection: Connection, agreement_id: int, than_agreement_id: int | None) -> bool:
    """Tell whether an agreement opens anything that another does not; more than none, always."""
    if than_agreement_id is None:
        return True
    row = connection.execute(
        "SELECT commons.opens_more(%s, %s)", (agreement_id, than_agreement_id)
    ).fetchone()
    return bool(row and row[0])


def sign_narrower(
    connection: Connection, dataset: Dataset, before: Signed, terms: AgreementTerms
) -> int | None:
    """Return the id of an agreement of what both `before` and these terms allow, None where `before` is no wider."""
    narrower = AgreementTerms(
        **{
            **vars(terms),
            "stance": Stance.ASK if Stance.ASK in (before.stance, terms.stance) else Stance.ALLOW,
            "licence": before.licence,
            "valid_until": min(day_of(before.valid_until), terms.valid_until),
        }
    )
    with connection.transaction():
        agreement_id = _sign(connection, dataset, narrower, _common_terms(connection, before, terms.wanted()))
        if opens_more(connection, before.agreement_id, agreement_id):
            return agreement_id
        raise psycopg.Rollback
    return None


def _common_terms(connection: Connection, before: Signed, wanted: Wanted) -> list[Term]:
    rows = connection.execute(
        "SELECT audience, partner_id, purpose, cells, finest FROM commons.agreed(%s)",
        ([before.agreement_id],),
    ).fetchall()
    found: list[Term] = []
    for audience, partner_id, _purpose, bits, finest in rows:
        agreed = Audience(audience)
        precision = max(Precision(finest or wanted.precision), wanted.precision, key=LADDER.index)
        both = cells_of_bits(bits) & wanted.cells(agreed)
        found += [(told, partner_id or None) for told in sentences_for(agreed, both, precision)]
    return found


def _sign(
    connection: Connection,
    dataset: Dataset,
    terms: AgreementTerms,
    sentences: Iterable[Term],
    approved_by: str | None = None,
) -> int:
    connection.execute(
        "UPDATE commons.agreement SET ended_at = now() WHERE dataset_id = %s AND ended_at IS NULL",
        (dataset.dataset_id,),
    )
    row = connection.execute(
        "INSERT INTO commons.agreement (dataset_id, version, stance, licence, signed_by, capacity, signed_on, evidence,"
        " approved_by, valid_from, valid_until)"
        " SELECT %(dataset_id)s, coalesce(max(version), 0) + 1, %(stance)s, %(licence)s, %(signed_by)s, %(capacity)s,"
        " %(signed_on)s, %(evidence)s, %(approved_by)s, %(valid_from)s, %(valid_until)s"
        " FROM commons.agreement WHERE dataset_id = %(dataset_id)s RETURNING agreement_id",
        {
            **vars(terms),
            "dataset_id": dataset.dataset_id,
            "stance": terms.stance.value,
            "approved_by": approved_by,
            "valid_from": midnight(terms.signed_on),
            "valid_until": midnight(terms.valid_until),
        },
    ).fetchone()
    assert row is not None  # noqa: S101 - an INSERT that returns
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO commons.agreement_term"
            " (agreement_id, named_partner_id, audience, field_groups, purposes, precision)"
            " VALUES (%s, %s, %s, %s::reference.field_group[], %s::reference.purpose[], %s)",
            [tuple(chain(row, (named,), sentence.columns())) for sentence, named in sentences],
        )
    record_event(connection, terms.signed_by, "sign agreement", "dataset", dataset.slug, agreement_id=row[0])
    return int(row[0])
