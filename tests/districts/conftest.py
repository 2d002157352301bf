"""The official districts read once, and a small invented town whose borders meet exactly where a test says."""

import pandas as pd
import pytest
import shapely

from commons.districts.grid import grid_districts
from commons.districts.packaged import packaged_districts
from commons.districts.structure import POPULATION_COLUMNS, Districts, district_frame, population_frame


@pytest.fixture(scope="session")
def official() -> Districts:
    return packaged_districts()


@pytest.fixture(scope="session")
def grid() -> Districts:
    return grid_districts()


def row(level, code, geometry) -> dict:
    """Return a district with valid defaults."""
    names = dict.fromkeys(["name_fr", "name_nl", "name_en"], code)
    fixed = {"revision": "2025", "residential": pd.NA, "is_current": True, "source": "town"}
    return {"level": level, "code": code, **names, **fixed, "geometry": geometry}


@pytest.fixture(scope="session")
def town() -> Districts:
    """Return a town of 0.04° by 0.02°: communes A and B, and in each level a gap between "b" and "c".

    The gap is 1e-4° of longitude, about 7 m, wide in the neighbourhoods, and 1e-3°, about 70 m, in the sectors.
    """
    west, middle, east = shapely.box(4.30, 50.85, 4.32, 50.87), 4.32, shapely.box(4.32, 50.85, 4.34, 50.87)
    halves = {
        "a": shapely.box(4.30, 50.85, 4.31, 50.87),
        "b": shapely.box(4.31, 50.85, middle, 50.87),
    }
    rows = [
        row("region", "04000", shapely.box(4.30, 50.85, 4.34, 50.87)),
        row("commune", "A", west),
        row("commune", "B", east),
        *(row("neighbourhood", code, shape) for code, shape in halves.items()),
        row("neighbourhood", "c", shapely.box(middle + 1e-4, 50.85, 4.34, 50.87)),
        *(row("sector", code, shape) for code, shape in halves.items()),
        row("sector", "c", shapely.box(middle + 1e-3, 50.85, 4.34, 50.87)),
    ]
    population = population_frame(pd.DataFrame(columns=POPULATION_COLUMNS))
    return Districts("official", district_frame(pd.DataFrame(rows)), population, ())
