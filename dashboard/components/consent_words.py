"""What the page of a consent link says: put together from what the commons holds, in the reader's words."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from commons.consent.effects import Effect
from commons.consent.explain import Told, View
from commons.consent.receipt import PersonsReceipt, Value, Withdrawn
from commons.consent.tell import (
    evidence_text,
    groups_text,
    names,
    spoken_to,
    state_text,
    statement_text,
    why_text,
)
from commons.i18n import translate
from commons.release.egress import HandedOut
from commons.vocabulary import Audience, FieldGroup, Language, Precision
from dashboard.components.words import category_label, day

MARK = "[…]"
"""What stands for a contact: as in `commons/database/routines/free_text.sql`."""
EVERYTHING = "all"
"""What a form says that withdraws all groups of fields."""

Say = Callable[..., str]


def say_in(language: Language) -> Say:
    """Return what tells the page's texts in a language."""
    return lambda key, **values: translate(f"consent_page.{key}", language, **values)


def groups_of(what: str) -> tuple[FieldGroup, ...]:
    """Return the groups of fields that a form names; none for a word that is none of ours."""
    if what == EVERYTHING:
        return tuple(FieldGroup)
    return (FieldGroup(what),) if what in set(FieldGroup) else ()


class ConsentWords:
    """The words of one page: `context` is what the template fills in."""

    def __init__(self, language: Language, receipt: PersonsReceipt, done: str | None) -> None:
        self.language, self.receipt, self.say = language, receipt, say_in(language)
        linked, shown = receipt.linked, receipt.shown
        live = [told for told in shown.statements if told.state == "live"]
        self.context: dict[str, Any] = {
            "name": receipt.name or self.say("nameless"),
            "lead": self.say("lead", partner=linked.partner, list=linked.dataset.title),
            "readers": self._readers(),
            "groups": [self._group(group) for group in FieldGroup if self._seen_by(group)],
            "agreement": self._agreement(),
            "live": self._words(live),
            "earlier": self._words([told for told in shown.statements if told not in live]),
            "choices": self._choices(),
            "receipts": [self._withdrawn(told) for told in receipt.withdrawn],
            "done": done in {str(told.withdrawal_id) for told in receipt.withdrawn},
            "counted_in": [
                self.say("snapshot", number=told.number, day=day(told.frozen_on, language))
                for told in receipt.snapshots
            ],
            "handed": [self._handed(told) for told in receipt.handed_out],
            "link_until": self.say("link_until", day=day(linked.expires_at, language)),
            "seen": None,
        }

    def preview(self, what: str, effects: Sequence[Effect]) -> None:
        """Add what a withdrawal would do."""
        below = next((e.districts_below or 0 for e in effects if e.audience == Audience.PUBLIC), 0)
        self.context["seen"] = {
            "what": what,
            "label": self._what(groups_of(what)),
            "lines": self._lines(effects),
            "districts": self.say("districts", count=below) if below else "",
        }

    def _readers(self) -> list[dict[str, Any]]:
        """Return what readers see and may do, or why they see nothing; those who see the same are told together."""
        names_of: dict[tuple[tuple[str, ...], str], list[str]] = {}
        for view in self.receipt.shown.views:
            names_of.setdefault(self._facts(view), []).append(self._name(view.audience, view.partner))
        return [{"names": found, "facts": facts, "why": why} for (facts, why), found in names_of.items()]

    def _facts(self, view: View) -> tuple[tuple[str, ...], str]:
        counted = (self.say("counted"),) if view.counted else ()
        if not view.shown:
            why = why_text(view, self.receipt.shown.statements, self.language)
            return (self.say("sees_nothing"), *counted), self.say("because", why=why)
        reuse = self.say("reuse", licence=view.licence) if view.reusable else self.say("no_reuse")
        until = (self.say("until", day=self._last_day(view.until)),) if view.until else ()
        sees = self.say("sees", groups=groups_text(view.shown, self.language))
        return (sees, self.say(f"place.{view.precision}"), reuse, *counted, *until), ""

    def _last_day(self, until: datetime) -> str:
        """Return the last day on which something holds."""
        return day(until - timedelta(microseconds=1), self.language)

    def _seen_by(self, group: FieldGroup) -> list[View]:
        return [view for view in self.receipt.shown.views if group in view.shown]

    def _group(self, group: FieldGroup) -> dict[str, Any]:
        """Return the values of one group as whoever sees it finest sees them."""
        seen_by = self._seen_by(group)
        finest = min((view.precision or Precision.WITHHELD for view in seen_by), key=list(Precision).index)
        outermost = [view for view in seen_by if view.audience is Audience.PUBLIC] or seen_by
        told = [
            value
            for value in self.receipt.values
            if value.field_group is group and (finest is Precision.EXACT or not value.exact_only)
        ]
        sees_contacts = self._sees_contacts(outermost[0])
        masked = {
            value.field_name
            for value in told
            if not sees_contacts and isinstance(value.value, str) and value.without_contacts != value.value
        }
        found = [
            (
                self._field(value.field_name),
                str(value.without_contacts or MARK) if value.field_name in masked else self._value(value),
            )
            for value in told
        ]
        if group is FieldGroup.LOCATION and finest is not Precision.EXACT:
            found = [("", self.say(f"place.{finest}"))]
        if group is FieldGroup.EXISTENCE:
            found = [("", self.say("exists"))]
        return {
            "label": translate(f"field_group.{group}", self.language),
            "readers": self.say(
                "shown_to", readers=", ".join(self._name(v.audience, v.partner) for v in outermost)
            ),
            "told": found,
            "masked": self.say("masked") if masked else "",
        }

    def _sees_contacts(self, view: View) -> bool:
        """Tell whether a reader sees the contacts in texts: may see the organisation's, and the person's if any."""
        groups = {FieldGroup.CONTACT_ORGANISATION}
        if any(value.field_group is FieldGroup.CONTACT_PERSON for value in self.receipt.values):
            groups.add(FieldGroup.CONTACT_PERSON)
        return groups <= set(view.shown)

    def _field(self, name: str) -> str:
        """Return a field's label; a text that is told in one language carries that language's name."""
        base, _, code = name.rpartition("_")
        if base and code in set(Language):
            return f"{self.say(f'field.{base}')} ({translate(f'language.{code}', self.language)})"
        return self.say(f"field.{name}")

    def _value(self, value: Value) -> str:
        if value.field_name == "category":
            return category_label(value.value, self.language)
        if isinstance(value.value, list):
            return ", ".join(translate(f"resource_kind.{code}", self.language) for code in value.value)
        if isinstance(value.value, dict):
            return str(value.value.get("charter_grade", ""))
        return str(value.value)

    def _agreement(self) -> str:
        signed = self.receipt.shown.signed
        if signed is None:
            return self.say("no_agreement")
        return self.say(
            "agreement",
            partner=self.receipt.linked.partner,
            version=signed.version,
            day=day(signed.signed_on, self.language),
            by=names(self.language, signed.signed_by, signed.approved_by),
            until=self._last_day(signed.valid_until),
            stance=translate(f"stance.{signed.stance}", self.language).capitalize(),
        )

    def _words(self, statements: Iterable[Told]) -> list[dict[str, Any]]:
        """Return what was said on one person's word, with what ended it: each word with its statements."""
        said: dict[tuple[str, ...], list[str]] = {}
        for told in statements:
            given = self.say(
                "given",
                by=names(self.language, told.given_by, told.approved_by),
                day=day(told.given_at, self.language),
                how=evidence_text(told, self.language),
            )
            until = self.say("until", day=self._last_day(told.valid_until)) if told.valid_until else ""
            state = "" if told.state == "live" else state_text(told, self.language)
            precision = (
                f", {translate(f'precision.{told.precision}', self.language)}" if told.precision else ""
            )
            who, what = spoken_to(told, self.language), statement_text(told, self.language) + precision
            text = translate("consent_show.said", self.language, who=who, what=what)
            said.setdefault((given, until, state), []).append(text)
        return [{"facts": ", ".join(filter(None, facts)), "texts": texts} for facts, texts in said.items()]

    def _choices(self) -> list[tuple[str, str]]:
        shown = [group for group in FieldGroup if self._seen_by(group)]
        return [(EVERYTHING, self.say("everything"))] + [
            (group.value, translate(f"field_group.{group}", self.language).capitalize()) for group in shown
        ]

    def _withdrawn(self, told: Withdrawn) -> dict[str, Any]:
        at = told.at.astimezone()
        return {
            "number": str(told.withdrawal_id),
            "title": self.say(
                "receipt", number=told.withdrawal_id, day=day(at, self.language), time=f"{at:%H:%M}"
            ),
            "removed": self.say("removed", what=self._what(told.field_groups)),
            "lines": self._lines(told.effects),
        }

    def _what(self, groups: Sequence[FieldGroup]) -> str:
        whole = len(groups) == len(FieldGroup)
        return self.say("everything").lower() if whole else groups_text(groups, self.language)

    def _lines(self, effects: Iterable[Effect]) -> list[tuple[str, str]]:
        """Return what each reader loses; what others tell to readers who are not the public is not told here."""
        return [(self._name(Audience(e.audience), e.partner), self.say(_loss(e))) for e in effects]

    def _name(self, audience: Audience, partner: str | None) -> str:
        return partner or self.say(f"reader.{audience}")

    def _handed(self, told: HandedOut) -> str:
        return self.say(
            "handed_to",
            day=day(told.at, self.language),
            kind=translate(f"egress_kind.{told.kind}", self.language),
            what=told.what,
            who=self._name(told.audience, told.partner),
        )


def _loss(effect: Effect) -> str:
    if not effect.vanished and not effect.changed:
        return "same"
    if effect.audience != Audience.PUBLIC:
        return "loses"
    return "vanishes" if effect.vanished else "changes"
