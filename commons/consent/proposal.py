"""Proposals to widen a consent: kept as codes until another person approves or refuses them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from commons.consent.agreement import AgreementTerms
from commons.consent.records import About
from commons.consent.statements import Word
from commons.consent.wanted import Wanted, wanted_of
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.vocabulary import EvidenceKind, Stance

PROPOSALS = """
SELECT p.proposal_id, d.dataset_id, d.partner_id, d.slug, d.title, p.record_id, r.partner_key, p.agreement_id, p.wanted,
       p.lifts, p.proposed_by, p.evidence_kind, p.capacity, p.evidence, p.proposed_at, p.decision, p.decided_by
  FROM commons.consent_proposal p
  JOIN commons.dataset d USING (dataset_id)
  LEFT JOIN commons.source_record r USING (record_id)
"""


@dataclass(frozen=True)
class Proposal:
    """What someone proposes of a record's consent or (without a record) of the dataset's agreement.

    `agreement_id` is the agreement that was in force, and `lifts` the restrictions that would end, when it was made.
    """

    proposal_id: int
    dataset: Dataset
    record_id: int | None
    record_key: str | None
    agreement_id: int | None
    codes: dict[str, Any]
    lifts: tuple[int, ...]
    word: Word
    proposed_at: datetime
    decision: str | None
    decided_by: str | None

    @property
    def about(self) -> About:
        """The record, or the dataset."""
        return About(self.dataset.dataset_id, self.record_id)

    @property
    def wanted(self) -> Wanted:
        """The flags that are proposed."""
        return wanted_of(self.codes)

    @property
    def terms(self) -> AgreementTerms | None:
        """The agreement that is proposed, None where it is about a record."""
        if self.record_id is not None:
            return None
        return terms_of(self.codes, self.word)


def codes_of(wanted: Wanted, terms: AgreementTerms | None) -> dict[str, Any]:
    """Return what is proposed as codes."""
    codes = wanted.codes()
    return (
        codes
        if terms is None
        else {**codes, "stance": terms.stance.value, "signed_on": terms.signed_on.isoformat()}
    )


def terms_of(codes: Mapping[str, Any], word: Word) -> AgreementTerms:
    """Return the agreement that `codes_of` told, on this word."""
    flags = {name: value for name, value in vars(wanted_of(codes)).items() if name != "until"}
    return AgreementTerms(
        **flags,
        stance=Stance(codes["stance"]),
        signed_by=word.given_by,
        signed_on=date.fromisoformat(codes["signed_on"]),
        valid_until=date.fromisoformat(codes["until"]),
        capacity=word.capacity,
        evidence=word.evidence,
    )


def insert_proposal(
    connection: Connection,
    about: About,
    codes: dict[str, Any],
    word: Word,
    *,
    agreement_id: int | None,
    lifts: Collection[int],
) -> int:
    """Return the number of the new proposal, or of the same one where it waits already."""
    same = connection.execute(
        "SELECT proposal_id FROM commons.consent_proposal WHERE dataset_id = %s AND record_id IS NOT DISTINCT FROM %s"
        " AND agreement_id IS NOT DISTINCT FROM %s AND wanted = %s AND lifts = %s::bigint[] AND proposed_by = %s"
        " AND decided_at IS NULL",
        (*about, agreement_id, Jsonb(codes), list(lifts), word.given_by),
    ).fetchone()
    if same is not None:
        return int(same[0])
    row = connection.execute(
        "INSERT INTO commons.consent_proposal (dataset_id, record_id, agreement_id, wanted, lifts, proposed_by,"
        " capacity, evidence_kind, evidence) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING proposal_id",
        (*about, agreement_id, Jsonb(codes), list(lifts), word.given_by, word.capacity,
         word.evidence_kind.value, word.evidence),
    ).fetchone()  # fmt: skip
    assert row is not None  # noqa: S101 - an INSERT that returns
    return int(row[0])


def open_proposals(connection: Connection) -> list[Proposal]:
    """Return the proposals that wait for a second person, oldest first."""
    rows = connection.execute(PROPOSALS + "WHERE p.decided_at IS NULL ORDER BY p.proposal_id").fetchall()
    return [_proposal(row) for row in rows]


def find_proposal(connection: Connection, proposal_id: int) -> Proposal:
    """Return the proposal of this number, or raise CommonsError."""
    row = connection.execute(PROPOSALS + "WHERE p.proposal_id = %s", (proposal_id,)).fetchone()
    if row is None:
        raise CommonsError("consent.no_proposal", number=proposal_id)
    return _proposal(row)


def decide(connection: Connection, proposal_id: int, decision: str, decided_by: str) -> None:
    """Write down how the proposal was decided, and by whom."""
    connection.execute(
        "UPDATE commons.consent_proposal SET decided_at = clock_timestamp(), decision = %s, decided_by = %s"
        " WHERE proposal_id = %s",
        (decision, decided_by, proposal_id),
    )


def _proposal(row: tuple[Any, ...]) -> Proposal:
    number, dataset_id, partner_id, slug, title, record_id, key, agreement_id, codes, lifts = row[:10]
    proposed_by, kind, capacity, evidence, proposed_at, decision, decided_by = row[10:]
    return Proposal(
        number,
        Dataset(dataset_id, partner_id, slug, title),
        record_id,
        key,
        agreement_id,
        codes,
        tuple(lifts),
        Word(given_by=proposed_by, evidence_kind=EvidenceKind(kind), capacity=capacity, evidence=evidence),
        proposed_at,
        decision,
        decided_by,
    )
