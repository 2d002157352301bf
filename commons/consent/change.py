"""Changing consent: what narrows takes effect at once, what widens is a proposal that another person approves."""

from dataclasses import dataclass, replace

from commons.audit import record_event
from commons.calendar import day_of, today
from commons.consent.agreement import (
    AgreementTerms,
    Signed,
    agreement_in_force,
    opens_more,
    sign_agreement,
    sign_narrower,
)
from commons.consent.checks import check_change, in_force
from commons.consent.effects import Effect, effects_since, note_shown
from commons.consent.narrowing import note_narrowing
from commons.consent.proposal import codes_of, insert_proposal
from commons.consent.record_change import (
    Permissions,
    narrow_record,
    opens_anything,
    opposing,
    permissions,
    widen_record,
)
from commons.consent.records import About, find_record
from commons.consent.statements import Word, lift
from commons.consent.wanted import Wanted
from commons.database.connection import Connection
from commons.partners import Dataset


@dataclass(frozen=True)
class Change:
    """What a change of consent did at once, and what waits for a second person.

    `proposal_id` is None where nothing would open, and in a dry run. `if_approved` are the effects that all of it would
    have, told in a dry run. `exceeds`: it asks for more than the agreement and the record's place allow. `in_ledger` is
    False where what closed could not be noted outside the database: it must be, before a backup counts.
    """

    dataset: str
    record: str | None
    narrows: bool
    widens: bool
    effects: tuple[Effect, ...]
    if_approved: tuple[Effect, ...] = ()
    proposal_id: int | None = None
    exceeds: bool = False
    in_ledger: bool = True


def set_consent(
    connection: Connection,
    dataset: Dataset,
    wanted: Wanted,
    word: Word,
    *,
    record_key: str | None = None,
    dry_run: bool = False,
) -> Change:
    """Return what changed: a record's consent, or (without a key) the dataset's agreement, is made what is wanted.

    What closes is closed when the caller commits, and outlasts later files. What would open anything to any reader is
    only proposed, until another person approves it. A dry run changes nothing and returns what would be. Raises
    CommonsError where there is no such record, no agreement in force, or the end is past.
    """
    with connection.transaction(force_rollback=dry_run):
        check_change(connection, dataset, word.given_by, wanted)
        signed = in_force(connection, dataset)
        if record_key is None:
            return _set_agreement(
                connection, dataset, signed, _terms(signed, wanted, word), word, dry_run=dry_run
            )
        return _set_record(connection, dataset, record_key, wanted, word, dry_run=dry_run)


def set_agreement(
    connection: Connection, dataset: Dataset, terms: AgreementTerms, *, dry_run: bool = False
) -> Change:
    """Return what changed: the dataset's agreement becomes this one at once where it opens nothing, else once approved.

    The first agreement opens all that it allows.
    """
    word = Word(given_by=terms.signed_by, capacity=terms.capacity, evidence=terms.evidence)
    with connection.transaction(force_rollback=dry_run):
        check_change(connection, dataset, terms.signed_by, terms.wanted())
        signed = agreement_in_force(connection, dataset)
        return _set_agreement(connection, dataset, signed, terms, word, dry_run=dry_run)


def _set_record(
    connection: Connection, dataset: Dataset, key: str, wanted: Wanted, word: Word, *, dry_run: bool
) -> Change:
    record_id = find_record(connection, dataset, key)
    about = About(dataset.dataset_id, record_id)
    before = permissions(connection, record_id)
    if_approved: tuple[Effect, ...] = ()
    note_shown(connection, about)
    opposed = opposing(connection, about, wanted)
    with connection.transaction(force_rollback=True):
        widen_record(connection, about, wanted, opposed, _with_someone(word))
        tried = permissions(connection, record_id)
        widens = opens_anything(before, tried)
        if dry_run and widens:
            if_approved = effects_since(connection, with_districts=True)
    narrows = narrow_record(connection, about, wanted, word) > 0
    in_ledger = (
        dry_run or not narrows or note_narrowing(connection, dataset, about, key, codes_of(wanted, None))
    )
    effects = effects_since(connection, with_districts=dry_run)
    proposal_id = None
    if widens and not dry_run:
        codes, lifts = codes_of(wanted, None), [restriction.consent_id for restriction in opposed]
        proposal_id = insert_proposal(connection, about, codes, word, agreement_id=None, lifts=lifts)
    # The log cannot be erased: of one record, whose person it may have been, the statements say who.
    record_event(
        connection, f"record {record_id}", "set consent", "dataset", dataset.slug,
        narrows=narrows, proposal_id=proposal_id,
    )  # fmt: skip
    return Change(
        dataset.slug, key, narrows, widens, effects, if_approved,
        proposal_id, _exceeds(wanted, tried), in_ledger,
    )  # fmt: skip


def _set_agreement(
    connection: Connection,
    dataset: Dataset,
    signed: Signed | None,
    terms: AgreementTerms,
    word: Word,
    *,
    dry_run: bool,
) -> Change:
    about = About(dataset.dataset_id, None)
    wanted, before = terms.wanted(), signed.agreement_id if signed else None
    if_approved: tuple[Effect, ...] = ()
    note_shown(connection, about)
    opposed = opposing(connection, about, wanted)
    with connection.transaction(force_rollback=True):
        lift(connection, about, opposed, _with_someone(word))
        after = sign_agreement(connection, dataset, terms, _with_someone(word).approved_by)
        widens = bool(opposed) or opens_more(connection, after, before)
        narrows = before is not None and opens_more(connection, before, after)
        if dry_run and widens:
            if_approved = effects_since(connection, with_districts=True)
    proposal_id = None
    if widens:
        narrower = sign_narrower(connection, dataset, signed, terms) if signed else None
        narrows = narrower is not None
        if not dry_run:
            proposal_id = insert_proposal(
                connection, about, codes_of(wanted, terms), word,
                agreement_id=narrower or before, lifts=[restriction.consent_id for restriction in opposed],
            )  # fmt: skip
    elif narrows:
        sign_agreement(connection, dataset, terms)
    in_ledger = (
        dry_run or not narrows or note_narrowing(connection, dataset, about, None, codes_of(wanted, terms))
    )
    effects = effects_since(connection, with_districts=dry_run)
    record_event(
        connection,
        word.given_by,
        "set agreement",
        "dataset",
        dataset.slug,
        narrows=narrows,
        proposal_id=proposal_id,
    )
    return Change(dataset.slug, None, narrows, widens, effects, if_approved, proposal_id, in_ledger=in_ledger)


def _terms(signed: Signed, wanted: Wanted, word: Word) -> AgreementTerms:
    """Return an agreement of the flags that are wanted; what they do not speak of stays."""
    flags = {name: value for name, value in vars(wanted).items() if name not in {"licence", "until"}}
    return AgreementTerms(
        **flags,
        stance=signed.stance,
        licence=wanted.licence or signed.licence,
        signed_by=word.given_by,
        signed_on=today(),
        valid_until=wanted.until or day_of(signed.valid_until),
        capacity=word.capacity,
        evidence=word.evidence,
    )


def _exceeds(wanted: Wanted, permitted: Permissions) -> bool:
    """Tell whether something that is wanted is not had even by two people's word."""
    had = {
        (reader.audience, group, purpose)
        for (reader, purpose), permission in permitted.items()
        for group in permission.groups
    }
    audiences = {reader.audience for reader, _ in permitted if not reader.partner_id}
    if not audiences:
        return True
    return any((a, *cell) not in had for a in audiences for cell in wanted.cells(a))


def _with_someone(word: Word) -> Word:
    """Return the word as if another had approved it: to try what it would open, never to be stored."""
    return replace(word, approved_by=f"not {word.given_by}")
