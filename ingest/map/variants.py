"""The ways to read a header: as it stands, in each of its languages, or without what all headers of its list share."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from ingest.headers import fold_header, header_words
from ingest.map.by_words import fields_said, hear

NUMBERED = re.compile(r" \(\d+\)$")
"""What reading adds to a header that occurs twice."""
BETWEEN_LANGUAGES = re.compile(r"\s+[/|\u2013\u2014-]\s+|\s*[\n|·•/]\s*|\s*[()]\s*")
BETWEEN_WORDS = re.compile(r"[\s_.:/-]+")
QUESTION_NUMBER = re.compile(r"^(?:q|question|vraag)?\s*\d+[a-z]?\s*[.)_:-]\s*", re.IGNORECASE)
SHARED_COLUMNS, SHARED = 3, 0.5
"""How many columns, and which share of them, begin or end with the same word for it to say nothing of any."""
MOST_WORDS = 12


def title_of(column: str) -> str:
    """Return what a column is called, without the number that tells it from another of the same name.

    >>> title_of("contact (2)")
    'contact'
    """
    return NUMBERED.sub("", column)


@cache
def bilingual_field(title: str) -> str | None:
    """Return the field that a header names twice, in two languages.

    >>> bilingual_field("Code postal / Postcode"), bilingual_field("commune_gemeente"), bilingual_field("Rue / Numéro")
    ('postcode', 'municipality', None)
    """
    parts = [part for part in BETWEEN_LANGUAGES.split(title) if part.strip()]
    if len(parts) > 1 and (field := _in_all(parts)):
        return field
    words = [word for word in BETWEEN_WORDS.split(title) if word]
    for place in range(1, len(words)) if len(words) <= MOST_WORDS else ():
        halves = " ".join(words[:place]), " ".join(words[place:])
        fields = set(map(_field_of, halves))
        if len(fields) == 1 and None not in fields:
            return fields.pop()
    return None


def _in_all(parts: list[str]) -> str | None:
    """Return the one field that all parts name; those that say nothing at all may stand beside them."""
    telling = [part for part in parts if hear(part).concepts or hear(part).unknown or hear(part).is_another]
    fields = set(map(_field_of, telling))
    return fields.pop() if len(telling) > 1 and len(fields) == 1 else None


def _field_of(title: str) -> str | None:
    """Return the field that a header names by its usual word, or by all of its words."""
    if usual := usual_field(title):
        return usual
    fields, is_all = fields_said(title)
    return fields[0] if fields and is_all else None


def usual_field(title: str) -> str | None:
    """Return the field that a title is the usual word of; of several, that of which it is a more usual one.

    >>> usual_field("num"), usual_field("xyz")
    ('house_number', None)
    """
    known = header_words().get(fold_header(title), ())
    return min(known, key=lambda each: each[1])[0] if known else None


def shorter_titles(columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return shorter titles for columns: without a word that most share, a group's path, or a question's number.

    >>> shorter_titles(["stop_id", "stop_name", "stop_lat", "zone"])["stop_name"]
    ('name',)
    """
    titles = {column: title_of(column) for column in columns}
    words = {column: [w for w in BETWEEN_WORDS.split(title) if w] for column, title in titles.items()}
    first = _shared(words, 0)
    last = _shared(words, -1)
    shorter: dict[str, tuple[str, ...]] = {}
    for column, title in titles.items():
        parts = words[column]
        found = []
        if len(parts) > 1 and parts[0].casefold() in first:
            found.append(" ".join(parts[1:]))
        if len(parts) > 1 and parts[-1].casefold() in last:
            found.append(" ".join(parts[:-1]))
        if (end := re.split(r"(?<=\S)(?:/|\.|::)(?=\S)", title)[-1]) != title:
            found.append(end)
        if (plain := QUESTION_NUMBER.sub("", title)) != title:
            found.append(plain)
        shorter[column] = tuple(dict.fromkeys(found))
    return shorter


def _shared(words: dict[str, list[str]], place: int) -> set[str]:
    counts = Counter(parts[place].casefold() for parts in words.values() if len(parts) > 1)
    return {word for word, count in counts.items() if count >= max(SHARED_COLUMNS, SHARED * len(words))}
