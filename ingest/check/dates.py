"""The dates of a record, each column read in one order of day and month."""

from collections.abc import Iterator
from datetime import date
from functools import partial

import pandas as pd

from commons.calendar import today
from commons.schema.fields import FieldType, names_of
from ingest.check.draft import Draft, Finding
from ingest.map.dates import SERIAL, Order, orders_shown, read_date_or_serial
from ingest.notices import NoticeCode
from ingest.patterns import is_like, per_value


def check_dates(draft: Draft) -> Iterator[Finding]:
    """Read the dates of a record; an end before the beginning stays in the extras only."""
    for name in names_of(FieldType.DATE):
        texts = draft.texts(name)
        order = order_in(draft, name)
        dates = per_value(texts, partial(read_date_or_serial, order=order))
        yield Finding(NoticeCode.DATE_FROM_SERIAL, is_like(texts, SERIAL) & dates.notna(), name)
        if order is Order.MONTH_FIRST:
            yield Finding(NoticeCode.DATES_MONTH_FIRST, field=name)
        unreadable = texts.notna() & dates.isna()
        draft.leave(name, unreadable)
        draft.columns[name] = dates
        yield Finding(NoticeCode.DATE_UNREADABLE, unreadable, name)
    founded, now = draft.columns["founded_on"], today()
    in_future = [day is not None and day > now for day in founded.where(founded.notna(), None)]
    yield Finding(
        NoticeCode.FOUNDED_IN_FUTURE, pd.Series(in_future, index=draft.index, dtype=bool), "founded_on"
    )
    reversed_dates = is_after(draft.columns["founded_on"], draft.columns["ended_on"])
    if reversed_dates.any():
        ended = draft.columns["ended_on"]
        header = draft.source.mapping.header_of("ended_on") or "ended_on"
        kept = ended.where(reversed_dates).map(date.isoformat, na_action="ignore").astype("str")
        draft.leftovers[header] = kept.fillna(draft.leftovers.get(header, kept))
        draft.columns["ended_on"] = ended.mask(reversed_dates, None)
    yield Finding(NoticeCode.DATES_REVERSED, reversed_dates, "ended_on")


def order_in(draft: Draft, name: str) -> Order:
    """Return the order of a field's dates: what earlier chunks of the file have shown, with what this one shows."""
    shown = draft.memory.date_orders.setdefault(name, set())
    shown |= orders_shown(draft.texts(name))
    if len(shown) > 1:
        return Order.UNSURE
    return Order(next(iter(shown), Order.DAY_FIRST))


def is_after(earlier: pd.Series, later: pd.Series) -> pd.Series:
    """Return True where both dates are there and the one that should be earlier is not."""
    if earlier.isna().all() or later.isna().all():
        return pd.Series(data=False, index=earlier.index)
    return pd.to_datetime(earlier).gt(pd.to_datetime(later))
