"""Files whose coordinates are undeclared, turned, mixed or mangled: found within a metre, and no correct file changed."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from commons.districts.region import region_area
from ingest.check import check
from ingest.check.systems import CANDIDATE_CRS, DECIMALS_LOST, REGION_BOUNDS, bounds_in
from ingest.map import apply_mapping, propose_mapping
from ingest.read.table import Format, RawTable

TO_LAMBERT = Transformer.from_crs(4326, 31370, always_xy=True)
REPAIRS = {"CRS_GUESSED", "CRS_CORRECTED", "CRS_MIXED", "AXES_SWAPPED", "DECIMALS_RESTORED"}
MANY = settings(max_examples=20, deadline=None)

# A metre inside: a file rounds to decimetres, and the border, 50 m beyond the communes, is a sharp one.
INSIDE = region_area().buffer(-1.5e-5)
shapely.prepare(INSIDE)

# The outliers are Antwerp, Namur, Paris and the coast.
PLACE = st.tuples(st.floats(4.245, 4.485), st.floats(50.765, 50.91)).filter(
    lambda place: bool(shapely.contains_xy(INSIDE, *place))
)
PLACES = st.lists(PLACE, min_size=1, max_size=5)
OUTLIERS = st.sampled_from([(), ((4.40, 51.22),), ((4.86, 50.46),), ((2.35, 48.85),), ((2.92, 51.23),)])
DECIMALS = {4326: 6, 31370: 1, 3812: 1, 3857: 1}


def check_table(first, second, crs=None, names=("latitude", "longitude")):
    """Check two columns as they stand in a file; with a CRS they are its geometry."""
    index = pd.RangeIndex(1, len(first) + 1, name="row_number")
    rows = pd.DataFrame({"nom": [f"N{row}" for row in index]}, index=index, dtype="str")
    if crs is None:
        rows = rows.assign(**dict(zip(names, (first, second), strict=True))).astype("str")
    points = None if crs is None else np.column_stack([first, second]).astype(float)
    raw = RawTable(rows, points, crs, Format.CSV, "utf-8", ())
    return check(apply_mapping(raw, propose_mapping(raw)))


def written(places, crs):
    """Return the eastings and northings of WGS84 places, as texts with the decimals that such files have."""
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(*np.array(places, dtype=float).T)
    return ([f"{value:.{DECIMALS[crs]}f}" for value in axis] for axis in (x, y))


def codes(result):
    return set(result.notices["code"])


def metres_away(result, places):
    """Return how far each place was found from where it is; the records are those of the first rows."""
    found = result.frame.set_index("row_number")[["lon", "lat"]].astype(float).loc[: len(places)]
    there = np.array(TO_LAMBERT.transform(*np.array(places).T))
    return np.hypot(*(np.array(TO_LAMBERT.transform(*found.to_numpy().T)) - there))


@pytest.mark.parametrize("crs", CANDIDATE_CRS)
@pytest.mark.parametrize("is_swapped", [False, True])
@given(places=PLACES, outlier=OUTLIERS, zeros=st.integers(0, 2))
@example(places=[(4.481, 50.794)], outlier=(), zeros=1)
@example(places=[(4.48, 50.794), (4.46, 50.79)], outlier=((4.40, 51.22),), zeros=0)
@MANY
def test_a_small_undeclared_file_is_found_within_a_metre(crs, is_swapped, places, outlier, zeros):
    x, y = written([*places, *outlier], crs)
    x, y = x + ["0"] * zeros, y + ["0.0"] * zeros
    result = check_table(x, y) if is_swapped else check_table(y, x)
    assert (metres_away(result, places) < 1).all()
    assert len(result.set_aside) == len(outlier)
    assert result.frame["lon"].isna().sum() == zeros
    assert codes(result) & REPAIRS == ({"CRS_GUESSED"} if crs != 4326 else set()) | (
        {"AXES_SWAPPED"} if is_swapped else set()
    )


@pytest.mark.parametrize("crs", CANDIDATE_CRS)
@pytest.mark.parametrize("is_swapped", [False, True])
def test_nearly_every_point_of_a_large_file_is_found_within_a_metre(crs, is_swapped):
    draw = np.random.default_rng(11)
    places = np.column_stack([draw.uniform(4.24, 4.49, 40_000), draw.uniform(50.76, 50.92, 40_000)])
    places = places[shapely.contains_xy(INSIDE, *places.T)]
    x, y = written(places, crs)
    result = check_table(x, y) if is_swapped else check_table(y, x)
    away = metres_away(result, places)
    assert len(away) == len(places) > 15_000
    assert (away < 1).mean() >= 0.995
    assert codes(result) & REPAIRS == ({"CRS_GUESSED"} if crs != 4326 else set()) | (
        {"AXES_SWAPPED"} if is_swapped else set()
    )


@pytest.mark.parametrize("crs", CANDIDATE_CRS)
@given(places=PLACES, outlier=OUTLIERS)
@MANY
def test_no_correct_declared_file_is_repaired(crs, places, outlier):
    x, y = written([*places, *outlier], crs)
    result = check_table(x, y, crs)
    assert (metres_away(result, places) < 1).all()
    assert not codes(result) & REPAIRS


@pytest.mark.parametrize("declared", CANDIDATE_CRS)
@pytest.mark.parametrize("place", [(-3.7, 40.4), (11.58, 48.14), (9.19, 45.46)])
def test_a_declared_file_of_another_place_stays_there(declared, place):
    x, y = Transformer.from_crs(4326, declared, always_xy=True).transform(*place)
    result = check_table([x], [y], declared)
    assert result.set_aside["_codes"].tolist() == ["OUTSIDE_REGION"]


@given(places=st.lists(PLACE, min_size=4, max_size=4))
@MANY
def test_rows_of_several_systems_in_one_file_are_each_read_by_their_own(places):
    rows = [
        next(zip(*written([place], crs), strict=True))
        for place, crs in zip(places, CANDIDATE_CRS, strict=True)
    ]
    x, y = zip(*rows, strict=True)
    result = check_table(y, x)
    assert (metres_away(result, places) < 1).all()
    mixed = result.notices.loc[result.notices["code"].eq("CRS_MIXED"), "row_number"].tolist()
    assert len(mixed) == 3


def test_a_row_that_its_declared_system_cannot_hold_is_read_by_another():
    result = check_table([4.35, 149_000.0], [50.85, 170_000.0], 4326)
    assert result.frame["lon"].astype(float).round(2).tolist() == [4.35, 4.35]
    assert result.notices.loc[result.notices["code"].eq("CRS_MIXED"), "row_number"].tolist() == [2]


@pytest.mark.parametrize("lon_decimals", DECIMALS_LOST)
@pytest.mark.parametrize("lat_decimals", DECIMALS_LOST)
@pytest.mark.parametrize("is_swapped", [False, True])
def test_degrees_without_their_separator_are_known(lon_decimals, lat_decimals, is_swapped):
    lon, lat = f"{4.3525 * 10**lon_decimals:.0f}", f"{50.8467 * 10**lat_decimals:.0f}"
    result = check_table([lon], [lat]) if is_swapped else check_table([lat], [lon])
    assert metres_away(result, [(4.3525, 50.8467)])[0] < 1
    assert "DECIMALS_RESTORED" in codes(result)
    assert ("AXES_SWAPPED" in codes(result)) == is_swapped


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("50.846.700", "4.352.500"),
        ("50,846,700", "4,352,500"),
        ("50.846.700", "4.3525"),
        ("170.700", "148.855"),
        ("170.700,0", "148.855,0"),
        ("170,700.0", "148,855.0"),
        ("170 700", "148 855"),
    ],
)
def test_thousands_that_a_spreadsheet_set_apart_are_read(lat, lon):
    assert metres_away(check_table([lat], [lon]), [(4.3525, 50.8467)])[0] < 5


@pytest.mark.parametrize(
    "cell",
    [
        "50,8467 4,3525",
        "50,8467, 4,3525",
        "50,8467;4,3525",
        "4.3525,50.8467",
        "POINT (4.3525 50.8467)",
        "SRID=4326;POINT(4.3525 50.8467)",
        "(50.8467 / 4.3525)",
    ],
)
def test_pairs_are_read_with_decimal_commas_and_as_well_known_text(cell):
    result = check_table([cell], ["x"], names=("coordonnées", "remarque"))
    assert metres_away(result, [(4.3525, 50.8467)])[0] < 1


@pytest.mark.parametrize("cell", ["50 50 48", "4,3525,50,8467", "POINT EMPTY"])
def test_what_is_no_pair_is_not_guessed_at(cell):
    result = check_table([cell, "50.85, 4.35"], ["x", "y"], names=("coordonnées", "remarque"))
    assert result.notices.loc[result.notices["code"].eq("POSITION_UNREADABLE"), "row_number"].tolist() == [1]


def test_lost_separators_never_look_like_metres():
    west, south, east, north = REGION_BOUNDS
    for crs in CANDIDATE_CRS[1:]:
        for low, high in zip(
            bounds_in(crs, REGION_BOUNDS)[:2], bounds_in(crs, REGION_BOUNDS)[2:], strict=True
        ):
            for decimals in DECIMALS_LOST:
                for least, most in ((west, east), (south, north)):
                    assert high < least * 10**decimals or low > most * 10**decimals
