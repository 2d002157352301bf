"""A partner's sharing agreement for a dataset: the ceiling of what may be released, and the default for its records."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import chain

from commons.audit import record_event
from commons.consent.sentence import Sentence, sentences_of
from commons.database.connection import Connection
from commons.partners import Dataset
from commons.vocabulary import Precision, Stance, Visibility


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

    def sentences(self) -> list[Sentence]:
        """Return the terms as sentences of consent."""
        return sentences_of(
            self.visibility, self.precision, self.contact, statistics=self.statistics, reuse=self.reuse
        )


def sign_agreement(connection: Connection, dataset: Dataset, terms: AgreementTerms) -> int:
    """Return the id of the dataset's new agreement; the one in force before it ends."""
    connection.execute(
        "UPDATE commons.agreement SET ended_at = now() WHERE dataset_id = %s AND ended_at IS NULL",
        (dataset.dataset_id,),
    )
    row = connection.execute(
        "INSERT INTO commons.agreement"
        " (dataset_id, version, stance, licence, signed_by, signed_on, valid_from, valid_until)"
        " SELECT %s, coalesce(max(version), 0) + 1, %s, %s, %s, %s, %s, %s FROM commons.agreement WHERE dataset_id = %s"
        " RETURNING agreement_id",
        (
            dataset.dataset_id,
            terms.stance.value,
            terms.licence,
            terms.signed_by,
            terms.signed_on,
            _midnight(terms.signed_on),
            _midnight(terms.valid_until),
            dataset.dataset_id,
        ),
    ).fetchone()
    assert row is not None  # noqa: S101 - an INSERT that returns
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO commons.agreement_term (agreement_id, audience, field_groups, purposes, precision)"
            " VALUES (%s, %s, %s::reference.field_group[], %s::reference.purpose[], %s)",
            [tuple(chain(row, sentence.columns())) for sentence in terms.sentences()],
        )
    record_event(connection, terms.signed_by, "sign agreement", "dataset", dataset.slug, agreement_id=row[0])
    return int(row[0])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
