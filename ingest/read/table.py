"""What a file holds before anybody interprets it."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, count, islice
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode

OWN_COLUMNS = ("_row", "_codes", "_fix")
"""What our export of rows set aside adds: a row's number in its file, what is wrong, what to do. They are no data."""
ADDED = r"^'(?=\s*[^\w\s])"
"""The apostrophe that our export puts before a cell that a spreadsheet would run."""

MAX_COLUMNS = 1000
"""More columns than any partner's list has: beyond it, a file is a mistake or an attack on memory."""

CHUNK_ROWS = 50_000
"""Rows that are read, checked and stored at a time: some 100 MB in memory, few round trips to the database."""

Points: TypeAlias = npt.NDArray[np.float64]
Item = TypeVar("Item")


class Format(StrEnum):
    """The formats that are read, named by what the bytes are and not by the file's extension.

    `ZIP` is an archive of one file that has a format of its own.
    """

    CSV = "csv"
    GEOJSON = "geojson"
    XLSX = "xlsx"
    ODS = "ods"
    GPKG = "gpkg"
    SHAPEFILE = "shp"
    FLATGEOBUF = "fgb"
    KML = "kml"
    KMZ = "kmz"
    GPX = "gpx"
    OSM = "osm"
    PBF = "pbf"
    GEOPARQUET = "parquet"
    ZIP = "zip"


@dataclass(frozen=True)
class RawTable:
    """Rows of a file as they stand: every column text (`str` dtype), in the order of the file.

    A reader yields a file as such tables of at most `CHUNK_ROWS`; a column that is empty in one of them may be missing.

    The index of `rows` is the row's number among the data rows, from 1; blank rows are counted and left out.
    `points` has the shape (rows, 2), x before y in `crs`, NaN where a row has no geometry; it is None where
    the format has no geometry. A point on it stands for a polygon or a line. `crs` is an EPSG code, None if
    undeclared. `is_correction` where the file is what an upload set aside, corrected.
    """

    rows: pd.DataFrame
    points: Points | None
    crs: int | None
    format: Format
    encoding: str | None
    notices: tuple[Notice, ...] = ()
    is_correction: bool = False


def in_chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield lists of `CHUNK_ROWS` items, the last one shorter."""
    left = iter(items)
    while True:
        with _rows_kept():
            chunk = list(islice(left, CHUNK_ROWS))
        if not chunk:
            return
        yield chunk


@contextmanager
def _rows_kept() -> Iterator[None]:
    """Look for no cycles meanwhile: of so many new objects none is garbage, and the search takes half the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            # The new objects become old ones, or the search for cycles would begin with all of them at once.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def one_behind(chunks: Iterable[list[Item]]) -> Iterator[list[Item]]:
    """Yield each chunk when the next one, or the end of the file, has been read."""
    left = iter(chunks)
    held = next(left, None)
    if held is None:
        return
    for chunk in left:
        yield held
        held = chunk
    yield held


def concat(chunks: Iterable[RawTable]) -> RawTable:
    """Return the chunks of one file as one table; what several of them say of the whole file is said once.

    Raises CommonsError where there is none.
    """
    tables = list(chunks)
    if not tables:
        raise CommonsError("read_no_rows")
    first, *others = tables
    if not others:
        return first
    points = None if first.points is None else np.vstack([t.points for t in tables if t.points is not None])
    notices = dict.fromkeys(notice for table in tables for notice in table.notices)
    return replace(
        first, rows=pd.concat([table.rows for table in tables]), points=points, notices=tuple(notices)
    )


def with_columns(table: RawTable, names: Iterable[str]) -> RawTable:
    """Return the chunk with these columns too, empty where it has none of that name."""
    absent = [name for name in names if name not in table.rows.columns]
    empty = {name: pd.Series(pd.NA, index=table.rows.index, dtype="str") for name in absent}
    return replace(table, rows=table.rows.assign(**empty)) if absent else table


def tabulate(
    header: list[str], records: Mapping[int, Sequence[str | None]]
) -> tuple[pd.DataFrame, list[Notice]]:
    """Return the records by row number as text columns, every one with a name of its own.

    An empty cell is missing. Records are as long as the header.
    Raises CommonsError where there is no row, or too many columns.
    """
    refuse_size(len(header), len(records))
    # All cells once, in the order in which they lie in memory; then each column is every so many of them.
    cells = pa.array(list(chain.from_iterable(records.values())), pa.large_string())
    columns = [cells.take(np.arange(place, len(cells), len(header))) for place in range(len(header))]
    return tabulate_columns(header, columns, list(records))


def tabulate_columns(
    header: list[str], columns: Sequence[pa.Array], numbers: Sequence[int]
) -> tuple[pd.DataFrame, list[Notice]]:
    """Return columns of cells as `tabulate` does records; `numbers` are those of the rows."""
    refuse_size(len(header), len(numbers))
    names, notices = name_columns(header)
    rows = pd.DataFrame(
        {name: text_column(column) for name, column in zip(names, columns, strict=True)}
    ).set_axis(pd.Index(numbers, name="row_number"))
    unnamed_and_empty = [
        name
        for name, title in zip(names, header, strict=True)
        if not title.strip() and rows[name].isna().all()
    ]
    return rows.drop(columns=unnamed_and_empty), [n for n in notices if n.column not in unnamed_and_empty]


def text_column(cells: Sequence[str | None] | pa.Array) -> pd.Series:
    """Return the cells as a `str` column in which the empty ones are missing."""
    texts = pa.array(cells, pa.large_string())
    empty = pc.equal(texts, "")
    if pc.any(empty).as_py():
        texts = pc.if_else(empty, None, texts)
    return pd.Series(texts, dtype="str")


def refuse_size(columns: int, rows: int) -> None:
    """Raise CommonsError where a table has no rows, no columns, or more columns than `MAX_COLUMNS`."""
    if rows == 0 or columns == 0:
        raise CommonsError("read_no_rows")
    if columns > MAX_COLUMNS:
        raise CommonsError("read_too_many_columns", limit=MAX_COLUMNS)


def name_columns(header: list[str]) -> tuple[list[str], list[Notice]]:
    """Return a name for every column, none twice, and what was done to give it.

    >>> name_columns(["nom", "", "nom"])[0]
    ['nom', 'column_2', 'nom (2)']
    """
    names: list[str] = []
    notices: list[Notice] = []
    for position, title in enumerate(header, start=1):
        wanted = name = " ".join(title.split()) or f"column_{position}"
        copies = count(2)
        while name in names:
            name = f"{wanted} ({next(copies)})"
        if not title.strip():
            notices.append(Notice(NoticeCode.HEADER_EMPTY, column=name))
        elif name != wanted:
            notices.append(Notice(NoticeCode.HEADER_REPEATED, column=name))
        names.append(name)
    return names, notices


def pad(record: list[str | None], width: int) -> list[str | None]:
    """Return the record with missing cells at its end up to `width`."""
    return record + [None] * (width - len(record))


def plain_text(value: str | float | None) -> str | None:
    """Return a plain value as one cell of text, None where it is empty.

    >>> plain_text(True), plain_text(1030.0), plain_text("")
    ('true', '1030', None)
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, int):
        return str(value)
    return value or None


def plain_number(number: float) -> str:
    """Return the number as a person writes it: a whole one without a decimal point.

    >>> plain_number(1030.0), plain_number(0.5)
    ('1030', '0.5')
    """
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
