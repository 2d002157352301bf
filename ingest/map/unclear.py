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
from commons.consent.flags import NO, YES
from commons.errors import CommonsError
from ingest.map.by_words import fields_said
from ingest.map.fields import FLAG_FIELDS
from ingest.map.mapping import Mapping
from ingest.map.nothing import filled_texts
from ingest.read.table import OWN_COLUMNS, RawTable

QUOTE = "\N{RIGHT SINGLE QUOTATION MARK}"
MOST_ANSWERS, ANSWERS_SHARE = 8, 0.5
"""Different texts of a column of answers, and which share of its cells is one that is known."""


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
    """Return the columns that seem to speak of consent, that no flag was made of, and of which nobody has said more."""
    settled = {
        *(match.column for match in mapping.matches if match.field in FLAG_FIELDS),
        *mapping.ignore,
    }
    return [
        str(column)
        for column, texts in raw.rows.items()
        if column not in OWN_COLUMNS and str(column) not in settled and _is_unclear(str(column), texts)
    ]


def refuse_unclear(raw: RawTable, mapping: Mapping) -> None:
    """Raise CommonsError where a column seems to speak of consent and nobody has said what it means."""
    for column in unclear_consents(raw, mapping):
        raise CommonsError("map_consent_unclear", column=column)


def _is_unclear(header: str, texts: pd.Series) -> bool:
    filled = filled_texts(texts)
    if filled.empty:
        return False
    plain = _plain(header)
    speaks = _pattern("secrecy").search(plain) or _pattern("publishing").search(plain)
    refuses = is_refusing(header) and (
        _pattern("decided").search(plain) or any(field in FLAG_FIELDS for field in fields_said(header)[0])
    )
    return bool(speaks or refuses) and _are_answers(filled)


def _are_answers(texts: pd.Series) -> bool:
    answers = texts.map(fold).str.strip(" .!")
    known = answers.isin([*YES, *NO, *_table()["saying"]]).mean()
    return bool(answers.nunique() <= MOST_ANSWERS and known >= ANSWERS_SHARE)


def _plain(header: str) -> str:
    return re.sub(r"[_/\-:;?!()\[\]\s]+", " ", fold(header).replace(QUOTE, "'")).strip()
