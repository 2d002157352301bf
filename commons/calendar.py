"""The calendar of the commons: every day that it names is a day of its territory, whatever a machine's clock says.

A database session counts its days there too (`timezone` in `commons.database.options`). So an end that a consent names
comes at one instant in the program and in PostgreSQL.
"""

from datetime import date, datetime, time

from commons.territory import territory

LOCAL = territory().time_zone
"""The time zone of the territory."""


def today() -> date:
    """Return the day that it is here."""
    return datetime.now(LOCAL).date()


def day_of(instant: datetime) -> date:
    """Return the day here of an instant, which has its time zone.

    >>> from datetime import UTC
    >>> day_of(datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    datetime.date(2026, 12, 1)
    """
    return instant.astimezone(LOCAL).date()


def midnight(day: date) -> datetime:
    """Return the instant at which a day begins here.

    >>> midnight(date(2026, 7, 1)).isoformat()
    '2026-07-01T00:00:00+02:00'
    """
    return datetime.combine(day, time(), LOCAL)
