"""Dates as people write them: ISO, in figures or with the month's name, or a bare year; in one order for a column."""

import re
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

import pandas as pd

from commons.calendar import today
from commons.categories.scheme import fold
from ingest.patterns import per_value

_ZONE = r"(?: ?(?:Z|UTC|GMT)?(?: ?[+-]\d{1,2}(?::?\d{2})?)?)?"
TIME = rf"(?:[T ,]+\d{{1,2}}[:h.]\d{{2}}(?:[:.][\d.]+)? ?(?:[ap]\.?m\.?)?{_ZONE})?"
"""The time of a day, which no date needs."""
ISO = re.compile(r"(?P<y>\d{4})(?:[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?)?" + TIME, re.IGNORECASE)
COMPACT = re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)")
FIGURES = re.compile(
    r"(?:(?P<first>\d{1,2})[-/. ])?(?P<second>\d{1,2})[-/. ](?P<y>\d{4}|'?\d{2})" + TIME, re.IGNORECASE
)
"""A day and a month in one of two orders, or a month alone, before the year."""
IN_WORDS = (
    re.compile(
        r"(?:[a-z]+,? )?(?:(?P<d>\d{1,2})(?:er|e|ste|de|st|nd|rd|th)?[-/. ]+(?:of )?)?(?P<month>[a-z]+)\.?[-/. ,]+"
        r"(?P<y>\d{4}|'?\d{2})" + TIME
    ),
    re.compile(r"(?:[a-z]+,? )?(?P<month>[a-z]+)\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})" + TIME),
)
"""Read after case and accents are gone; a weekday may stand before."""
MONTHS = (
    "january janvier januari", "february fevrier februari", "march mars maart", "april avril", "may mai mei",
    "june juin juni", "july juillet juli", "august aout augustus", "september septembre", "october octobre oktober",
    "november novembre", "december decembre",
)  # fmt: skip
ABBREVIATED = {"mrt": 3, "mar": 3, "juil": 7, "jui": 7}
MONTH_LETTERS = 3
"""The fewest by which a month is cut short."""
EARLIEST_YEAR, LATEST_YEAR = 1800, 2100
YEARS_AHEAD = 5
"""A year of two digits is at most so far ahead of now: "1/1/15" is 2015, "1/1/95" is 1995."""
MONTHS_IN_YEAR = 12
SERIAL = r"[1-9][0-9]{4}(?:\.[0-9]+)?"
"""Days as spreadsheets count them, 1927 to 2173: what a date becomes in a column of numbers."""
SERIAL_ORIGIN = date(1899, 12, 30)
"""Day 0 of Excel from March 1900 on (it takes 1900 for a leap year), and of LibreOffice."""


class Order(StrEnum):
    """In which order a column writes day and month; `UNSURE` where some dates can only be one, and some the other."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    UNSURE = "unsure"


def orders_shown(texts: pd.Series) -> set[str]:
    """Return the orders that dates prove which can be read in one order only; a date of none tells nothing.

    >>> orders_shown(pd.Series(["12/31/2020", "03/04/2021", "2020-12-31"]))
    {<Order.MONTH_FIRST: 'month first'>}
    """
    proofs = per_value(texts, _order_shown).dropna().unique()
    return set(proofs)


def _order_shown(text: str) -> Order | None:
    written = FIGURES.fullmatch(text.strip())
    if not written or written["first"] is None:
        return None
    first, second = int(written["first"]), int(written["second"])
    if first > MONTHS_IN_YEAR >= second:
        return Order.DAY_FIRST
    return Order.MONTH_FIRST if second > MONTHS_IN_YEAR >= first else None


def to_date(texts: pd.Series, order: Order = Order.DAY_FIRST) -> pd.Series:
    """Return the texts as `datetime.date`, None where they are no date (object dtype); a part left out is its first."""
    return per_value(texts, partial(read_date, order=order))


def read_date(text: str, order: Order = Order.DAY_FIRST, *, in_century: bool = False) -> date | None:
    """Return the date that the text writes, None where it is none, or where the order leaves two.

    `in_century` allows a year of two digits.

    >>> read_date("2018-03-01"), read_date("01/03/2018"), read_date("1er mars 2018"), read_date("31/02/2027")
    (datetime.date(2018, 3, 1), datetime.date(2018, 3, 1), datetime.date(2018, 3, 1), None)
    >>> read_date("03/04/2021", Order.MONTH_FIRST), read_date("03/04/2021", Order.UNSURE)
    (datetime.date(2021, 3, 4), None)
    """
    plain = text.strip()
    if written := (ISO.fullmatch(plain) or COMPACT.fullmatch(plain)):
        return _day(written["y"], written["m"], written["d"], in_century=in_century)
    if written := FIGURES.fullmatch(plain):
        first, second = written["first"], written["second"]
        if first is None:
            return _day(written["y"], second, None, in_century=in_century)
        if (
            order is Order.UNSURE
            and int(first) <= MONTHS_IN_YEAR >= int(second)
            and int(first) != int(second)
        ):
            return None
        proven = _order_shown(plain) if order is Order.UNSURE else order
        day, month = (second, first) if proven is Order.MONTH_FIRST else (first, second)
        return _day(written["y"], month, day, in_century=in_century)
    folded = fold(plain)
    written = next((found for pattern in IN_WORDS if (found := pattern.fullmatch(folded))), None)
    month = month_of(written["month"]) if written else None
    return _day(written["y"], str(month), written["d"], in_century=in_century) if written and month else None


def month_of(word: str) -> int | None:
    """Return the number of the month that a folded word names, whole or cut short, None where it names none or several.

    >>> month_of("maart"), month_of("sept"), month_of("ju"), month_of("lundi")
    (3, 9, None, None)
    """
    if word in ABBREVIATED:
        return ABBREVIATED[word]
    if len(word) < MONTH_LETTERS:
        return None
    named = [
        n for n, names in enumerate(MONTHS, start=1) if any(name.startswith(word) for name in names.split())
    ]
    return named[0] if len(named) == 1 else None


def _day(year: str, month: str | None, day: str | None, *, in_century: bool) -> date | None:
    """Return the day, the first where a part is left out; None where there is no such day, or none within reach."""
    digits = year.removeprefix("'")
    whole = int(digits)
    if len(digits) == 2:
        if not in_century:
            return None
        whole += 2000 if whole + 2000 <= today().year + YEARS_AHEAD else 1900
    if not EARLIEST_YEAR <= whole <= LATEST_YEAR:
        return None
    try:
        return date(whole, int(month or 1), int(day or 1))
    except ValueError:
        return None


def read_date_or_serial(text: str, order: Order = Order.DAY_FIRST) -> date | None:
    """Return the date that a text writes, its year maybe in two digits, or that a spreadsheet counts; None for neither.

    Not for consents: none may rest on such a guess.

    >>> read_date_or_serial("45000"), read_date_or_serial("99999"), read_date_or_serial("1/1/15")
    (datetime.date(2023, 3, 15), None, datetime.date(2015, 1, 1))
    """
    if not re.fullmatch(SERIAL, text):
        return read_date(text, order, in_century=True)
    day = SERIAL_ORIGIN + timedelta(days=int(float(text)))
    return day if day.year <= LATEST_YEAR else None
