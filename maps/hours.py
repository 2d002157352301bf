"""Which of the opening hours that a reader sees include a moment: asked of their few spellings."""

from collections.abc import Iterable
from datetime import datetime

from commons.opening_hours import is_open

HOURS = "SELECT DISTINCT opening_hours FROM place WHERE opening_hours IS NOT NULL"


def open_at(hours: Iterable[str], instant: datetime) -> tuple[str, ...]:
    """Return those of the hours that surely include the instant; what nobody can read is not among them."""
    return tuple(sorted(text for text in hours if is_open(text, instant)))
