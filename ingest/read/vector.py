"""GeoPackage and Shapefile: read by GDAL, in a process of its own that has no other driver."""

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode
from ingest.read import gdal_worker
from ingest.read.archive import extract_shapefile
from ingest.read.geometry import representative_points
from ingest.read.table import Format, RawTable, refuse_size

DRIVERS = {Format.GPKG: "GPKG", Format.SHAPEFILE: "ESRI Shapefile"}
WORKER_SECONDS = 60


def read_geopackage(path: Path) -> RawTable:
    """Return the features of the first layer of a GeoPackage."""
    return read_vector(path, Format.GPKG)


def read_shapefile(path: Path) -> RawTable:
    """Return the features of the one shapefile in a zip."""
    with tempfile.TemporaryDirectory(prefix="commons-") as folder:
        return read_vector(extract_shapefile(path, Path(folder)), Format.SHAPEFILE)


def read_vector(path: Path, form: Format) -> RawTable:
    """Return the features of the first layer, read by the driver of `form` and by no other.

    Raises CommonsError where GDAL cannot read it within `WORKER_SECONDS`, or there is no feature.
    """
    layer = _run_worker(path, DRIVERS[form])
    refuse_size(max(len(layer["columns"]), 1), layer["rows"])
    index = pd.RangeIndex(1, layer["rows"] + 1, name="row_number")
    rows = pd.DataFrame(
        {n: pd.array(texts, dtype="str") for n, texts in layer["columns"].items()}, index=index
    )
    points = None
    notices: list[Notice] = []
    if layer["geometry"] is not None:
        given = np.array([bool(wkb) for wkb in layer["geometry"]])
        blobs = np.array([bytes.fromhex(wkb) for wkb in layer["geometry"] if wkb], dtype=object)
        shapes = shapely.from_wkb(blobs, on_invalid="ignore")
        points = np.full((layer["rows"], 2), np.nan)
        points[given], notices = representative_points(shapes, index.to_numpy()[given])
    if layer["layers"] > 1:
        notices.append(Notice(NoticeCode.OTHER_LAYERS_IGNORED))
    if layer["encoding_guessed"]:
        notices.append(Notice(NoticeCode.ENCODING_GUESSED))
    return RawTable(rows, points, _epsg(layer["crs"]), form, None, tuple(notices))


def _run_worker(path: Path, driver: str) -> dict[str, Any]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter, our own file, a path we chose
            [sys.executable, "-I", gdal_worker.__file__, str(path), driver],
            env={**kept, "GDAL_SKIP": ",".join(_other_drivers(driver))},
            capture_output=True,
            timeout=WORKER_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise CommonsError("read_vector_broken") from error
    layer: dict[str, Any] = json.loads(done.stdout)
    return layer


@cache
def _other_drivers(driver: str) -> tuple[str, ...]:
    return tuple(name for name in pyogrio.list_drivers() if name != driver)


def _epsg(crs: str | None) -> int | None:
    """Return the EPSG code of a declared CRS, None where none is declared or nobody knows it."""
    try:
        return CRS.from_user_input(crs).to_epsg(min_confidence=25) if crs else None
    except CRSError:
        return None
