"""A partner's file on its way in, first step: bytes to rows of text."""

from collections.abc import Callable
from pathlib import Path

from ingest.read.delimited import read_delimited
from ingest.read.geojson import read_geojson
from ingest.read.recognise import recognise
from ingest.read.table import Format, RawTable
from ingest.read.vector import read_geopackage, read_shapefile
from ingest.read.workbook import read_workbook

__all__ = ["Format", "RawTable", "read_file"]

READERS: dict[Format, Callable[[Path], RawTable]] = {
    Format.CSV: read_delimited,
    Format.GEOJSON: read_geojson,
    Format.XLSX: read_workbook,
    Format.GPKG: read_geopackage,
    Format.SHAPEFILE: read_shapefile,
}


def read_file(path: Path, filename: str) -> RawTable:
    """Return the rows of the file at `path`, a path of ours; `filename` is what the partner called it.

    Raises CommonsError, explained, where it cannot be read as a whole.
    """
    return READERS[recognise(path, filename)](path)
