"""The consent flags of a file: read by explicit tables, and closed wherever they cannot be read."""

from collections.abc import Iterator
from functools import partial

import pandas as pd

from commons.consent.flags import FLAG_WORDS, read_flag
from ingest.check.dates import is_after, to_date
from ingest.check.draft import Draft, Finding
from ingest.map.patterns import per_value
from ingest.notices import NoticeCode

EXPECTED = (*FLAG_WORDS, "consent_by", "consent_on")
"""The flags whose empty cell is worth a word; an end or a piece of evidence may well be missing."""


def check_consent(draft: Draft) -> Iterator[Finding]:
    """Set every flag to its code. A word in no table is no consent; nor is a consent whose dates nobody can read."""
    for flag in EXPECTED:
        if draft.has(flag):
            yield Finding(NoticeCode.FLAG_EMPTY, draft.texts(flag).isna(), flag)
    for flag in FLAG_WORDS:
        yield from _read_words(draft, flag)
    yield from _read_dates(draft)


def _read_words(draft: Draft, flag: str) -> Iterator[Finding]:
    texts = draft.texts(flag)
    draft.columns[flag] = per_value(texts, partial(read_flag, flag))
    code = NoticeCode.LICENCE_UNKNOWN if flag == "licence" else NoticeCode.FLAG_UNREADABLE
    yield Finding(code, texts.notna() & draft.columns[flag].isna(), flag)


def _read_dates(draft: Draft) -> Iterator[Finding]:
    closed = pd.Series(data=False, index=draft.index)
    for name in ("consent_on", "consent_until"):
        texts = draft.texts(name)
        dates = to_date(texts)
        unreadable = texts.notna() & dates.isna()
        draft.leave(name, unreadable)
        draft.columns[name] = dates
        closed |= unreadable
        yield Finding(NoticeCode.CONSENT_DATE_UNREADABLE, unreadable, name)
    since, until = draft.columns["consent_on"], draft.columns["consent_until"]
    reversed_dates = is_after(since, until) | (since == until)  # half-open: it would never hold
    yield Finding(NoticeCode.CONSENT_DATES_REVERSED, reversed_dates, "consent_until")
    yield from _close(draft, closed | reversed_dates)


def _close(draft: Draft, rows: pd.Series) -> Iterator[Finding]:
    """Take back every flag of these rows.

    In a file without visibility no flag could hold a record back from the dataset's default: the row is set aside.
    """
    for flag in FLAG_WORDS:
        draft.columns[flag] = draft.columns[flag].mask(rows, None)
    if not draft.has("visibility"):
        yield Finding(NoticeCode.CONSENT_CLOSED, rows)
