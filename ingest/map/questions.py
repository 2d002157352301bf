"""What a proposal leaves to a person: columns whose header names a field, and whose values make it unlikely or unsafe.

A column of moments was written by the program that recorded the rows; an end that is past in most rows would close most
places; and people's names under "nom", or the e-mail of who filled in a form, would be published as the places' own.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache, partial
from importlib.resources import files

import pandas as pd

from commons.calendar import today
from commons.categories.scheme import fold
from commons.schema.fields import OF_A_PERSON
from ingest.map.by_words import words
from ingest.map.dates import Order, orders_shown, read_date_or_serial
from ingest.map.mapping import Match
from ingest.notices import Notice, NoticeCode
from ingest.patterns import contains, per_value

MOMENT = r"[T ](?:[01]?[0-9]|2[0-3])[:h][0-5][0-9]"
MIDNIGHT = r"[T ]0?0[:h]00(?::00(?:[.]0+)?)?(?:[ +Z-].*)?$"
"""The time that a program writes with a day of which it knows none."""
MOST = 0.5
"""Share of the rows."""
FEWEST = 3
"""Ended places of which it is worth asking."""
FEWEST_NAMES = 2
OF_PEOPLE = 0.6
"""Share of the values that must be people's names, where they repeat or another column says who reported the row."""
NEARLY_ALL = 0.8
"""The same share, where nothing else speaks for it."""
REPEATED = 0.7
"""Different values for each row, under which a column does not name places."""
NAME_WORDS = 3
ROWS = 500
"""Enough for a share, whatever the length of the file."""
REPORTER = re.compile(
    r"signal|rapport|report|melder|gemeld|encod|inge(?:vuld|geven)|invuller|auteur|author|contribu|user|utilisateur|gebruiker"
    r"|(?:ajoute|cree|created|added|submitted|toegevoegd|rempli|propose|modifie|gewijzigd)\w*[ _]*(?:par|door|by)"
    r"|enqueteu|enquetric|enumerat|interview|submitter|soumis|repond[ae]|respondent|\b(?:creator|editor|login)\b|last_edit"
)
"""Words of a header, folded, that say by whom a row was told."""
RECORDED = re.compile(r"created_?(?:at|on)|date_?created|creation_?date")
"""What programs call the day of a row's first writing; a person writes "Date of creation", or of foundation."""
OF_A_REPORTER = frozenset({"email", "phone", "website", *OF_A_PERSON.values()})
"""Fields under which the particulars of who filled in a form would be shown as the place's own."""


@cache
def first_names() -> frozenset[str]:
    """Return first names that are common in Brussels, folded."""
    tree = tomllib.loads((files("ingest.map") / "first_names.toml").read_text("utf-8"))
    return frozenset(tree["names"].split())


def asked(
    chosen: Iterable[Match], filled: dict[str, pd.Series], rows: int
) -> tuple[list[Match], list[Notice]]:
    """Return the matches that stand, and what a person is asked about the columns of the others."""
    standing, questions = [], []
    for match in chosen:
        code = _question(match, filled, rows)
        if code is None:
            standing.append(match)
        else:
            questions.append(Notice(code, column=match.column))
    return standing, questions


def _question(match: Match, filled: dict[str, pd.Series], rows: int) -> NoticeCode | None:
    texts = filled[match.column]
    if not len(texts):
        return None
    is_recorded = RECORDED.fullmatch(match.column.strip().lower()) is not None
    if match.field in ("founded_on", "ended_on") and (is_recorded or is_of_moments(texts)):
        return NoticeCode.COLUMN_OF_TIMES
    if match.field in OF_A_REPORTER and tells_reporter(match.column):
        return NoticeCode.COLUMN_OF_REPORTERS
    if match.field == "ended_on" and ends_most(texts, rows):
        return NoticeCode.COLUMN_ENDS_MOST
    if match.field == "name" and is_of_people(match.column, filled):
        return NoticeCode.COLUMN_OF_PEOPLE
    return None


def is_of_moments(texts: pd.Series) -> bool:
    """Say whether most texts tell the time of a day, other than midnight.

    >>> is_of_moments(pd.Series(["2026-03-01T10:05:00"])), is_of_moments(pd.Series(["2014-01-01 00:00:00"]))
    (True, False)
    """
    return bool((contains(texts, MOMENT) & ~contains(texts, MIDNIGHT)).mean() > MOST)


def ends_most(texts: pd.Series, rows: int) -> bool:
    """Say whether these ends are past in most of the rows."""
    shown = orders_shown(texts)
    order = Order(shown.pop()) if len(shown) == 1 else Order.UNSURE if shown else Order.DAY_FIRST
    ends = per_value(texts, partial(read_date_or_serial, order=order)).dropna()
    past = int((ends <= today()).sum())
    return past >= FEWEST and past > MOST * rows


def is_of_people(column: str, filled: dict[str, pd.Series]) -> bool:
    """Say whether a column of names has people's: by first names, or as another says that they reported the row."""
    texts = filled[column].head(ROWS)
    if any(_is_reporter(other, filled[other], texts) for other in filled if other != column):
        return True
    share = float(per_value(texts, is_person).astype(bool).mean())
    repeats = texts.nunique() < REPEATED * len(texts)
    return share >= (OF_PEOPLE if repeats else NEARLY_ALL)


def tells_reporter(header: str) -> bool:
    """Say whether a header speaks of who told the row."""
    return REPORTER.search(fold(header)) is not None


def _is_reporter(header: str, texts: pd.Series, names: pd.Series) -> bool:
    """Say whether a column tells who reported each row, and it is who the row is called after."""
    if not len(texts) or not tells_reporter(header):
        return False
    both = pd.concat([names.map(fold), texts.map(fold)], axis=1, join="inner")
    return len(both) >= FEWEST_NAMES and bool((both.iloc[:, 0] == both.iloc[:, 1]).mean() >= NEARLY_ALL)


def is_person(text: str) -> bool:
    """Say whether a text is a first name, alone or with a surname.

    >>> [is_person(text) for text in ("Tania", "DUPONT Marie", "Jan P.", "Marie Curie asbl", "Chez Marie")]
    [True, True, True, False, False]
    """
    tokens = re.findall(r"[^\W\d_]+(?:['\u2019.-][^\W\d_]+)*", text)
    if not 1 <= len(tokens) <= NAME_WORDS or re.search(r"[\d&@/:]", text):
        return False
    folded = [fold(token) for token in tokens]
    if any(token in words().concept for token in folded[1:]):
        return False
    first = {folded[0], folded[0].split("-")[0]}
    is_surname_first = len(tokens) > 1 and tokens[0].isupper() and folded[-1] in first_names()
    return not first.isdisjoint(first_names()) or is_surname_first
