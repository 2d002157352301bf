"""The review queue: what waits, and deciding on it. A decision is audited, and erases the visitor's e-mail address."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from commons.audit import record_event
from commons.consent.checks import check_name
from commons.database.connection import Connection
from commons.database.proposal_lengths import LONGEST
from commons.database.statements import run_file
from commons.errors import CommonsError
from commons.partners import Dataset, Partner
from commons.proposals.draft import clean
from commons.vocabulary import Language, ProposalKind, ProposedField

CORRECTION = ("reference", "dataset", "partner_key", "name", "field", "present", "told", "why")


@dataclass(frozen=True)
class Proposal:
    """A visitor's proposal; `title` is what it calls the alternative, or what everyone sees it called now."""

    reference: str
    kind: ProposalKind
    language: Language
    received_at: datetime
    field: ProposedField | None
    told: str | None
    why: str | None
    name: str | None
    category: str | None
    address: str | None
    lon: float | None
    lat: float | None
    website: str | None
    description: str | None
    contact: str | None
    decided_at: datetime | None
    decision: str | None
    decided_by: str | None
    note: str | None
    public_id: str | None
    title: str | None

    @property
    def words(self) -> dict[str, str]:
        """What the visitor said, by the field's name, without what is empty."""
        point = None if self.lat is None or self.lon is None else f"{self.lat:.6f}, {self.lon:.6f}"
        texts = ("told", "name", "address", "point", "website", "description", "why", "contact")
        said = {name: point if name == "point" else getattr(self, name) for name in texts}
        return {name: text for name, text in said.items() if text}


@dataclass(frozen=True)
class Decider:
    """Who decides, with what note, and for which partner; None is the group of the commons."""

    name: str
    note: str = ""
    partner: Partner | None = None


def proposals(
    connection: Connection, partner: Partner | None = None, *, waiting: bool = True
) -> list[Proposal]:
    """Return proposals, oldest first; for a partner those about its own records, and all additions."""
    return _read(connection, partner, None, waiting=waiting)


def find_proposal(connection: Connection, reference: str, partner: Partner | None = None) -> Proposal:
    """Return the proposal, or raise CommonsError: the same where it is none of the partner's."""
    found = _read(connection, partner, reference.strip().upper(), waiting=False)
    if not found:
        raise CommonsError("proposal.unknown")
    return found[0]


def corrections(
    connection: Connection,
    *,
    reference: str | None = None,
    partner: Partner | None = None,
    dataset: Dataset | None = None,
    accepted: bool = True,
) -> pd.DataFrame:
    """Return a line for each record that an error is told of: its list and key, its present value, and what is said."""
    values = {
        "reference": reference,
        "partner_id": partner.partner_id if partner else None,
        "dataset_id": dataset.dataset_id if dataset else None,
        "accepted": accepted,
    }
    rows = run_file(connection, "commons.proposals", "corrections", values).fetchall()
    return pd.DataFrame(rows, columns=list(CORRECTION))


def refuse(connection: Connection, reference: str, decider: Decider) -> None:
    """Close a proposal without doing what it proposes; the caller commits."""
    decide(connection, find_proposal(connection, reference, decider.partner), "refused", decider)


def accept_error(connection: Connection, reference: str, decider: Decider) -> pd.DataFrame:
    """Return the corrections that the lists' keepers now have to make: only what they send changes the map.

    The caller commits.
    """
    proposal = find_proposal(connection, reference, decider.partner)
    if proposal.kind is not ProposalKind.ERROR:
        raise CommonsError("proposal.no_dataset")
    decide(connection, proposal, "accepted", decider)
    return corrections(connection, reference=proposal.reference, partner=decider.partner)


def decide(
    connection: Connection,
    proposal: Proposal,
    decision: str,
    decider: Decider,
    *,
    upload_id: int | None = None,
) -> None:
    """Keep a decision, once; the log has who and what, and nothing of what was said. The caller commits."""
    check_name(connection, decider.name)
    note = clean(decider.note, of_several_lines=True)
    if len(note) > LONGEST["note"] or len(decider.name) > LONGEST["decided_by"]:
        raise CommonsError("proposal.long_note", most=LONGEST["note"])
    done = connection.execute(
        "UPDATE commons.proposal SET contact = NULL, decided_at = now(), decision = %s, decided_by = %s, note = %s,"
        " upload_id = %s WHERE reference = %s AND decided_at IS NULL",
        (decision, decider.name, note or None, upload_id, proposal.reference),
    )
    if not done.rowcount:
        raise CommonsError("proposal.decided", reference=proposal.reference)
    partner = decider.partner.slug if decider.partner else None
    record_event(
        connection, decider.name, f"proposal {decision}", "proposal", proposal.reference,
        kind=proposal.kind.value, partner=partner, upload_id=upload_id,
    )  # fmt: skip


def forget_proposals(connection: Connection) -> int:
    """Return how many proposals were deleted, being twelve months old."""
    row = connection.execute("SELECT commons.forget_proposals()").fetchone()
    return int(row[0]) if row else 0


def _read(
    connection: Connection, partner: Partner | None, reference: str | None, *, waiting: bool
) -> list[Proposal]:
    values = {
        "reference": reference,
        "partner_id": partner.partner_id if partner else None,
        "waiting": waiting,
    }
    rows = run_file(connection, "commons.proposals", "proposals", values).fetchall()
    return [
        Proposal(row[0], ProposalKind(row[1]), Language(row[2]), row[3],
                 ProposedField(row[4]) if row[4] else None, *row[5:])
        for row in rows
    ]  # fmt: skip
