"""Dates as people write them: ISO, day first, or a bare year."""

import re
from collections.abc import Iterator
from datetime import date

import pandas as pd

from ingest.check.draft import Draft, Finding
from ingest.map.patterns import per_value
from ingest.notices import NoticeCode

ISO = re.compile(
    r"(?P<y>\d{4})(?:[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?)?(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?"
)
DAY_FIRST = re.compile(r"(?:(?P<d>\d{1,2})[-/. ])?(?P<m>\d{1,2})[-/. ](?P<y>\d{4})")
EARLIEST_YEAR, LATEST_YEAR = 1800, 2100


def check_dates(draft: Draft) -> Iterator[Finding]:
    """Read the three dates of a record; an end before the beginning stays in the extras only."""
    for name in ("founded_on", "ended_on", "updated_on"):
        texts = draft.texts(name)
        dates = to_date(texts)
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


def is_after(earlier: pd.Series, later: pd.Series) -> pd.Series:
    """Return True where both dates are there and the one that should be earlier is not."""
    if earlier.isna().all() or later.isna().all():
        return pd.Series(data=False, index=earlier.index)
    return pd.to_datetime(earlier).gt(pd.to_datetime(later))
