"""A partner's file on its way in, first step: bytes to rows of text."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from commons.errors import CommonsError
from ingest.quick import may_hold
from ingest.read.archive import extract_lone
from ingest.read.correction import restored
from ingest.read.delimited import read_delimited
from ingest.read.geojson import read_geojson
from ingest.read.mend import mended
from ingest.read.opendocument import read_opendocument
from ingest.read.recognise import recognise
from ingest.read.table import Format, RawTable, concat
from ingest.read.vector import DRIVERS, read_vector
from ingest.read.workbook import read_workbook

NULL = r"\N"
"""An empty cell in what a database wrote: a row of nothing else is as blank as a blank line."""

__all__ = ["Format", "RawTable", "read_chunks", "read_file"]

READERS: dict[Format, Callable[[Path], Iterator[RawTable]]] = {
    Format.CSV: read_delimited,
    Format.GEOJSON: read_geojson,
    Format.XLSX: read_workbook,
    Format.ODS: read_opendocument,
    **{form: partial(read_vector, form=form) for form in DRIVERS},
}


def read_chunks(path: Path, filename: str) -> Iterator[RawTable]:
    """Yield the rows of the file at `path`, a path of ours, chunk by chunk; `filename` is what the partner called it.

    An archive of one file is read as that file. What we had added to a list of rows set aside is taken away: it is read
    as the file that it came from. Texts that were encoded twice are put right. Raises CommonsError, explained, where
    it cannot be read as a whole, or has no row.
    """
    form = recognise(path, filename)
    if form is Format.ZIP:
        with TemporaryDirectory(prefix="commons-") as folder:
            inner = extract_lone(path, Path(folder))
            yield from read_chunks(inner, inner.name)
        return
    has_rows = False
    for chunk in READERS[form](path):
        has_rows = True
        yield mended(_without_empty(restored(chunk)))
    if not has_rows:
        raise CommonsError("read_no_rows")


def _without_empty(table: RawTable) -> RawTable:
    """Return the chunk without the rows of which every cell is empty as a database writes it."""
    if table.rows.empty or table.points is not None or not may_hold(table.rows.iloc[:, 0], NULL[0]):
        return table
    says = table.rows.apply(lambda cells: cells.notna() & cells.ne(NULL)).any(axis=1)
    return replace(table, rows=table.rows[says]) if says.any() else table


def read_file(path: Path, filename: str) -> RawTable:
    """Return all rows of a file at once: for one that is known to be small."""
    return concat(read_chunks(path, filename))
