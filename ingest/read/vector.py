"""What GDAL or Arrow reads, in a process of its own that has the one driver and no other."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode, unread
from ingest.read import gdal_worker
from ingest.read.archive import extract_kml, extract_shapefile, without_doctype
from ingest.read.dbf import dbf_encoding
from ingest.read.encoding import STRAY
from ingest.read.geometry import representative_points
from ingest.read.kml import write_plain_data
from ingest.read.osm import write_undeleted
from ingest.read.table import CHUNK_ROWS, Format, Points, RawTable, plain_text, refuse_size, text_column

DRIVERS = {
    Format.GPKG: "GPKG",
    Format.SHAPEFILE: "ESRI Shapefile",
    Format.FLATGEOBUF: "FlatGeobuf",
    Format.KML: "LIBKML",
    Format.KMZ: "LIBKML",
    Format.GPX: "GPX",
    Format.OSM: "OSM",
    Format.PBF: "OSM",
    Format.GEOPARQUET: "Parquet",
}
SUFFIXES = {Format.KML: ".kml", Format.GPX: ".gpx", Format.OSM: ".osm", Format.PBF: ".osm.pbf"}
"""By what GDAL knows these, though the driver is the only one."""
MARKED_UP = (Format.KML, Format.KMZ, Format.GPX, Format.OSM)
DRAWING = ("visibility", "altitudeMode", "tessellate", "extrude", "drawOrder", "icon", "snippet")
FOLDER = "folder"
"""The column that says in which folder of a KML file a place was sorted: often its category."""
NO_FOLDER = frozenset(
    {"layer", "doc", "untitled layer", "calque sans titre", "naamloze laag", "laag zonder naam"}
)
"""What a layer is called of which nobody has said the name: by us, by GDAL, or by My Maps."""
BLOCK_BYTES = 1_048_576
WORKER_SECONDS = 600
"""A million features take a few seconds to read, and wait while the rows before them are stored."""


def read_vector(path: Path, form: Format) -> Iterator[RawTable]:
    """Yield the features, read by the driver of `form` and by no other: of all folders of a KML, else of one layer.

    Raises CommonsError where it cannot be read within `WORKER_SECONDS`, or there is no feature.
    """
    with tempfile.TemporaryDirectory(prefix="commons-") as name:
        first = 1
        laid_out = _laid_out(path, form, Path(name))
        names: dict[str, str] = {}
        if form in (Format.KML, Format.KMZ):
            plain = laid_out.with_name("plain.kml")
            names, laid_out = write_plain_data(laid_out, plain), plain
        deleted = 0
        if form is Format.OSM:
            undeleted = Path(name) / "undeleted.osm"
            if deleted := write_undeleted(laid_out, undeleted):
                laid_out = undeleted
        encoding = dbf_encoding(laid_out) if form is Format.SHAPEFILE else None
        for stream in _worker(laid_out, DRIVERS[form], encoding.name if encoding else ""):
            told = json.loads(stream.schema.metadata[b"layer"])
            about_file = [unread(NoticeCode.OTHER_LAYERS_IGNORED, *other) for other in told["others"]]
            if deleted:
                about_file.append(unread(NoticeCode.DELETED_LEFT_OUT, "action, visible", deleted))
            is_guessed = encoding is not None and encoding.is_guessed
            for batch_as_it_is in stream:
                if batch_as_it_is.num_rows == 0:
                    continue
                batch = _in_utf8(batch_as_it_is)
                if is_guessed or batch is not batch_as_it_is:
                    about_file = list(dict.fromkeys((*about_file, Notice(NoticeCode.ENCODING_GUESSED))))
                rows, points, notices = _read_batch(batch, told["geometry"], first)
                if DRIVERS[form] == "LIBKML":
                    rows = _with_data(rows.drop(columns=list(DRAWING), errors="ignore"), names)
                    is_named = told["name"].strip().casefold() not in {laid_out.stem, *NO_FOLDER}
                    rows[FOLDER] = pd.array([told["name"] if is_named else None] * len(rows), dtype="str")
                yield RawTable(rows, points, _epsg(told["crs"]), form, None, (*about_file, *notices))
                first += batch.num_rows


def _with_data(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a KML's rows with its data under their own names.

    A datum called as an element is ("description") fills that one; what it says otherwise stands in a second column.
    """
    elements = {str(column).casefold(): column for column in rows.columns if column not in names}
    data = {column: name for column, name in names.items() if column in rows.columns}
    alike = {column: name for column, name in data.items() if name.casefold() in elements}
    rows = rows.rename(columns={column: name for column, name in data.items() if column not in alike})
    for column, name in alike.items():
        element, texts = elements[name.casefold()], rows.pop(column)
        rows[element] = rows[element].fillna(texts)
        others = texts.where(texts.ne(rows[element]))
        if others.notna().any():
            rows[f"{name} (2)"] = others
    return rows


def _laid_out(path: Path, form: Format, folder: Path) -> Path:
    """Return the file as the driver wants it: taken out of its archive, or under a name that it knows."""
    if form is Format.SHAPEFILE:
        return extract_shapefile(path, folder)
    if form is Format.KMZ:
        path = extract_kml(path, folder)
    if form in MARKED_UP:
        refuse_doctype(path)
    if form not in SUFFIXES:
        return path
    named = folder / f"layer{SUFFIXES[form]}"
    named.symlink_to(path.absolute())
    return named


def refuse_doctype(path: Path) -> None:
    """Raise CommonsError where XML brings a document type."""
    with path.open("rb") as file:
        for _ in without_doctype(iter(lambda: file.read(BLOCK_BYTES), b"")):
            pass


def _in_utf8(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch; where a text is not in UTF-8, though it should be, its stray bytes are read as Windows-1252."""
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        columns = [
            pa.array(
                [cell and cell.decode(errors=STRAY) for cell in column.cast(pa.large_binary()).to_pylist()]
            )
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
            else column
            for column in batch.columns
        ]
        return pa.RecordBatch.from_arrays(columns, batch.schema.names)
    return batch


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
    shapes = _shapes(blobs)
    given = np.array([bool(wkb) for wkb in blobs])
    points = np.full((batch.num_rows, 2), np.nan)
    points[given], notices = representative_points(shapes[given], index.to_numpy()[given])
    return rows, points, notices


def _shapes(blobs: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the shapes, None for what is broken or (a curve) not known."""
    try:
        return np.asarray(shapely.from_wkb(blobs, on_invalid="ignore"), dtype=object)
    except NotImplementedError:
        if len(blobs) == 1:
            return np.array([None], dtype=object)
    half = len(blobs) // 2
    return np.concatenate([_shapes(blobs[:half]), _shapes(blobs[half:])])


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


def _worker(path: Path, driver: str, encoding: str) -> Iterator[pa.RecordBatchReader]:
    """Yield the Arrow streams that a worker process makes of the file, one for each layer."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    worker = subprocess.Popen(  # noqa: S603  # our own interpreter, our own file, a path we chose
        [sys.executable, "-I", gdal_worker.__file__, str(path), driver, str(CHUNK_ROWS), encoding],
        env={**kept, "GDAL_SKIP": ",".join(_other_drivers(driver))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    deadline = Timer(WORKER_SECONDS, worker.kill)
    deadline.start()
    try:
        with worker:
            assert worker.stdout is not None  # noqa: S101 - a pipe was asked for
            while worker.stdout.peek(1):  # type: ignore[attr-defined]
                with pa.ipc.open_stream(worker.stdout) as stream:
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
