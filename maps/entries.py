"""What a printed list or an export tells of alternatives: the list beside a map, with what is released of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, LiteralString

from psycopg.rows import dict_row

from commons.categories.scheme import category_names
from commons.database.connection import connect
from commons.i18n import translate
from commons.release import Released
from commons.territory import filled
from commons.vocabulary import Language
from maps.filters import NOT_ASSESSED, Filters
from maps.places import find_places

QUERY: LiteralString = filled((files("maps") / "entries.sql").read_text("utf-8"))
SNAPSHOT: LiteralString = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
LABELLED = {
    "shares": "resource_kind",
    "offers": "resource_kind",
    "needs": "resource_kind",
    "grade": "charter_grade",
}
PLAIN_FIELDS = (
    "phone",
    "email",
    "contact_person",
    "contact_email",
    "contact_phone",
    "opening_hours",
    "legal_form",
)
"""Shown as they are, under the words `dashboard.card.<field>`, in this order."""

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entries:
    """Alternatives by name, and how many there are in all (more than `count` where `is_more`)."""

    rows: list[Entry]
    count: int
    is_more: bool = False

    @property
    def public_ids(self) -> list[str]:
        """Return the ids of the alternatives."""
        return [row["id"] for row in self.rows]

    def texts(self, field: str) -> list[str]:
        """Return what the entries say of a field that holds several texts, each text once, sorted."""
        return sorted({text for row in self.rows for text in row[field]})


def read_entries(
    reader: Released, language: Language, filters: Filters, *, most: int, at: datetime
) -> Entries:
    """Return the first `most` that the filters let through, all from one moment of the reader's release.

    Each row has the columns of `maps.search.FOUND` and of `entries.sql`.
    """
    with connect(reader.login) as connection:
        connection.execute(SNAPSHOT)
        found = find_places(connection, language, filters=filters, most=most, at=at)
        asked = {"ids": [place["id"] for place in found.places], "language": language.value}
        with connection.cursor(row_factory=dict_row) as cursor:
            told = {row["id"]: row for row in cursor.execute(QUERY, asked)}
    return Entries([place | told[place["id"]] for place in found.places], found.count, found.is_more)


def filter_words(filters: Filters, language: Language, known_sources: Iterable[str]) -> list[str]:
    """Return what the filters ask, in words, the district left out.

    A source is named only where it is one of `known_sources`: an address cannot make us print its own words.
    """
    told = []
    for name, values in filters:
        if name in ("taking_part", "open"):
            told.append(translate(f"dashboard.explore.{name}", language))
        elif name != "district" and (labels := _labels(name, values, language, frozenset(known_sources))):
            key = "cat" if name == "category" else name
            told.append(
                translate("poster.filter", language, name=translate(f"dashboard.explore.{key}", language),
                          values=", ".join(labels))
            )  # fmt: skip
    return told


def _labels(name: str, values: Sequence[str], language: Language, sources: frozenset[str]) -> list[str]:
    if name == "category":
        names = category_names(language)
        return [names[value] for value in values if value in names]
    if name == "source":
        return [value for value in values if value in sources]
    return [
        translate(
            "dashboard.explore.not_assessed" if value == NOT_ASSESSED else f"{LABELLED[name]}.{value}",
            language,
        )
        for value in values
    ]
