"""What a file holds before anybody interprets it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from ingest.notices import Notice


class Format(StrEnum):
    """The formats that are read, named by what the bytes are and not by the file's extension."""

    CSV = "csv"
    GEOJSON = "geojson"
    XLSX = "xlsx"
    GPKG = "gpkg"
    SHAPEFILE = "shp"


@dataclass(frozen=True)
class RawTable:
    """The rows of a file as they stand: every column text (`str` dtype), in the order of the file.

    `points` has the shape (rows, 2), x before y in `crs`, NaN where a row has no geometry; it is None where the
    format has no geometry. A point on it stands for a polygon or line. `crs` is an EPSG code, None if undeclared.
    """

    rows: pd.DataFrame
    points: np.ndarray | None
    crs: int | None
    format: Format
    encoding: str | None
    notices: tuple[Notice, ...] = ()
