"""The calendar of the commons: every day that it names is a day in Brussels, whatever the clock of a machine says.

A database session counts its days there too (`timezone` in `commons.database.options`). So an end that a consent names
comes at one instant in the program and in PostgreSQL.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


def today() -> date:
    """Return the day that it is in Brussels."""
    return datetime.now(BRUSSELS).date()


def day_of(instant: datetime) -> date:
    """Return the day in Brussels of an instant, which has its time zone.

    >>> from datetime import UTC
    >>> day_of(datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    datetime.date(2026, 12, 1)
    """
    return instant.astimezone(BRUSSELS).date()


def midnight(day: date) -> datetime:
    """Return the instant at which a day begins in Brussels.

    >>> midnight(date(2026, 7, 1)).isoformat()
    '2026-07-01T00:00:00+02:00'
    """
    return datetime.combine(day, time(), BRUSSELS)
