"""GeoPackage and Shapefile: read by GDAL, in a process of its own that has no other driver."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode
from ingest.read import gdal_worker
from ingest.read.archive import extract_shapefile
from ingest.read.geometry import representative_points
from ingest.read.table import CHUNK_ROWS, Format, Points, RawTable, plain_text, refuse_size, text_column

DRIVERS = {Format.GPKG: "GPKG", Format.SHAPEFILE: "ESRI Shapefile"}
WORKER_SECONDS = 600
"""A million features take a few seconds to read, and wait while the rows before them are stored."""


def read_geopackage(path: Path) -> Iterator[RawTable]:
    """Yield the features of the first layer of a GeoPackage."""
    return read_vector(path, Format.GPKG)


def read_shapefile(path: Path) -> Iterator[RawTable]:
    """Yield the features of the one shapefile in a zip."""
    with tempfile.TemporaryDirectory(prefix="commons-") as folder:
        yield from read_vector(extract_shapefile(path, Path(folder)), Format.SHAPEFILE)


def read_vector(path: Path, form: Format) -> Iterator[RawTable]:
    """Yield the features of the first layer, read by the driver of `form` and by no other.

    Raises CommonsError where GDAL cannot read it within `WORKER_SECONDS`, or there is no feature.
    """
    with _worker(path, DRIVERS[form]) as stream:
        told = json.loads(stream.schema.metadata[b"layer"])
        about_file = []
        if told["layers"] > 1:
            about_file.append(Notice(NoticeCode.OTHER_LAYERS_IGNORED))
        if told["encoding_guessed"]:
            about_file.append(Notice(NoticeCode.ENCODING_GUESSED))
        crs, first = _epsg(told["crs"]), 1
        for batch in stream:
            if batch.num_rows == 0:
                continue
            rows, points, notices = _read_batch(batch, told["geometry"], first)
            yield RawTable(rows, points, crs, form, None, (*about_file, *notices))
            first += batch.num_rows


def _read_batch(
    batch: pa.RecordBatch, geometry: str | None, first: int
) -> tuple[pd.DataFrame, Points | None, list[Notice]]:
    index = pd.RangeIndex(first, first + batch.num_rows, name="row_number")
    names = [name for name in batch.schema.names if name != geometry]
    refuse_size(max(len(names), 1), batch.num_rows)
    rows = pd.DataFrame({name: column_text(batch.column(name)) for name in names}).set_axis(index)
    if geometry is None:
        return rows, None, []
    blobs = batch.column(geometry).to_numpy(zero_copy_only=False)
    shapes = shapely.from_wkb(blobs, on_invalid="ignore")
    given = np.array([bool(wkb) for wkb in blobs])
    points = np.full((batch.num_rows, 2), np.nan)
    points[given], notices = representative_points(shapes[given], index.to_numpy()[given])
    return rows, points, notices


def column_text(values: pa.Array) -> pd.Series:
    """Return an Arrow column as text, missing where it is empty; bytes are no text.

    >>> column_text(pa.array([1030.0, 0.5, None])).tolist()
    ['1030', '0.5', nan]
    """
    kind = values.type
    is_plain = (pa.types.is_string, pa.types.is_large_string, pa.types.is_boolean, pa.types.is_integer)
    if any(is_kind(kind) for is_kind in (*is_plain, pa.types.is_temporal)):
        texts = values.cast(pa.large_string())
    else:
        cells = [None if pa.types.is_binary(kind) else _plain(cell) for cell in values.to_pylist()]
        texts = pa.array(cells, pa.large_string())
    return text_column(pd.array(texts, dtype="str"))


def _plain(value: Any) -> str | None:
    if isinstance(value, list):
        return "|".join(_plain(member) or "" for member in value) or None
    if value is None or value != value:  # noqa: PLR0124  # NaN
        return None
    return plain_text(value) if isinstance(value, str | int | float) else str(value)


@contextmanager
def _worker(path: Path, driver: str) -> Iterator[pa.RecordBatchReader]:
    """Yield the Arrow stream that a worker process makes of the file; it is ended with the block."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    worker = subprocess.Popen(  # noqa: S603  # our own interpreter, our own file, a path we chose
        [sys.executable, "-I", gdal_worker.__file__, str(path), driver, str(CHUNK_ROWS)],
        env={**kept, "GDAL_SKIP": ",".join(_other_drivers(driver))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    deadline = Timer(WORKER_SECONDS, worker.kill)
    deadline.start()
    try:
        with worker, pa.ipc.open_stream(worker.stdout) as stream:
            yield stream
            if worker.wait():
                raise CommonsError("read_vector_broken")
    except (pa.ArrowInvalid, OSError) as error:
        raise CommonsError("read_vector_broken") from error
    finally:
        deadline.cancel()
        worker.kill()


@cache
def _other_drivers(driver: str) -> tuple[str, ...]:
    return tuple(name for name in pyogrio.list_drivers() if name != driver)


def _epsg(crs: str | None) -> int | None:
    """Return the EPSG code of a declared CRS, None where none is declared or nobody knows it."""
    try:
        return CRS.from_user_input(crs).to_epsg(min_confidence=25) if crs else None
    except CRSError:
        return None
