"""The consent flags of a file: read by explicit tables, and closed wherever they cannot be read."""

from collections.abc import Iterator
from functools import partial

import pandas as pd

from commons.categories.scheme import fold
from commons.consent.flags import FLAG_WORDS, YES, read_flag
from commons.vocabulary import Visibility
from ingest.check.dates import is_after, order_in
from ingest.check.draft import Draft, Finding
from ingest.map.dates import Order, to_date
from ingest.map.yes import SAY_TO_WHOM
from ingest.notices import NoticeCode
from ingest.patterns import per_value

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


CLOSED = (Visibility.WITHHELD.value, False)
"""The codes that open nothing."""

UNREADABLE = {
    "visibility": NoticeCode.FLAG_UNREADABLE,
    "contact": NoticeCode.FLAG_UNREADABLE,
    "precision": NoticeCode.PRECISION_UNREADABLE,
    "statistics": NoticeCode.YES_NO_UNREADABLE,
    "reuse": NoticeCode.YES_NO_UNREADABLE,
    "licence": NoticeCode.LICENCE_UNKNOWN,
}
"""What is remarked of a word that no table of the flag has: each tells the words of its own table."""


def _read_words(draft: Draft, flag: str) -> Iterator[Finding]:
    """Set a flag to its codes; words that are not understood stay in the extras, and what they say is no.

    A cell that is merged over several rows can close all of them, and opens the first alone.
    """
    texts = draft.texts(flag)
    codes = per_value(texts, partial(read_flag, flag))
    unread = texts.notna() & codes.isna()
    opened = _covered(draft, flag) & codes.notna() & ~codes.isin(CLOSED)
    draft.leave(flag, unread | opened)
    draft.columns[flag] = codes.mask(opened, None)
    yield Finding(NoticeCode.FLAG_MERGED, opened, flag)
    if not unread.any():
        return
    says_yes = per_value(texts.where(unread), lambda text: flag in SAY_TO_WHOM and fold(text) in YES).eq(
        other=True
    )
    yield Finding(NoticeCode.FLAG_SAYS_YES, says_yes, flag)
    yield Finding(UNREADABLE[flag], unread & ~says_yes, flag)


def _covered(draft: Draft, flag: str) -> pd.Series:
    """Return True where the flag's cell is merged with one above: it was given for that row."""
    header = draft.source.mapping.header_of(flag)
    rows = {
        notice.row_number
        for notice in draft.source.raw.notices
        if notice.code is NoticeCode.CELLS_MERGED and notice.column == header
    }
    return pd.Series(draft.index.isin(rows), index=draft.index)


def _read_dates(draft: Draft) -> Iterator[Finding]:
    closed = pd.Series(data=False, index=draft.index)
    for name in ("consent_on", "consent_until"):
        texts = draft.texts(name)
        order = order_in(draft, name)
        dates = to_date(texts, order)
        if order is Order.MONTH_FIRST:
            yield Finding(NoticeCode.DATES_MONTH_FIRST, field=name)
        unreadable = texts.notna() & dates.isna()
        draft.leave(name, unreadable)
        draft.columns[name] = dates
        closed |= unreadable
        yield Finding(NoticeCode.CONSENT_DATE_UNREADABLE, unreadable, name)
    since, until = draft.columns["consent_on"], draft.columns["consent_until"]
    reversed_dates = is_after(since, until) | (since == until)  # half-open: it would never hold
    yield Finding(NoticeCode.CONSENT_DATES_REVERSED, reversed_dates, "consent_until")
    if (closed | reversed_dates).any():
        yield from _close(draft, closed | reversed_dates)


def _close(draft: Draft, rows: pd.Series) -> Iterator[Finding]:
    """Take back every flag of these rows.

    In a file without visibility no flag could hold a record back from the dataset's default: the row is set aside.
    """
    for flag in FLAG_WORDS:
        draft.columns[flag] = draft.columns[flag].mask(rows, None)
    if not draft.has("visibility"):
        yield Finding(NoticeCode.CONSENT_CLOSED, rows)
