"""Dates as people write them: ISO, day first, or a bare year."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd

from ingest.check.draft import Draft, Finding
from ingest.map.patterns import is_like, per_value
from ingest.notices import NoticeCode

ISO = re.compile(
    r"(?P<y>\d{4})(?:[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?)?(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?"
)
DAY_FIRST = re.compile(r"(?:(?P<d>\d{1,2})[-/. ])?(?P<m>\d{1,2})[-/. ](?P<y>\d{4})")
EARLIEST_YEAR, LATEST_YEAR = 1800, 2100
SERIAL = r"[1-9][0-9]{4}(?:\.[0-9]+)?"
"""Days as spreadsheets count them, 1927 to 2173: what a date becomes in a column of numbers."""
SERIAL_ORIGIN = date(1899, 12, 30)
"""Day 0 of Excel from March 1900 on (it takes 1900 for a leap year), and of LibreOffice."""


def check_dates(draft: Draft) -> Iterator[Finding]:
    """Read the three dates of a record; an end before the beginning stays in the extras only."""
    for name in ("founded_on", "ended_on", "updated_on"):
        texts = draft.texts(name)
        dates = per_value(texts, read_date_or_serial)
        yield Finding(NoticeCode.DATE_FROM_SERIAL, is_like(texts, SERIAL) & dates.notna(), name)
        unreadable = texts.notna() & dates.isna()
        draft.leave(name, unreadable)
        draft.columns[name] = dates
        yield Finding(NoticeCode.DATE_UNREADABLE, unreadable, name)
    reversed_dates = is_after(draft.columns["founded_on"], draft.columns["ended_on"])
    if reversed_dates.any():
        ended = draft.columns["ended_on"]
        header = draft.source.mapping.header_of("ended_on") or "ended_on"
        kept = ended.where(reversed_dates).map(date.isoformat, na_action="ignore").astype("str")
        draft.leftovers[header] = kept.fillna(draft.leftovers.get(header, kept))
        draft.columns["ended_on"] = ended.mask(reversed_dates, None)
    yield Finding(NoticeCode.DATES_REVERSED, reversed_dates, "ended_on")


def to_date(texts: pd.Series) -> pd.Series:
    """Return the texts as `datetime.date`, None where they are no date (object dtype); a part left out is its first."""
    return per_value(texts, read_date)


def read_date(text: str) -> date | None:
    """Return the date that the text writes, None where it is none.

    >>> read_date("2018-03-01"), read_date("01/03/2018"), read_date("2018"), read_date("31/02/2027")
    (datetime.date(2018, 3, 1), datetime.date(2018, 3, 1), datetime.date(2018, 1, 1), None)
    """
    written = ISO.fullmatch(text.strip()) or DAY_FIRST.fullmatch(text.strip())
    if not written:
        return None
    year, month, day = (int(written[part] or 1) for part in "ymd")
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_date_or_serial(text: str) -> date | None:
    """Return the date that a text writes or a spreadsheet counts, None where it is neither.

    Not for consents: none may rest on such a guess.

    >>> read_date_or_serial("45000"), read_date_or_serial("99999"), read_date_or_serial("2018")
    (datetime.date(2023, 3, 15), None, datetime.date(2018, 1, 1))
    """
    if not re.fullmatch(SERIAL, text):
        return read_date(text)
    day = SERIAL_ORIGIN + timedelta(days=int(float(text)))
    return day if day.year <= LATEST_YEAR else None


def is_after(earlier: pd.Series, later: pd.Series) -> pd.Series:
    """Return True where both dates are there and the one that should be earlier is not."""
    if earlier.isna().all() or later.isna().all():
        return pd.Series(data=False, index=earlier.index)
    return pd.to_datetime(earlier).gt(pd.to_datetime(later))
