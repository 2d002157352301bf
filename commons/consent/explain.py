"""What each reader is shown of a record, and where not, why: by asking PostgreSQL what it would show otherwise.

No rule is told a second time here. Each restriction, then the record's silence, is taken away in a savepoint that is
rolled back; what `commons.permissions` answers then is the reason.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from commons.consent.record_change import Permission, Permissions, Reader, permissions
from commons.consent.records import About
from commons.consent.sentence import Sentence
from commons.consent.statements import Word, standing_restrictions, state
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.vocabulary import Audience, ConsentEffect, FieldGroup, Precision, Purpose

NEEDED = (FieldGroup.EXISTENCE, FieldGroup.IDENTITY, FieldGroup.LOCATION)
"""Without these an alternative does not appear at all."""

TRIED = Word(given_by="one", approved_by="two")
"""Two people's word for what is only tried."""


class ReasonCode(StrEnum):
    """Why something is not shown; the texts are `consent_reason.<code>`."""

    NO_AGREEMENT = "no_agreement"
    AGREEMENT_OVER = "agreement_over"
    AGREEMENT_LATER = "agreement_later"
    GONE = "gone"
    NO_PLACE = "no_place"
    OUTSIDE_REGION = "outside_region"
    NOT_AGREED = "not_agreed"
    RECORD_SILENT = "record_silent"
    RECORD_SAYS_NO = "record_says_no"
    RECORD_OVER = "record_over"
    RECORD_ENDED = "record_ended"
    RECORD_LATER = "record_later"
    RESTRICTED = "restricted"
    PLACE_UNKNOWN = "place_unknown"
    PLACE_WITHHELD = "place_withheld"
    COMPOSED_NAME = "composed_name"
    COARSER = "coarser"
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class Reason:
    """Why; `consent_id` is the statement that says so, `on` the day from which."""

    code: ReasonCode
    consent_id: int | None = None
    on: datetime | None = None


@dataclass(frozen=True)
class Told:
    """A statement as it is stored; `state` is live, later, over, or as what it was ended."""

    consent_id: int
    whole_dataset: bool
    effect: ConsentEffect
    audience: Audience
    partner: str | None
    field_groups: tuple[FieldGroup, ...]
    purposes: tuple[Purpose, ...]
    precision: Precision | None
    licence: str | None
    given_by: str
    capacity: str | None
    evidence_kind: str
    evidence: str | None
    approved_by: str | None
    given_at: datetime
    valid_from: datetime
    valid_until: datetime | None
    ended_at: datetime | None
    ended_as: str | None
    ended_by: str | None
    end_approved_by: str | None
    state: str


@dataclass(frozen=True)
class View:
    """What one reader is shown of a record; where it is not shown at all, `shown` is empty and `why_not` says why.

    `hidden` says why for each group that is left out of what is shown.
    """

    audience: Audience
    partner: str | None
    shown: tuple[FieldGroup, ...] = ()
    counted: bool = False
    reusable: bool = False
    precision: Precision | None = None
    licence: str | None = None
    until: datetime | None = None
    why_not: tuple[Reason, ...] = ()
    hidden: dict[FieldGroup, tuple[Reason, ...]] = field(default_factory=dict)


def statements_about(connection: Connection, about: About) -> list[Told]:
    """Return every statement about a record and its whole dataset, or about the dataset alone, oldest first."""
    rows = run_file(connection, "commons.consent", "record_statements", about._asdict()).fetchall()
    return [
        Told(
            number,
            is_whole,
            ConsentEffect(effect),
            Audience(audience),
            partner,
            tuple(map(FieldGroup, groups)),
            tuple(map(Purpose, purposes)),
            Precision(precision) if precision else None,
            *rest,
        )
        for number, is_whole, effect, audience, partner, groups, purposes, precision, *rest in rows
    ]


def views(connection: Connection, about: About) -> list[View]:
    """Return what each reader is shown of a record now."""
    asked = _Asked(connection, about)
    rows = run_file(connection, "commons.consent", "record_readers", about._asdict()).fetchall()
    return [
        asked.view(Reader(Audience(audience), partner_id), partner, is_shown=is_shown, has_others=has_others)
        for audience, partner_id, partner, is_shown, has_others in rows
    ]


class _Asked:
    """What PostgreSQL answers of a record: as it is, without its restrictions, with each alone, with every consent."""

    def __init__(self, connection: Connection, about: About) -> None:
        assert about.record_id is not None  # noqa: S101 - a record is asked about
        self.connection, self.about, self.record_id = connection, about, about.record_id
        facts = run_file(connection, "commons.consent", "record_facts", about._asdict()).fetchone()
        assert facts is not None  # noqa: S101 - of a dataset that is there
        self.is_gone, self.has_place, self.is_in_region, self.is_composed, *self.agreement = facts
        self.now = permissions(connection, self.record_id)
        standing = [
            r for a in {about, About(about.dataset_id, None)} for r in standing_restrictions(connection, a)
        ]
        self.restrictions = sorted(restriction.consent_id for restriction in standing)
        self.free = self._without(self.restrictions)
        self.full = self._without(self.restrictions, allow=True)
        self.alone = {
            kept: self._without([number for number in self.restrictions if number != kept])
            for kept in self.restrictions
        }

    def _without(self, ended: Collection[int], *, allow: bool = False) -> Permissions:
        """Return what the record would let readers do without these restrictions, and (`allow`) with every consent."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(
                "UPDATE commons.consent SET ended_at = clock_timestamp(), ended_as = 'lifted', ended_by = %s,"
                " end_approved_by = %s WHERE consent_id = ANY (%s)",
                (TRIED.given_by, TRIED.approved_by, list(ended)),
            )
            if allow:
                every = Sentence(Audience.PUBLIC, tuple(FieldGroup), tuple(Purpose), Precision.EXACT)
                state(self.connection, self.about, [(ConsentEffect.ALLOW, every)], TRIED)
            return permissions(self.connection, self.record_id)

    def view(self, reader: Reader, partner: str | None, *, is_shown: bool, has_others: bool) -> View:
        """Return what one reader is shown."""
        display = _of(self.now, reader, Purpose.DISPLAY)
        if display is None or not is_shown:
            counted = _has(self.now, reader, FieldGroup.EXISTENCE, Purpose.STATISTICS)
            return View(
                reader.audience,
                partner,
                counted=counted,
                why_not=tuple(self._why_not(reader, has_others=has_others)),
            )
        shown = tuple(group for group in FieldGroup if group in display.groups)
        return View(
            reader.audience,
            partner,
            shown,
            _has(self.now, reader, FieldGroup.EXISTENCE, Purpose.STATISTICS),
            _has(self.now, reader, FieldGroup.EXISTENCE, Purpose.REUSE),
            display.precision,
            display.licence,
            display.expires_at,
            hidden={group: tuple(self._why(reader, group)) for group in FieldGroup if group not in shown},
        )

    def _why_not(self, reader: Reader, *, has_others: bool) -> list[Reason]:
        display = _of(self.now, reader, Purpose.DISPLAY)
        if display is None:
            return [self._why_nothing()]
        missing = [reason for group in NEEDED for reason in self._why(reader, group)]
        if missing:
            return list(dict.fromkeys(missing))
        if display.precision is Precision.WITHHELD:
            return self._why_no_place(reader)
        return [Reason(ReasonCode.COARSER if has_others else ReasonCode.NOT_YET)]

    def _why_nothing(self) -> Reason:
        """Return why PostgreSQL has no answer at all: there is no agreement in force, no record or no place."""
        begins, ends, ended = self.agreement
        if self.is_gone:
            return Reason(ReasonCode.GONE)
        if begins is None:
            return Reason(ReasonCode.NO_AGREEMENT)
        today = datetime.now(UTC)
        if ended is not None or (ends is not None and ends <= today):
            return Reason(ReasonCode.AGREEMENT_OVER, on=ended or ends)
        if begins > today:
            return Reason(ReasonCode.AGREEMENT_LATER, on=begins)
        if not self.has_place:
            return Reason(ReasonCode.NO_PLACE)
        return Reason(ReasonCode.NOT_AGREED if self.is_in_region else ReasonCode.OUTSIDE_REGION)

    def _why(self, reader: Reader, group: FieldGroup) -> list[Reason]:
        """Return why a reader is not shown a group of fields; nothing where it is."""
        if _has(self.now, reader, group):
            return []
        display = _of(self.now, reader, Purpose.DISPLAY)
        if (
            group is FieldGroup.IDENTITY
            and self.is_composed
            and display
            and display.precision is not Precision.EXACT
        ):
            return [Reason(ReasonCode.COMPOSED_NAME)]
        if not _has(self.full, reader, group):
            return [Reason(ReasonCode.NOT_AGREED)]
        if not _has(self.free, reader, group):
            return [self._why_record()]
        return [
            Reason(ReasonCode.RESTRICTED, number)
            for number, permitted in self.alone.items()
            if not _has(permitted, reader, group)
        ]

    def _why_no_place(self, reader: Reader) -> list[Reason]:
        def withheld(permitted: Permissions) -> bool:
            found = _of(permitted, reader, Purpose.DISPLAY)
            return found is None or found.precision is Precision.WITHHELD

        if withheld(self.full):
            return [Reason(ReasonCode.PLACE_UNKNOWN)]
        if withheld(self.free):
            return [Reason(ReasonCode.PLACE_WITHHELD)]
        return [
            Reason(ReasonCode.RESTRICTED, number)
            for number, permitted in self.alone.items()
            if withheld(permitted)
        ]

    def _why_record(self) -> Reason:
        """Return why the record itself does not allow what the agreement would."""
        told = [
            statement
            for statement in statements_about(self.connection, self.about)
            if statement.effect is ConsentEffect.ALLOW and statement.ended_as != "superseded"
        ]
        if not told:
            return Reason(ReasonCode.RECORD_SILENT)
        last = told[-1]
        if any(statement.state == "live" for statement in told):
            return Reason(ReasonCode.RECORD_SAYS_NO)
        if last.state == "later":
            return Reason(ReasonCode.RECORD_LATER, last.consent_id, last.valid_from)
        if last.state == "over":
            return Reason(ReasonCode.RECORD_OVER, last.consent_id, last.valid_until)
        return Reason(ReasonCode.RECORD_ENDED, last.consent_id, last.ended_at)


def _of(permitted: Permissions, reader: Reader, purpose: Purpose) -> Permission | None:
    """Return what a reader may do; a named partner has what all partners have where it is not named."""
    own = permitted.get((reader, purpose))
    return own or (permitted.get((Reader(Audience.PARTNERS, 0), purpose)) if reader.partner_id else None)


def _has(
    permitted: Permissions, reader: Reader, group: FieldGroup, purpose: Purpose = Purpose.DISPLAY
) -> bool:
    found = _of(permitted, reader, purpose)
    return found is not None and group in found.groups
