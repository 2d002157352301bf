"""Shapes that databases and maps write as text: WKT, EWKT, hexadecimal WKB and EWKB, GeoJSON."""

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj.exceptions import ProjError

from commons.territory import STORAGE_CRS
from ingest.check.systems import to_storage
from ingest.notices import Notice
from ingest.patterns import is_shape
from ingest.read.geometry import representative_points
from ingest.read.table import Points


@dataclass(frozen=True)
class WrittenShapes:
    """A point (x, y) on each shape, NaN where there is none, the system that all declare, and what is to be told.

    Shapes of several systems are brought into WGS84.
    """

    points: Points
    crs: int | None
    notices: list[Notice]


def read_shapes(texts: pd.Series) -> WrittenShapes:
    """Return the shapes of the texts that are written as one; of broken ones nothing is remarked."""
    shapes = np.full(len(texts), None, dtype=object)
    written = is_shape(texts).to_numpy()
    shapes[written] = [_read(text.strip()) for text in texts.to_numpy(dtype=object)[written]]
    known = np.flatnonzero([shape is not None for shape in shapes])
    points = np.full((len(texts), 2), np.nan)
    notices: list[Notice] = []
    if len(known):
        points[known], notices = representative_points(shapes[known], texts.index.to_numpy()[known])
    systems = shapely.get_srid(shapes)
    systems[~np.isin(np.arange(len(texts)), known)] = 0
    return WrittenShapes(*_in_one_system(points, systems, known), notices)


def _read(text: str) -> shapely.Geometry | None:
    """Return the shape that a text writes, its SRID with it; None where it is broken."""
    try:
        if text.startswith("{"):
            tree = json.loads(text)
            return shapely.from_geojson(json.dumps(tree.get("geometry", tree)))
        if text[0] in "0\\":
            return shapely.from_wkb(text.removeprefix("0x").removeprefix("\\x"))
        srid, _, wkt = text.rpartition(";")
        shape = shapely.from_wkt(wkt)
        return shapely.set_srid(shape, int(srid.partition("=")[2])) if srid else shape
    except (
        shapely.errors.ShapelyError,
        ValueError,
        RecursionError,
        NotImplementedError,
        AttributeError,
        TypeError,
    ):
        return None


def _in_one_system(
    points: Points, systems: npt.NDArray[np.int32], known: npt.NDArray[np.int64]
) -> tuple[Points, int | None]:
    """Return the points and their system: the one that all say, WGS84 for several, None where some say none."""
    said = {int(srid) for srid in systems[known] if srid}
    if len(said) < 2:
        return points, said.pop() if said and (systems[known] != 0).all() else None
    for srid in said - {STORAGE_CRS}:
        rows = systems == srid
        try:
            points[rows] = to_storage(points[rows], srid)
        except ProjError:
            points[rows] = np.nan
    return points, STORAGE_CRS if (systems[known] != 0).all() else None
