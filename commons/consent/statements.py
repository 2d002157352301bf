"""Statements of consent that someone makes: restrictions that stand until two people lift them, and what two allow."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from commons.calendar import midnight
from commons.consent.cells import ALLOWED_BY, SPOKEN_OF, Cells, sentences_for
from commons.consent.records import About
from commons.consent.wanted import Statement, Wanted
from commons.database.connection import Connection
from commons.vocabulary import Audience, ConsentEffect, EvidenceKind, FieldGroup, Precision, Purpose

LADDER = tuple(Precision)


@dataclass(frozen=True, kw_only=True)
class Word:
    """On whose word: who says so, in which capacity, how, and who else approved it."""

    given_by: str
    evidence_kind: EvidenceKind = EvidenceKind.FORM
    capacity: str | None = None
    evidence: str | None = None
    approved_by: str | None = None


@dataclass(frozen=True)
class Restriction:
    """A denial or a coarsening that stands, or will; `valid_until` None is for good."""

    consent_id: int
    effect: ConsentEffect
    audience: Audience
    named_partner_id: int | None
    cells: Cells
    precision: Precision | None
    is_flag: bool
    has_begun: bool
    valid_from: datetime
    valid_until: datetime | None

    def opposes(self, wanted: Wanted) -> bool:
        """Tell whether it closes something that is wanted open."""
        if not self.has_begun and (wanted.until is None or self.valid_from >= midnight(wanted.until)):
            return False
        if self.effect is ConsentEffect.COARSEN:
            return self._rung() > LADDER.index(wanted.precision)
        return bool(self.cells & wanted.cells(self.audience))

    def covers(self, statement: Statement, since: datetime | None) -> bool:
        """Tell whether a restriction from `since` adds nothing to this one, for good and whatever a file says."""
        effect, sentence = statement
        holds_then = self.has_begun or (since is not None and self.valid_from <= since)
        lasts = holds_then and self.valid_until is None and not self.is_flag and self.named_partner_id is None
        if not lasts or effect is not self.effect or self.audience not in _further_in(sentence.audience):
            return False
        if effect is ConsentEffect.COARSEN:
            return sentence.precision is not None and self._rung() >= LADDER.index(sentence.precision)
        return self.cells >= {
            (group, purpose) for group in sentence.field_groups for purpose in sentence.purposes
        }

    def _rung(self) -> int:
        return LADDER.index(self.precision or Precision.EXACT)


def _further_in(audience: Audience) -> set[Audience]:
    """Return the audiences a restriction for which also binds all whom one for this audience binds."""
    bound = {reader for reader in Audience if audience in _reach(reader)}
    return {
        other for other in Audience if bound <= {reader for reader in Audience if other in _reach(reader)}
    }


def _reach(audience: Audience) -> set[Audience]:
    return {reader for reader, allowed_by in ALLOWED_BY.items() if audience in allowed_by}


def standing_restrictions(connection: Connection, about: About) -> list[Restriction]:
    """Return what restricts a record by name, or (None) the whole dataset, now or later."""
    rows = connection.execute(
        "SELECT consent_id, effect, audience, named_partner_id, field_groups::text[], purposes::text[], precision,"
        " evidence_kind = 'import flag', valid_from <= clock_timestamp(), valid_from, nullif(valid_until, 'infinity')"
        " FROM commons.consent WHERE dataset_id = %s AND record_id IS NOT DISTINCT FROM %s AND effect <> 'allow'"
        " AND ended_at IS NULL AND valid_until > clock_timestamp() ORDER BY consent_id",
        about,
    ).fetchall()
    return [
        Restriction(
            consent_id,
            ConsentEffect(effect),
            Audience(audience),
            named,
            frozenset((FieldGroup(group), Purpose(purpose)) for group in groups for purpose in purposes),
            Precision(precision) if precision else None,
            *rest,
        )
        for consent_id, effect, audience, named, groups, purposes, precision, *rest in rows
    ]


def lift(
    connection: Connection,
    about: About,
    restrictions: Collection[Restriction],
    word: Word,
) -> None:
    """End these restrictions; what they close that no flag speaks of stays closed."""
    connection.execute(
        "UPDATE commons.consent SET ended_at = clock_timestamp(), ended_as = 'lifted', ended_by = %s,"
        " end_approved_by = %s WHERE consent_id = ANY (%s)",
        (word.given_by, word.approved_by, [restriction.consent_id for restriction in restrictions]),
    )
    for kept in restrictions:
        if kept.effect is ConsentEffect.DENY:
            beyond = sentences_for(kept.audience, kept.cells - SPOKEN_OF, None)
            left = [(ConsentEffect.DENY, told) for told in beyond]
            since = None if kept.has_begun else kept.valid_from
            state(
                connection, about, left, word,
                named_partner_id=kept.named_partner_id, since=since, until=kept.valid_until,
            )  # fmt: skip


def restrict(
    connection: Connection,
    about: About,
    statements: Iterable[Statement],
    word: Word,
    *,
    since: datetime | None = None,
) -> int:
    """Return how many restrictions were added: those that do not stand already."""
    standing = standing_restrictions(connection, about)
    new = [told for told in statements if not any(kept.covers(told, since) for kept in standing)]
    state(connection, about, new, replace(word, approved_by=None), since=since)
    return len(new)


def state(
    connection: Connection,
    about: About,
    statements: Iterable[Statement],
    word: Word,
    *,
    licence: str | None = None,
    named_partner_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Append statements, from now and for good unless told otherwise."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, precision,"
            " named_partner_id, licence, given_by, capacity, evidence_kind, evidence, approved_by, valid_from,"
            " valid_until) VALUES (%s, %s, %s, %s, %s::reference.field_group[], %s::reference.purpose[], %s, %s, %s,"
            " %s, %s, %s, %s, %s, coalesce(%s, clock_timestamp()), coalesce(%s, 'infinity'::timestamptz))",
            [
                (*about, effect.value, *sentence.columns(), named_partner_id, licence,
                 word.given_by, word.capacity, word.evidence_kind.value, word.evidence, word.approved_by, since, until)
                for effect, sentence in statements
            ],
        )  # fmt: skip
