"""A sheet's rows of cells to tables of text: what XLSX and ODS have in common."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any, NamedTuple, Protocol

from ingest.map.headers import fold_header, header_words
from ingest.notices import Notice, NoticeCode
from ingest.read.table import (
    Format,
    RawTable,
    name_columns,
    pad,
    plain_text,
    refuse_size,
    tabulate,
)

FORMULA, ERROR = "f", "e"
"""The data types, as openpyxl names them, of a cell that was calculated, and of one whose calculation failed."""
CALCULATED = (FORMULA, ERROR)


class Cell(Protocol):
    """A cell: its value (of a formula what it last showed, None where nobody knows) and the type of its data."""

    @property
    def value(self) -> Any:
        """Return a plain value, a date or a time."""

    @property
    def data_type(self) -> str:
        """Return `FORMULA`, `ERROR`, or any other."""


class PlainCell(NamedTuple):
    """A cell of our own making."""

    value: Any
    data_type: str = "s"


Line = tuple[int, Sequence[Cell]]
"""A row's number in its sheet, and its cells."""

MOST_ABOVE = 5
"""Lines above the titles: a heading, a date, who made the list."""
ABOVE_CELLS, TITLE_CELLS, KNOWN_TITLES = 2, 3, 2
"""A line above has at most so many filled cells, titles at least so many, and so many of them are known ones."""


def filled(rows: Iterable[Sequence[Cell]]) -> Iterator[Line]:
    """Yield the rows that are not blank up to their last filled cell, with their number in the sheet."""
    for number, cells in enumerate(rows):
        width = max(
            (
                place
                for place, cell in enumerate(cells, start=1)
                if cell.value not in (None, "") or cell.data_type in CALCULATED
            ),
            default=0,
        )
        if width:
            yield number, cells[:width]


def below_heading(lines: Iterator[Line]) -> tuple[Line | None, Iterator[Line], list[Notice]]:
    """Return the line of titles, those after it, and a notice where lines of few words stand above it.

    Titles that nobody knows are looked for in the first line: what is passed over is no row.
    """
    ahead = list(islice(lines, MOST_ABOVE + 1))
    for place, (_, cells) in enumerate(ahead):
        texts = [cell.value for cell in cells if cell.value not in (None, "")]
        if len(texts) > ABOVE_CELLS:
            known = sum(isinstance(text, str) and fold_header(text) in header_words() for text in texts)
            if place and len(texts) >= TITLE_CELLS and known >= KNOWN_TITLES:
                notices = [Notice(NoticeCode.LINES_ABOVE_TITLES)]
                return ahead[place], chain(ahead[place + 1 :], lines), notices
            break
    return (ahead[0] if ahead else None), chain(ahead[1:], lines), []


def read_lines(first: Line, lines: list[Line], form: Format, about_file: Iterable[Notice]) -> RawTable:
    """Return lines of a sheet as text under the titles of its first, with a notice for every formula.

    Of a formula that failed, or whose value nobody knows, nothing is kept. A column without a title is kept: someone
    has written beside the table.
    """
    start, titles = first
    records: dict[int, list[str | None]] = {}
    formulas: list[tuple[int, int, NoticeCode]] = []
    for number, cells in lines:
        record = [None if cell.data_type == ERROR else as_text(cell.value) for cell in cells]
        formulas += [
            (
                number - start,
                place,
                NoticeCode.FORMULA_DROPPED if record[place] is None else NoticeCode.FORMULA_VALUE,
            )
            for place, cell in enumerate(cells)
            if cell.data_type in CALCULATED
        ]
        records[number - start] = record
    width = max(len(titles), *(len(record) for record in records.values()), 0)
    header = [as_text(cell.value) or "" for cell in titles] + [""] * (width - len(titles))
    refuse_size(width, len(records))
    rows, named = tabulate(header, {number: pad(record, width) for number, record in records.items()})
    names, _ = name_columns(header)
    about_formulas = [Notice(code, row, names[place]) for row, place, code in formulas]
    return RawTable(rows, None, None, form, None, (*about_file, *named, *about_formulas))


def as_text(value: Any) -> str | None:
    """Return a cell's value as text: a date in ISO form, a whole number without a decimal point."""
    match value:
        case None | str() | int() | float():
            return plain_text(value)
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
    return str(value)
