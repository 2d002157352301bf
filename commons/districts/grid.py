"""The stand-in for the official districts: H3 cells over a rough outline of the region."""

from collections.abc import Mapping

import h3
import numpy as np
import pandas as pd
import shapely

from commons.districts.sources import Source
from commons.districts.structure import (
    POPULATION_COLUMNS,
    Districts,
    district_frame,
    population_frame,
)
from commons.territory import territory
from commons.vocabulary import DistrictLevel

SCHEME = "h3"
REVISION = "1"
"""Of the outline in the territory; a change of it makes other cells."""

RESOLUTIONS = {DistrictLevel.SECTOR: 9, DistrictLevel.NEIGHBOURHOOD: 8, DistrictLevel.COMMUNE: 7}
"""Mean areas of about 0.1, 0.7 and 5 km²: near a sector's 0.2, a neighbourhood's 1.1 and a commune's 8.5."""

LABELS = {"fr": "Maille H3 {} (provisoire)", "nl": "H3-cel {} (voorlopig)", "en": "H3 cell {} (stand-in)"}
APPROXIMATE = {
    "fr": "{} (contour approximatif)",
    "nl": "{} (benaderende omtrek)",
    "en": "{} (approximate outline)",
}


def grid_source() -> Source:
    """Return what is owed and said where the grid is shown."""
    return Source(
        key="h3_grid",
        title="H3 grid over an approximate outline: a stand-in, not official districts",
        publisher=territory().words["territory_brand"]["en"],
        licence="CC0-1.0",
        attribution="Approximate grid (H3), not official districts",
        url="https://h3geo.org/",
    )


def grid_districts() -> Districts:
    """Return H3 cells in the place of sectors, neighbourhoods and communes; their population is unknown.

    The coarser cells are the parents of the finest. A parent's hexagon covers its children only nearly, so what
    lies in what is told by `parent_codes`, never by geometry.
    """
    sectors = pd.Series(
        sorted(h3.polygon_to_cells(_outline(), RESOLUTIONS[DistrictLevel.SECTOR])), dtype="str"
    )
    levels = [_region(sectors)]
    for level in (DistrictLevel.COMMUNE, DistrictLevel.NEIGHBOURHOOD, DistrictLevel.SECTOR):
        cells = parent_codes(sectors, level).drop_duplicates().sort_values()
        labels = {f"name_{language}": cells.map(label.format) for language, label in LABELS.items()}
        levels.append(_rows(level, cells, _hexagons(cells), labels))
    return Districts(
        scheme=SCHEME,
        districts=district_frame(pd.concat(levels, ignore_index=True)),
        population=population_frame(pd.DataFrame(columns=POPULATION_COLUMNS)),
        sources=(grid_source(),),
    )


def parent_codes(cells: pd.Series, level: DistrictLevel) -> pd.Series:
    """Return the level's cell that each cell, of the level's resolution or a finer one, belongs to."""
    return cells.map(lambda cell: h3.cell_to_parent(cell, RESOLUTIONS[level])).astype("str")


def _outline() -> h3.LatLngPoly:
    return h3.LatLngPoly([(lat, lon) for lon, lat in territory().districts.outline])


def _hexagons(cells: pd.Series) -> np.ndarray:
    return np.array(
        [shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]) for cell in cells]
    )


def _region(sectors: pd.Series) -> pd.DataFrame:
    names = territory().words["region"]
    labels = {f"name_{language}": label.format(names[language]) for language, label in APPROXIMATE.items()}
    return _rows(
        DistrictLevel.REGION,
        [territory().districts.region_code],
        [shapely.union_all(_hexagons(sectors))],
        labels,
    )


def _rows(
    level: DistrictLevel, codes: object, geometry: object, labels: Mapping[str, object]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "level": level.value,
            "code": codes,
            "revision": REVISION,
            **labels,
            "residential": pd.NA,
            "is_current": True,
            "source": grid_source().key,
            "geometry": geometry,
        },
    )
