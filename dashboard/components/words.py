"""How a page writes data: names, numbers and days by language, and partners' texts as nothing but text."""

import re
from collections.abc import Hashable, Mapping
from datetime import date
from string import punctuation
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from commons.categories.scheme import category_names
from commons.i18n.numbers import written_day
from commons.vocabulary import Language
from maps.classes import format_number

ESCAPED = {ord(sign): f"\\{sign}" for sign in punctuation}
WORD_JOINER = "\N{WORD JOINER}"
# Streamlit turns these into links, icons and emoji even where their punctuation is escaped.
LINK_LIKE = re.compile(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)", re.IGNORECASE)
NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"

Row = Mapping[Hashable, Any]


def plain(text: str) -> str:
    r"""Return a text that Markdown shows as it stands, on one line: no link, picture, heading or formula comes of it.

    >>> plain("*Chez*  [nous]")
    '\\*Chez\\* \\[nous\\]'
    """
    return LINK_LIKE.sub(WORD_JOINER, " ".join(text.split())).translate(ESCAPED)


def has(value: object) -> bool:
    """Tell whether there is a value at all."""
    if isinstance(value, (list, tuple)):
        return len(value) > 0
    return not pd.isna(value) and value != ""  # type: ignore[call-overload]


def told_of(row: Row, field: str, language: Language) -> tuple[str, Language | None]:
    """Return the field in the language, else as given without one, else in any, else nothing; and its language.

    >>> told_of({"description_fr": "Un potager"}, "description", Language.NL)
    ('Un potager', <Language.FR: 'fr'>)
    """
    ways: list[tuple[str, Language | None]] = [(f"{field}_{language}", language), (field, None)]
    ways += [(f"{field}_{other}", other) for other in Language]
    return next(((str(row[name]), spoken) for name, spoken in ways if has(row.get(name))), ("", None))


def text_of(row: Row, field: str, language: Language) -> str:
    """Return the text of `told_of`."""
    return told_of(row, field, language)[0]


def category_label(code: str, language: Language) -> str:
    """Return the category's label, or the code where the scheme does not have it."""
    return category_names(language).get(code, code)


def number(value: object, language: Language, decimals: int = 0) -> str:
    """Return a number as readers of the language write it, a dash where there is none."""
    if not has(value):
        return NOTHING
    return format_number(float(value), language, decimals).replace("-", MINUS)  # type: ignore[arg-type]


def percent(share: object, language: Language, decimals: int = 0) -> str:
    """Return a share of 0 to 1 in percent, a dash where there is none.

    >>> percent(0.25, Language.EN)
    '25%'
    """
    if not has(share):
        return NOTHING
    space = "" if language is Language.EN else NO_BREAK
    return f"{number(float(share) * 100, language, decimals)}{space}%"  # type: ignore[arg-type]


def day(value: date, language: Language) -> str:
    """Return a day: 23/11/2026, in English 23 Nov 2026."""
    return written_day(value, language)


def web_address(text: object) -> str | None:
    """Return the address if it is one that a page may link to, else None.

    >>> web_address("https://a.be/x"), web_address("javascript:alert(1)")
    ('https://a.be/x', None)
    """
    try:
        parts = urlsplit(str(text))
    except ValueError:
        return None
    return str(text) if parts.scheme in ("http", "https") and parts.hostname else None
