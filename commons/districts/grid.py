"""The stand-in for the official districts: H3 cells over a rough outline of the region."""

from collections.abc import Mapping

import h3
import numpy as np
import pandas as pd
import shapely

from commons.districts.sources import Source
from commons.districts.structure import (
    POPULATION_COLUMNS,
    REGION_CODE,
    Districts,
    district_frame,
    population_frame,
)
from commons.vocabulary import DistrictLevel

SCHEME = "h3"
REVISION = "1"
"""Of the outline below; a change of it makes other cells."""

RESOLUTIONS = {DistrictLevel.SECTOR: 9, DistrictLevel.NEIGHBOURHOOD: 8, DistrictLevel.COMMUNE: 7}
"""Mean areas of about 0.1, 0.7 and 5 km²: near a sector's 0.2, a neighbourhood's 1.1 and a commune's 8.5."""

APPROXIMATE_OUTLINE = [
    (4.244, 50.817), (4.254, 50.830), (4.277, 50.838), (4.283, 50.850), (4.288, 50.862), (4.283, 50.873),
    (4.294, 50.887), (4.307, 50.890), (4.323, 50.896), (4.333, 50.903), (4.350, 50.902), (4.372, 50.904),
    (4.385, 50.913), (4.405, 50.911), (4.425, 50.901), (4.437, 50.880), (4.430, 50.870), (4.442, 50.860),
    (4.456, 50.850), (4.470, 50.840), (4.482, 50.830), (4.469, 50.820), (4.462, 50.808), (4.481, 50.795),
    (4.460, 50.785), (4.440, 50.775), (4.420, 50.770), (4.385, 50.764), (4.362, 50.772), (4.340, 50.775),
    (4.325, 50.783), (4.312, 50.800), (4.302, 50.811), (4.285, 50.813), (4.265, 50.816),
]  # fmt: skip
"""The region's border by eye, longitude and latitude: good to some hundreds of metres, of no legal worth."""

LABELS = {"fr": "Maille H3 {} (provisoire)", "nl": "H3-cel {} (voorlopig)", "en": "H3 cell {} (stand-in)"}
REGION_LABELS = {
    "fr": "Région de Bruxelles-Capitale (contour approximatif)",
    "nl": "Brussels Hoofdstedelijk Gewest (benaderende omtrek)",
    "en": "Brussels-Capital Region (approximate outline)",
}


def grid_source() -> Source:
    """Return what is owed and said where the grid is shown."""
    return Source(
        key="h3_grid",
        title="H3 grid over an approximate outline: a stand-in, not official districts",
        publisher="Brussels commons",
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
    return h3.LatLngPoly([(lat, lon) for lon, lat in APPROXIMATE_OUTLINE])


def _hexagons(cells: pd.Series) -> np.ndarray:
    return np.array(
        [shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]) for cell in cells]
    )


def _region(sectors: pd.Series) -> pd.DataFrame:
    labels = {f"name_{language}": label for language, label in REGION_LABELS.items()}
    return _rows(DistrictLevel.REGION, [REGION_CODE], [shapely.union_all(_hexagons(sectors))], labels)


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
