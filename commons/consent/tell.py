"""What holds of a consent, in plain words and in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import pandas as pd

from commons.consent.explain import Reason, ReasonCode, Told, View
from commons.consent.link import BY_LINK
from commons.consent.show import Agreed, Shown
from commons.i18n import translate
from commons.vocabulary import Audience, ConsentEffect, EvidenceKind, FieldGroup, Language

BY_PARTNER = "partner"
"""Who gave a file's flag that names nobody."""

COLUMNS = ("part", "number", "who", "what", "place", "state", "by", "how", "since", "until", "why")


def tell(shown: Shown, language: Language | None = None) -> pd.DataFrame:
    """Return a row for the agreement and each of its terms, each statement and each reader; "" where it has nothing."""
    rows = [
        *_agreement_rows(shown, language),
        *(_statement_row(statement, language) for statement in shown.statements),
        *(_view_row(view, shown.statements, language) for view in shown.views),
    ]
    return pd.DataFrame([dict.fromkeys(COLUMNS, "") | row for row in rows])


def _agreement_rows(shown: Shown, language: Language | None) -> list[dict[str, object]]:
    signed = shown.signed
    if signed is None:
        return [{"part": "agreement", "what": translate("consent_show.no_agreement", language)}]
    first = {
        "part": "agreement",
        "number": signed.version,
        "what": translate(
            "consent_show.licence",
            language,
            stance=translate(f"stance.{signed.stance}", language),
            licence=signed.licence,
        ),
        "by": names(language, signed.signed_by, signed.approved_by),
        "since": signed.signed_on.isoformat(),
        "until": day(signed.valid_until),
    }
    return [first, *(_term_row(agreed, language) for agreed in shown.agreed)]


def _term_row(agreed: Agreed, language: Language | None) -> dict[str, object]:
    return {
        "part": "term",
        "who": reader_text(agreed.audience, agreed.partner, language),
        "what": translate(
            "consent_show.spoken",
            language,
            who=translate(f"purpose.{agreed.purpose}", language),
            what=groups_text(agreed.field_groups, language),
        ),
        "place": translate(f"precision.{agreed.finest}", language) if agreed.finest else "",
    }


def _statement_row(told: Told, language: Language | None) -> dict[str, object]:
    return {
        "part": "dataset" if told.whole_dataset else "record",
        "number": told.consent_id,
        "who": spoken_to(told, language),
        "what": statement_text(told, language),
        "place": translate(f"precision.{told.precision}", language) if told.precision else "",
        "state": state_text(told, language),
        "by": names(language, told.given_by, told.approved_by),
        "how": evidence_text(told, language),
        "since": day(told.valid_from),
        "until": day(told.valid_until),
    }


def _view_row(view: View, statements: Sequence[Told], language: Language | None) -> dict[str, object]:
    return {
        "part": "reader",
        "who": reader_text(view.audience, view.partner, language),
        "what": view_text(view, language),
        "place": translate(f"precision.{view.precision}", language) if view.precision else "",
        "until": day(view.until),
        "why": why_text(view, statements, language),
    }


def reader_text(audience: Audience, partner: str | None, language: Language | None) -> str:
    """Return who reads: a named partner by name."""
    return partner or translate(f"audience.{audience}", language)


def spoken_to(told: Told, language: Language | None) -> str:
    """Return whom a statement speaks to; a restriction flows outward, so it tells whom it binds."""
    if told.effect is ConsentEffect.ALLOW or told.partner:
        return reader_text(told.audience, told.partner, language)
    return translate(f"consent_show.bound.{told.audience}", language)


def groups_text(groups: Iterable[FieldGroup], language: Language | None) -> str:
    """Return the field groups, one after another."""
    return ", ".join(translate(f"field_group.{group}", language) for group in groups)


def view_text(view: View, language: Language | None) -> str:
    """Return what a reader is shown, and what it may do with it."""
    if not view.shown:
        return translate("consent_show.counted_only" if view.counted else "consent_show.not_shown", language)
    found = [translate("consent_show.shown", language, groups=groups_text(view.shown, language))]
    found += [translate("consent_show.reusable", language, licence=view.licence)] if view.reusable else []
    found += [translate("consent_show.counted", language)] if view.counted else []
    return "; ".join(found)


def why_text(view: View, statements: Sequence[Told], language: Language | None) -> str:
    """Return why a reader is not shown the record, or what is left out of it."""
    if view.why_not:
        return _reasons_text(view.why_not, statements, language)
    groups_of: dict[tuple[Reason, ...], list[FieldGroup]] = {}
    for group, reasons in view.hidden.items():
        groups_of.setdefault(reasons, []).append(group)
    return "; ".join(
        translate(
            "consent_show.left_out",
            language,
            groups=groups_text(groups, language),
            why=_reasons_text(reasons, statements, language),
        )
        for reasons, groups in groups_of.items()
    )


def _reasons_text(reasons: Iterable[Reason], statements: Sequence[Told], language: Language | None) -> str:
    """Return the reasons, each once: what one person said on one day to several audiences is one."""
    return "; ".join(dict.fromkeys(reason_text(reason, statements, language) for reason in reasons))


def reason_text(reason: Reason, statements: Sequence[Told], language: Language | None) -> str:
    """Return why, naming who said so and when where a statement is the reason."""
    told = next((s for s in statements if s.consent_id == reason.consent_id), None)
    if reason.code is ReasonCode.RESTRICTED and told is not None:
        whole = "list" if told.whole_dataset else "record"
        by = translate(
            f"consent_reason.restricted_{whole}",
            language,
            by=names(language, told.given_by),
            on=day(told.valid_from),
        )
        return f"{by} ({evidence_text(told, language)})"
    return translate(f"consent_reason.{reason.code}", language, on=day(reason.on))


def statement_text(told: Told, language: Language | None) -> str:
    """Return what a statement says, without whom it speaks to."""
    groups = groups_text(told.field_groups, language)
    purposes = ", ".join(translate(f"purpose.{purpose}", language) for purpose in told.purposes)
    what = f"{purposes} ({groups})" if purposes else groups or translate("consent_show.nothing", language)
    effect = translate(f"consent_effect.{told.effect}", language)
    return translate("consent_show.statement", language, effect=effect, what=what)


def state_text(told: Told, language: Language | None) -> str:
    """Return whether a statement holds now, or how it ended, and by whom."""
    text = translate(f"consent_state.{told.state}", language)
    if told.ended_at is None:
        return text
    ended_by = names(language, told.ended_by, told.end_approved_by)
    return translate("consent_state.ended", language, state=text, on=day(told.ended_at), by=ended_by)


def evidence_text(told: Told, language: Language | None) -> str:
    """Return how a statement was given, with what proves it; a kind that is none of ours as it stands."""
    kind = told.evidence_kind
    label = translate(f"evidence_kind.{kind}", language) if kind in set(EvidenceKind) else kind
    return ", ".join(part for part in (label, told.evidence, told.capacity) if part)


def names(language: Language | None, *people: str | None) -> str:
    """Return one or two people; of who came by a link no name is known."""
    known = {BY_LINK, BY_PARTNER}
    told = [translate(f"consent_by.{who}", language) if who in known else who for who in people if who]
    return told[0] if len(told) == 1 else translate("consent_by.two", language, one=told[0], other=told[-1])


def day(moment: datetime | None) -> str:
    """Return the day of an instant, nothing where there is none."""
    return moment.date().isoformat() if moment else ""
