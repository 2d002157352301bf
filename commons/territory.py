"""The territory that the commons is of: its names, bounds, coordinate systems, calendar and official districts.

All that the program knows of Brussels stands in `commons/territories/brussels`. `COMMONS_TERRITORY` names the folder of
another territory, for a whole installation: a database is of one territory (docs/territory.md).
"""

import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

BRUSSELS = Path(__file__).parent / "territories" / "brussels"
FILE = "territory.toml"

STORAGE_CRS = 4326
"""WGS84, degrees: in which every position is stored, whatever the territory."""

WEB_CRS = 3857
"""The metres of web maps, which files of any territory may be in."""

Box = tuple[float, float, float, float]
"""West, south, east, north."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Boxes in degrees of WGS84.

    `records` is round the region: a system of coordinates is known by it, and the database checks it. `around` is as
    far as a map may be moved and a proposal lie, `view` what a map shows at first. In `metric` the metric system is
    true to scale.
    """

    records: Box
    around: Box
    view: Box
    metric: Box


@dataclass(frozen=True, slots=True)
class DistrictRules:
    """What the official sources do not say of their districts in a column.

    A sector's code begins with the `commune_digits` digits of its commune's; neighbourhoods whose code is
    `first_non_residential` or more are nobody's home (None: all are homes). `outline` is the border by eye, longitude
    and latitude, for hexagons where there are no districts.
    """

    region_code: str
    revision: str
    commune_digits: int
    first_non_residential: int | None
    english_names: dict[str, str]
    outline: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Territory:
    """One territory, as its `territory.toml` describes it; systems of coordinates are EPSG codes."""

    folder: Path
    country: str
    dialling_code: str
    time_zone: ZoneInfo
    metric_crs: int
    other_crs: tuple[int, ...]
    languages: tuple[str, ...]
    postcode: str
    ambiguous: frozenset[str]
    communes: frozenset[str]
    words: dict[str, dict[str, str]]
    bounds: Bounds
    districts: DistrictRules
    demo_address: dict[str, str]
    postcodes: dict[str, list[str]]

    @property
    def projected_crs(self) -> tuple[int, ...]:
        """The metric systems in which its people measure."""
        return (self.metric_crs, *self.other_crs)

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle of what a map shows at first."""
        west, south, east, north = self.bounds.view
        return round((west + east) / 2, 4), round((south + north) / 2, 4)


@cache
def territory() -> Territory:
    """Return the territory of this process.

    Raises an error where `COMMONS_TERRITORY` names no such folder: nothing could be right after that.
    """
    named = os.environ.get("COMMONS_TERRITORY", "").strip()
    return read_territory(Path(named).expanduser().absolute() if named else BRUSSELS)


def read_territory(folder: Path) -> Territory:
    """Return the territory of a folder. Raises OSError, or ValueError where the file is not as it should be."""
    tree: dict[str, Any] = tomllib.loads((folder / FILE).read_text("utf-8"))
    try:
        districts = tree.pop("districts")
        outline = tuple((lon, lat) for lon, lat in districts.pop("outline"))
        return Territory(
            folder=folder,
            time_zone=ZoneInfo(tree.pop("time_zone")),
            other_crs=tuple(tree.pop("other_crs")),
            languages=tuple(tree.pop("languages")),
            ambiguous=frozenset(tree.pop("ambiguous")),
            communes=frozenset(tree.pop("communes")),
            bounds=Bounds(**{name: tuple(box) for name, box in tree.pop("bounds").items()}),
            districts=DistrictRules(
                outline=outline,
                first_non_residential=districts.pop("first_non_residential", None),
                **districts,
            ),
            **tree,
        )
    except (TypeError, KeyError) as error:
        raise ValueError(f"{folder / FILE}: {error}") from error


def in_box(lon: str, lat: str, box: Box) -> str:
    """Return the SQL condition that these two expressions, in degrees, lie in a box.

    >>> in_box("ST_X(geom)", "ST_Y(geom)", (4.2, 50.7, 4.55, 51.0))
    'ST_X(geom) BETWEEN 4.2 AND 4.55 AND ST_Y(geom) BETWEEN 50.7 AND 51.0'
    """
    west, south, east, north = box
    return f"{lon} BETWEEN {west!r} AND {east!r} AND {lat} BETWEEN {south!r} AND {north!r}"


def filled(statement: str) -> str:
    """Return the text of a SQL file with the territory's values in the place of `@metric_crs@` and `@time_zone@`."""
    here = territory()
    return statement.replace("@metric_crs@", str(here.metric_crs)).replace("@time_zone@", here.time_zone.key)
