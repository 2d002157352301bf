"""What a card tells of one alternative: what its sources let everyone know, in the reader's language, as plain text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from commons.calendar import today
from commons.i18n import translate
from commons.vocabulary import Language, Precision
from dashboard.components.words import Row, category_label, day, has, text_of, told_of, web_address
from maps.entries import PLAIN_FIELDS


@dataclass(frozen=True, slots=True)
class Card:
    """The texts of a card; none is markup."""

    name: str
    category: str
    description: str
    described_in: Language | None
    """The description's language; None where nobody said."""

    facts: tuple[tuple[str, str], ...]
    """A label and what is told under it, in the order in which they are shown."""
    website: str | None
    sources: str
    licences: str
    updated: str


def card_of(
    row: Row, participations: Sequence[Row], district_names: Mapping[str, str], language: Language
) -> Card:
    """Return the card of a released alternative; `participations` are its own."""
    facts = {
        "place": _place(row, district_names, language),
        "address": _address(row),
        **{field: str(row[field]) for field in PLAIN_FIELDS if has(row[field])},
        "founded_on": day(row["founded_on"], language) if isinstance(row["founded_on"], date) else "",
        "mutualisations": "\n".join(_mutualisation(told, language) for told in _current(participations)),
        "offers": _kinds(row["offers"], language),
        "needs": _kinds(row["needs"], language),
    }
    description, described_in = told_of(row, "description", language)
    return Card(
        name=text_of(row, "name", language),
        category=category_label(row["category"], language),
        description=description,
        described_in=described_in,
        facts=tuple((_say(name, language), text) for name, text in facts.items() if text),
        website=web_address(row["website"]),
        sources=" · ".join(map(str, row["attributions"])),
        licences=", ".join(map(str, row["licences"])),
        updated=_say("updated", language, day=day(row["updated_on"], language)),
    )


def _say(key: str, language: Language, **values: object) -> str:
    return translate(f"dashboard.card.{key}", language, **values)


def _place(row: Row, names: Mapping[str, str], language: Language) -> str:
    """Return where it is in words: how precisely, and in which neighbourhood and commune."""
    where = ", ".join(
        names[code] for code in (row["neighbourhood"], row["commune"]) if has(code) and code in names
    )
    said = _say(f"precision.{Precision(row['precision'])}", language)
    return f"{where} ({said})" if where else said


def _address(row: Row) -> str:
    street = " ".join(str(row[part]) for part in ("street", "house_number") if has(row[part]))
    town = " ".join(str(row[part]) for part in ("postcode", "municipality") if has(row[part]))
    return "\n".join(line for line in (street, town) if line)


def _current(participations: Sequence[Row]) -> list[Row]:
    this_day = today()
    return [told for told in participations if not has(told["until_on"]) or told["until_on"] > this_day]


def _mutualisation(told: Row, language: Language) -> str:
    kind = translate(f"resource_kind.{told['resource_kind']}", language) if has(told["resource_kind"]) else ""
    since = _say("since", language, year=told["since_on"].year) if has(told["since_on"]) else ""
    more = ", ".join(part for part in (kind, since) if part)
    return f"{told['title']} ({more})" if more else str(told["title"])


def _kinds(codes: Sequence[str], language: Language) -> str:
    return ", ".join(translate(f"resource_kind.{code}", language) for code in codes)
