"""Which column has the places' names, where no header says so, or several do."""

from dataclasses import replace
from string import ascii_letters

import pandas as pd

from ingest.map.by_words import fields_said, spoken
from ingest.map.mapping import Match
from ingest.patterns import contains
from ingest.quick import may_hold
from ingest.read.table import OWN_COLUMNS, RawTable

NAMES = ("name", "name_fr", "name_nl", "name_en")
IN_LANGUAGES = ("name", "description")
"""Fields that a record has in each language too."""
LANGUAGES = ("fr", "nl")
LETTER = r"[^\W\d_]"
NAME_MAX_LETTERS = 120
NAME_DISTINCT = 0.7
CLEARLY = 0.8
LIKELY, MOST_LIKELY = 0.4, 3
"""Share of the rows in which a column must have something like a name of its own to be proposed, and how many are."""


def with_a_name(
    chosen: list[Match], unknown: dict[str, pd.Series], filled: dict[str, pd.Series], rows: int
) -> list[Match]:
    """Return the matches with one for the name, where no header says it and one column can only be it.

    A column that is called so and has not one letter is no name where another one could be.
    """
    fields = {match.field: match for match in chosen}
    named = fields.get("name")
    called = filled[named.column] if named else pd.Series(dtype="str")
    is_wordless = (
        len(called) > 0 and not may_hold(called, ascii_letters) and not contains(called, LETTER).any()
    )
    if not is_wordless and any(field in fields for field in NAMES):
        return chosen
    taken = {match.column for match in chosen}
    free = (column for column in unknown if column not in taken and not fields_said(column)[0])
    if likely := next((column for column in free if _could_be_names(filled[column], rows)), None):
        return [*(match for match in chosen if match is not named), Match(likely, "name", 0.6, "values")]
    described = fields.get("description")
    if named is None and described and _could_be_names(filled[described.column], rows):
        others = [match for match in chosen if match is not described]
        return [*others, Match(described.column, "name", 0.5, "values")]
    return chosen


def in_languages(candidates: list[tuple[int, Match]]) -> list[tuple[int, Match]]:
    """Return the candidates; of two columns that are called a name in French and in Dutch, each is that language's.

    >>> nom, naam = Match("nom", "name", 1.0, "header"), Match("naam", "name", 1.0, "header")
    >>> [match.field for _, match in in_languages([(1, nom), (2, naam)])]
    ['name_fr', 'name_nl']
    """
    fields = {match.field for _, match in candidates}
    given = {
        field: {spoken(match.column) for _, match in candidates if match.field == field}
        for field in IN_LANGUAGES
    }
    return [
        (rank, replace(match, field=f"{match.field}_{language}"))
        if (language := spoken(match.column)) in LANGUAGES
        and set(LANGUAGES) <= given.get(match.field, set())
        and f"{match.field}_{language}" not in fields
        else (rank, match)
        for rank, match in candidates
    ]


def likely_names(raw: RawTable) -> tuple[str, ...]:
    """Return the columns that most look as if they had names, the likeliest first."""
    scores = {
        str(column): _likeness(texts)
        for column, texts in raw.rows.items()
        if column not in OWN_COLUMNS
        and set(fields_said(str(column))[0]) <= {*NAMES, "category", "description"}
    }
    likely = sorted((c for c in scores if scores[c] >= LIKELY), key=lambda c: -scores[c])
    return tuple(likely[:MOST_LIKELY])


def _likeness(texts: pd.Series) -> float:
    """Return the share of the rows with words, each row's own."""
    distinct = texts.dropna().drop_duplicates()
    short = distinct.str.len() <= NAME_MAX_LETTERS
    return float((_has_words(distinct) & short).sum() / max(len(texts), 1))


def _could_be_names(texts: pd.Series, rows: int) -> bool:
    """Say whether the texts are nearly everywhere, short, of words, and seldom twice."""
    if not len(texts) or len(texts) < CLEARLY * rows:
        return False
    plain = contains(texts, r"^[^\d{\[]*[^\W\d_][^_|:/]*$")
    short = texts.str.len() <= NAME_MAX_LETTERS
    return bool(
        (_has_words(texts) & plain & short).mean() >= CLEARLY
        and texts.nunique() >= NAME_DISTINCT * len(texts)
    )


def _has_words(texts: pd.Series) -> pd.Series:
    return contains(texts, r"[^\W\d_]{3}")
