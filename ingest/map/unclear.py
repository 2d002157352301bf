"""Columns that seem to speak of consent in words that no table has: a person says first what they mean.

A header that refuses ("Ne pas publier", "No reuse") turns its answers round; one that nobody has listed ("Visible sur
la carte") may close its rows. To take the first for its opposite, or to pass over the second, would publish what
somebody refused (docs/decisions/0045-headers-that-refuse.md).
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

import pandas as pd

from commons.categories.scheme import fold
from commons.consent.flags import FLAG_WORDS, NO, YES, read_flag
from commons.errors import CommonsError
from commons.vocabulary import Visibility
from ingest.map.by_words import CAMEL, fields_said
from ingest.map.fields import FLAG_FIELDS
from ingest.map.mapping import Mapping, Match
from ingest.map.nothing import filled_texts
from ingest.patterns import contains
from ingest.read.table import OWN_COLUMNS, RawTable

QUOTE = "\N{RIGHT SINGLE QUOTATION MARK}"
KNOWN_SHARE = 0.2
"""Share of a column's cells that begin with a known answer, from which on it is one of answers."""
MOST_ANSWERS, ANSWER_LETTERS = 8, 30
"""How many different answers of unknown words a column has at most, and how long they are."""
FIRST_WORD = r"^(\w+)\b"
NO_ANSWER = r"\d{3}|://|@"
"""What stands in dates, numbers and links, and in no answer."""
CLOSED = (None, False, Visibility.WITHHELD.value)
LASTING = ("consent_on", "consent_until")
"""The dates by which a consent lasts longer."""
GUESSED = ("words", "typo")
"""Reasons of a match with a flag that a person has not confirmed: it may close, and never opens."""


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads((files("ingest.map") / "unclear.toml").read_text("utf-8"))


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(_table()[kind]))


def is_refusing(header: str) -> bool:
    """Say whether a header says no: what a yes means under it is the opposite of what its other words say.

    >>> is_refusing("Pas de statistiques"), is_refusing("Niet publiceren"), is_refusing("Réutilisation")
    (True, True, False)
    """
    return bool(_pattern("refusing").search(_plain(header)))


def unclear_consents(raw: RawTable, mapping: Mapping) -> list[str]:
    """Return the columns that seem to speak of consent, and of which nobody has said what they mean.

    A flag under a header that refuses is never settled: no mapping makes a consent of a refusal.
    """
    flags = {match.column: match for match in mapping.matches if match.field in FLAG_FIELDS}
    taken = {*mapping.columns, *(column for others in mapping.also.values() for column in others)}
    columns = [str(column) for column in raw.rows.columns if column not in OWN_COLUMNS]
    return [
        column
        for column in columns
        if column not in mapping.ignore
        and (
            is_refusing(column) or _opens_by_guess(flags[column], raw.rows[column])
            if column in flags
            else _is_unclear(column, raw.rows[column], is_taken=column in taken)
        )
    ]


def refuse_unclear(raw: RawTable, mapping: Mapping) -> None:
    """Raise CommonsError where a column seems to speak of consent and nobody has said what it means."""
    if columns := unclear_consents(raw, mapping):
        raise CommonsError("map_consent_unclear", column=", ".join(columns))


def _opens_by_guess(match: Match, texts: pd.Series) -> bool:
    """Say whether a flag's column that was only guessed would open anything, or let it last."""
    if match.reason not in GUESSED:
        return False
    filled = filled_texts(texts)
    if match.field not in FLAG_WORDS:
        return match.field in LASTING and not filled.empty
    return any(read_flag(match.field, text) not in CLOSED for text in filled.unique())


def _is_unclear(header: str, texts: pd.Series, *, is_taken: bool) -> bool:
    """Say whether a column may close rows; one that is taken for a field ("E-mail (non publié)") may close that."""
    filled = filled_texts(texts)
    if filled.empty:
        return False
    plain, refuses = _plain(header), is_refusing(header)
    if _pattern("secrecy").search(plain) or _pattern("publishing").search(plain):
        return (is_taken and refuses) or _are_answers(filled) or _are_few_and_short(filled)
    is_of_flag = _pattern("decided").search(plain) or any(
        field in FLAG_FIELDS for field in fields_said(header)[0]
    )
    return refuses and bool(is_of_flag) and _are_answers(filled)


def _are_answers(texts: pd.Series) -> bool:
    """Say whether a fair share of the texts are known answers, or begin with one."""
    answers = texts.map(fold).str.strip(" .!")
    known = {*YES, *NO, *_table()["saying"]}
    first = answers.str.extract(FIRST_WORD, expand=False)
    return bool((answers.isin(known) | first.isin(known)).mean() >= KNOWN_SHARE)


def _are_few_and_short(texts: pd.Series) -> bool:
    are_short = texts.str.len().le(ANSWER_LETTERS).all() and not contains(texts, NO_ANSWER).any()
    return bool(are_short and texts.nunique() <= MOST_ANSWERS)


def _plain(header: str) -> str:
    """Return a header's words, folded; a hump parts two."""
    plain = fold(re.sub(CAMEL, " ", header.strip())).replace(QUOTE, "'")
    return re.sub(r"[_/\-:;?!()\[\]\s]+", " ", plain).strip()
