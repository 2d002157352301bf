"""A sheet's rows of cells to tables of text: what XLSX and ODS have in common."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any, NamedTuple, Protocol

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
from ingest.read.titles import LOOKED_AT, find_titles

FORMULA, ERROR = "f", "e"
"""The data types, as openpyxl names them, of a cell that was calculated, and of one whose calculation failed."""
CALCULATED = (FORMULA, ERROR)
MERGED = "m"
"""The data type of a cell that belongs to the one above it."""


class Cell(Protocol):
    """A cell: its value (of a formula what it last showed, None where nobody knows) and the type of its data."""

    @property
    def value(self) -> Any:
        """Return a plain value, a date or a time."""

    @property
    def data_type(self) -> str:
        """Return `FORMULA`, `ERROR`, `MERGED`, or any other."""


class PlainCell(NamedTuple):
    """A cell of our own making."""

    value: Any
    data_type: str = "s"


Line = tuple[int, Sequence[Cell]]
"""A row's number in its sheet, and its cells."""


class Merged(NamedTuple):
    """A cell over several rows: the first and the last of them, and its column."""

    first: int
    last: int
    column: int


class Heading(NamedTuple):
    """The titles of a sheet's columns, and the number of their row."""

    number: int
    titles: list[str]


@dataclass
class Hidden:
    """What a sheet does not show, by number from 0: its program filtered rows, or folded columns away."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)


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


def below_heading(lines: Iterator[Line]) -> tuple[Heading | None, Iterator[Line], list[Notice]]:
    """Return the titles, the lines after them, and a notice where other lines stand above."""
    first = list(islice(lines, LOOKED_AT))
    if not first:
        return None, lines, []
    found = find_titles([[as_text(cell.value) or "" for cell in cells] for _, cells in first])
    number, _ = first[found.lines - 1]
    return Heading(number, found.header), chain(first[found.lines :], lines), list(found.notices)


def count_rows(lines: int) -> int:
    """Return how many rows a sheet with so many filled lines has below its titles."""
    return max(lines - 1, min(lines, 1))


def read_lines(
    heading: Heading, lines: list[Line], form: Format, about_file: Iterable[Notice], hidden: Hidden
) -> RawTable:
    """Return lines of a sheet as text under its titles, with a notice for what is not plainly there.

    Of a formula that failed, or whose value nobody knows, nothing is kept. A column without a title is kept: someone
    has written beside the table. What is hidden is read.
    """
    start, titles = heading
    records: dict[int, list[str | None]] = {}
    remarks: list[tuple[int, int, NoticeCode]] = []
    for number, cells in lines:
        record = [None if cell.data_type == ERROR else as_text(cell.value) for cell in cells]
        remarks += [
            (number - start, place, _remark(cell, record[place]))
            for place, cell in enumerate(cells)
            if cell.data_type in (*CALCULATED, MERGED)
        ]
        records[number - start] = record
    width = max(len(titles), *(len(record) for record in records.values()), 0)
    header = [*titles, *[""] * (width - len(titles))]
    refuse_size(width, len(records))
    rows, named = tabulate(header, {number: pad(record, width) for number, record in records.items()})
    names, _ = name_columns(header)
    about_cells = [Notice(code, row, names[place]) for row, place, code in remarks]
    unseen = [Notice(NoticeCode.HIDDEN_READ, row) for row in records if row + start in hidden.rows]
    unseen += [
        Notice(NoticeCode.HIDDEN_READ, column=names[place])
        for place in sorted(hidden.columns)
        if place < width and names[place] in rows.columns
    ]
    return RawTable(rows, None, None, form, None, (*about_file, *named, *about_cells, *unseen))


def _remark(cell: Cell, text: str | None) -> NoticeCode:
    if cell.data_type == MERGED:
        return NoticeCode.CELLS_MERGED
    return NoticeCode.FORMULA_DROPPED if text is None else NoticeCode.FORMULA_VALUE


def with_merged(lines: Iterator[Line], merged: Iterable[Merged]) -> Iterator[Line]:
    """Yield the lines with the value of a cell that is merged over several rows in each of them.

    >>> lines = iter([(0, [PlainCell("a"), PlainCell("x")]), (1, [PlainCell(None), PlainCell("y")])])
    >>> [cells[0].value for _, cells in with_merged(lines, [Merged(0, 1, 0)])]
    ['a', 'a']
    """
    waiting = sorted(merged, reverse=True)
    running: dict[int, tuple[int, Any]] = {}
    for number, cells in lines:
        while waiting and waiting[-1].first < number:  # its first row is blank
            waiting.pop()
        running = {column: held for column, held in running.items() if held[0] >= number}
        whole = list(cells)
        for column, (_, value) in running.items():
            whole += [PlainCell(None)] * (column + 1 - len(whole))
            if whole[column].value in (None, ""):
                whole[column] = PlainCell(value, MERGED)
        while waiting and waiting[-1].first == number:
            _, last, column = waiting.pop()
            if column < len(cells) and cells[column].value not in (None, ""):
                running[column] = (last, cells[column].value)
        yield number, whole


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
