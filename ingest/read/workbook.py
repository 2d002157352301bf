"""Excel workbooks, their values as text; a formula is never run: what it last showed is taken, and told."""

import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.exceptions import InvalidFileException

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode, unread
from ingest.read.archive import measure
from ingest.read.sheet import (
    ERROR,
    FORMULA,
    Cell,
    PlainCell,
    below_heading,
    count_rows,
    filled,
    read_lines,
    with_merged,
)
from ingest.read.sheet_xml import scan_sheet
from ingest.read.table import Format, RawTable, in_chunks

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
VISIBLE = "visible"
MOST_COUNTED = 100_000
"""Lines of a sheet that is not read, which are counted to say what is left out."""


def read_workbook(path: Path) -> Iterator[RawTable]:
    """Yield the rows of the first visible sheet that has any. Raises CommonsError where none has, or it broke."""
    measure(path)
    try:
        with path.open("rb") as file, path.open("rb") as again, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # parts of a workbook that openpyxl does not read
            yield from _read_sheets(file, again)
    except NOT_A_WORKBOOK as error:
        raise CommonsError("read_workbook_broken") from error


def _read_sheets(file: BinaryIO, again: BinaryIO) -> Iterator[RawTable]:
    workbook = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    try:
        for sheet in workbook.worksheets:
            if sheet.sheet_state != VISIBLE:
                continue
            sheet.reset_dimensions()  # some programs write a wrong size
            scan = scan_sheet(file, _member_of(sheet))
            shown = filled(_with_shown(sheet.iter_rows(), _shown_values(again, sheet.title)))
            heading, rows, above = below_heading(with_merged(shown, scan.merged))
            if heading is not None:
                others = list(_others(workbook.worksheets, sheet.title))
                for chunk in in_chunks(rows):
                    yield read_lines(heading, chunk, Format.XLSX, [*others, *above], scan.hidden)
                return
    finally:
        workbook.close()


def _member_of(sheet: Any) -> str:
    """Return where a sheet lies in its workbook, which nothing else tells."""
    return str(sheet._worksheet_path)  # noqa: SLF001


def _others(sheets: Sequence[Any], title: str) -> Iterator[Notice]:
    """Yield a notice for each filled sheet but the one of this title."""
    for sheet in sheets:
        if sheet.title == title:
            continue
        sheet.reset_dimensions()
        lines = sum(1 for _ in islice(filled(sheet.iter_rows()), MOST_COUNTED))
        if lines:
            yield unread(NoticeCode.OTHER_SHEETS_IGNORED, sheet.title, count_rows(lines))


def _with_shown(rows: Iterator[Sequence[Cell]], shown: Iterator[tuple[Any, ...]]) -> Iterator[Sequence[Cell]]:
    """Yield the rows with what formulas last showed in their place, which is read only where there are any."""
    behind = 0
    for cells in rows:
        behind += 1
        if any(cell.data_type == FORMULA for cell in cells):
            values = next(islice(shown, behind - 1, behind), ())
            behind = 0
            yield [
                _shown(values[place] if place < len(values) else None) if cell.data_type == FORMULA else cell
                for place, cell in enumerate(cells)
            ]
        else:
            yield cells


def _shown(value: Any) -> Cell:
    return PlainCell(None, ERROR) if value in ERROR_CODES else PlainCell(value, FORMULA)


def _shown_values(file: BinaryIO, title: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the sheet as values, those of formulas as a spreadsheet last showed them."""
    workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        sheet = workbook[title]
        sheet.reset_dimensions()
        yield from sheet.iter_rows(values_only=True)
    finally:
        workbook.close()
