"""Excel workbooks, their values as text; a formula is never run and never believed."""

import warnings
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode
from ingest.read.archive import measure
from ingest.read.table import (
    Format,
    RawTable,
    in_chunks,
    name_columns,
    pad,
    plain_text,
    refuse_size,
    tabulate,
)

NOT_A_WORKBOOK = (
    BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
)
"""What openpyxl raises on a file that only looks like a workbook."""


Cells: TypeAlias = list[str | None]


def read_workbook(path: Path) -> Iterator[RawTable]:
    """Yield the rows of the first sheet that has any. Raises CommonsError where none has, or it broke."""
    measure(path)
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # parts of a workbook that openpyxl does not read
            yield from _read_sheets(file)
    except NOT_A_WORKBOOK as error:
        raise CommonsError("read_workbook_broken") from error


def _read_sheets(file: BinaryIO) -> Iterator[RawTable]:
    workbook = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    try:
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()  # some programs write a wrong size
            lines = _filled(sheet.iter_rows())
            first = next(lines, None)
            if first is not None:
                others = len(workbook.worksheets) > 1
                notices = [Notice(NoticeCode.OTHER_SHEETS_IGNORED)] if others else []
                for chunk in in_chunks(lines):
                    yield _read_rows(first, chunk, notices)
                return
    finally:
        workbook.close()


def _filled(lines: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield the rows that are not blank up to their last filled cell, with their number in the sheet."""
    for number, cells in enumerate(lines):
        width = max((i for i, cell in enumerate(cells, start=1) if cell.value not in (None, "")), default=0)
        if width:
            yield number, cells[:width]


def _read_rows(
    first: tuple[int, tuple[Any, ...]], lines: list[tuple[int, tuple[Any, ...]]], notices: list[Notice]
) -> RawTable:
    """Return the rows as text, with a notice for every formula that was dropped.

    A column without a title is kept: someone has written beside the table.
    """
    start, titles = first
    records: dict[int, Cells] = {}
    formulas: list[tuple[int, int]] = []
    for number, cells in lines:
        dropped = [place for place, cell in enumerate(cells) if cell.data_type in ("f", "e")]
        formulas += [(number - start, place) for place in dropped]
        records[number - start] = [
            None if place in dropped else as_text(cell.value) for place, cell in enumerate(cells)
        ]
    width = max(len(titles), *(len(record) for record in records.values()), 0)
    header = [as_text(cell.value) or "" for cell in titles] + [""] * (width - len(titles))
    refuse_size(width, len(records))
    rows, named = tabulate(header, {number: pad(record, width) for number, record in records.items()})
    names, _ = name_columns(header)
    dropped_notices = [Notice(NoticeCode.FORMULA_DROPPED, row, names[place]) for row, place in formulas]
    return RawTable(rows, None, None, Format.XLSX, None, (*notices, *named, *dropped_notices))


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
