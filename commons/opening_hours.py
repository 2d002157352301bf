"""Opening hours in OpenStreetMap's syntax: one spelling of them, and whether a place is open at an instant."""

from datetime import datetime
from functools import lru_cache

from opening_hours import OpeningHours, State, validate

from commons.calendar import LOCAL
from commons.territory import territory

FARTHEST_DAYS = 366
"""No further is the next change looked for: hours of the year 9999 must not cost more than others."""


def write_hours(text: str) -> str | None:
    """Return the hours in their usual spelling, None where they are not in OpenStreetMap's syntax.

    A comment is kept as it was written: the library would set "24/7" before one that stands alone.

    >>> write_hours("Mo-Fr  09:00-17:00 ; PH off"), write_hours("lundi de 9 à 17 h")
    ('Mo-Fr 09:00-17:00; PH closed', None)
    """
    hours = _read(text)
    if hours is None:
        return None
    return text if '"' in text else str(hours)


def is_open(hours: str | None, at: datetime) -> bool | None:
    """Say whether hours include the instant (with its time zone), in the territory and by its country's holidays.

    None where nobody can tell: hours that cannot be read, "unknown", or a comment such as "by appointment".

    >>> is_open("Mo-Fr 09:00-17:00; PH off", datetime(2026, 7, 21, 12, tzinfo=LOCAL))
    False
    >>> is_open("sur rendez-vous", datetime(2026, 7, 21, 12, tzinfo=LOCAL)) is None
    True
    """
    read = _read(hours) if hours else None
    if read is None:
        return None
    state, comment = read.state(at.astimezone(LOCAL))
    if state == State.UNKNOWN or (state == State.OPEN and comment):
        return None
    return bool(state == State.OPEN)


@lru_cache(maxsize=4096)
def _read(text: str) -> OpeningHours | None:
    spaced = " ".join(text.split())
    if not validate(spaced):
        return None
    return OpeningHours(spaced, timezone=LOCAL, country=territory().country, max_interval_days=FARTHEST_DAYS)
