"""Posters: the map and the list of one district on a sheet of paper, with a QR code that leads to the living map."""

from datetime import datetime
from enum import StrEnum

from commons.release import Released
from commons.vocabulary import Language
from maps.entries import Entries, read_entries
from maps.filters import Filters
from maps.poster.letters import load_letters
from maps.poster.paper import PAPERS, Size
from maps.poster.pdf import write_pdf
from maps.poster.sheet import Told, sheet
from maps.poster.svg import write_svg
from maps.poster.terrain import Terrain, read_terrain

__all__ = [
    "MOST_ON_POSTER",
    "Form",
    "Size",
    "Terrain",
    "poster",
    "poster_entries",
    "read_terrain",
    "with_district",
]

MOST_ON_POSTER = 400
"""No paper holds more; what is beyond is counted on it."""


class Form(StrEnum):
    """The files that a poster is made as."""

    PDF = "pdf"
    SVG = "svg"


def poster(
    reader: Released,
    terrain: Terrain,
    *,
    language: Language,
    filters: Filters,
    address: str,
    size: Size,
    form: Form,
    at: datetime,
    entries: Entries | None = None,
) -> bytes:
    """Return the file: what the reader sees at this moment of a district, each at its published place.

    `terrain` is of `read_terrain`; `filters` narrow further; `address` is where the QR code leads; `at` is the moment
    that is told as the day, and that the filter of opening hours means. The same question of the same release gives
    the same bytes on one day. `entries` are those of `poster_entries`, where they have been read. Raises CommonsError.
    """
    load_letters()
    narrowed = with_district(filters, terrain.district.code)
    entries = entries or poster_entries(reader, terrain, language, filters, at)
    drawing = sheet(Told(language, terrain, entries, narrowed, address, at), PAPERS[size])
    return write_pdf(drawing) if form is Form.PDF else write_svg(drawing)


def poster_entries(
    reader: Released, terrain: Terrain, language: Language, filters: Filters, at: datetime
) -> Entries:
    """Return what the poster tells of; where its paper has no room for all, the last by name are only counted."""
    narrowed = with_district(filters, terrain.district.code)
    return read_entries(reader, language, narrowed, most=MOST_ON_POSTER, at=at)


def with_district(filters: Filters, code: str) -> Filters:
    """Return the filters with the district in the place of any other.

    >>> with_district((("category", ("art",)), ("open", ("now",))), "62")
    (('category', ('art',)), ('district', ('62',)), ('open', ('now',)))
    """
    others = [(name, values) for name, values in filters if name != "district"]
    return tuple(sorted([*others, ("district", (code,))]))
