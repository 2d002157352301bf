"""Deciding a proposal to widen a consent: another person than who made it approves it, and it is looked at anew."""

from dataclasses import replace

from commons.audit import record_event
from commons.consent.agreement import agreement_in_force, sign_agreement
from commons.consent.change import Change
from commons.consent.checks import are_two, check_day, check_name, in_force, lock_dataset
from commons.consent.effects import effects_since, note_shown
from commons.consent.proposal import Proposal, decide, find_proposal
from commons.consent.record_change import opposing, widen_record
from commons.consent.records import find_record
from commons.consent.statements import Restriction, Word, lift
from commons.database.connection import Connection
from commons.errors import CommonsError


def approve(connection: Connection, proposal_id: int, *, approved_by: str, dry_run: bool = False) -> Change:
    """Return what changed when another person approved a proposal, which is looked at anew.

    Raises CommonsError where it is the same person, the proposal is decided, its record has gone, its end is past, or
    something it does not know of has been closed since.
    """
    with connection.transaction(force_rollback=dry_run):
        dataset = find_proposal(connection, proposal_id).dataset
        lock_dataset(connection, dataset)
        proposal = find_proposal(connection, proposal_id)
        opposed = _check_open(connection, proposal, approved_by)
        note_shown(connection, proposal.about)
        _widen(connection, proposal, opposed, replace(proposal.word, approved_by=approved_by))
        effects = effects_since(connection, with_districts=dry_run)
        decide(connection, proposal_id, "approved", approved_by)
        _tell(connection, approved_by, "approve consent", proposal)
        return Change(dataset.slug, proposal.record_key, False, True, effects, (), proposal_id)


def refuse(connection: Connection, proposal_id: int, *, refused_by: str) -> None:
    """Close a proposal without doing what it proposes; who made it may do so too."""
    dataset = find_proposal(connection, proposal_id).dataset
    with connection.transaction():
        lock_dataset(connection, dataset)
        proposal = find_proposal(connection, proposal_id)
        if proposal.decision is not None:
            raise CommonsError("consent.decided", number=proposal_id)
        check_name(connection, refused_by)
        decide(connection, proposal_id, "refused", refused_by)
        _tell(connection, refused_by, "refuse consent", proposal)


def _check_open(connection: Connection, proposal: Proposal, approved_by: str) -> list[Restriction]:
    """Return what is to be lifted, or raise CommonsError.

    It is refused unless this person may approve the proposal, and it still means what it meant.
    """
    number, dataset = proposal.proposal_id, proposal.dataset
    if proposal.decision is not None:
        raise CommonsError("consent.decided", number=number)
    check_name(connection, approved_by)
    if not are_two(connection, proposal.word.given_by, approved_by):
        raise CommonsError("consent.same_person", number=number)
    check_day(proposal.wanted.until)
    if proposal.record_key is not None:
        find_record(connection, dataset, proposal.record_key)
        in_force(connection, dataset)
    else:
        signed = agreement_in_force(connection, dataset)
        if proposal.agreement_id != (signed.agreement_id if signed else None):
            raise CommonsError("consent.overtaken", number=number)
    found = opposing(connection, proposal.about, proposal.wanted)
    if not {restriction.consent_id for restriction in found} <= set(proposal.lifts):
        raise CommonsError("consent.overtaken", number=number)
    return found


def _widen(connection: Connection, proposal: Proposal, opposed: list[Restriction], word: Word) -> None:
    if proposal.record_id is not None:
        widen_record(connection, proposal.about, proposal.wanted, opposed, word)
    elif proposal.terms is not None:
        lift(connection, proposal.about, opposed, word)
        sign_agreement(connection, proposal.dataset, proposal.terms, word.approved_by)


def _tell(connection: Connection, actor: str, action: str, proposal: Proposal) -> None:
    who = actor if proposal.record_id is None else f"record {proposal.record_id}"
    record_event(connection, who, action, "dataset", proposal.dataset.slug, proposal_id=proposal.proposal_id)
