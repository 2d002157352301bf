"""Where things are: decimal commas, undeclared systems, swapped axes."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from commons.districts.region import in_region
from ingest.check.angles import read_angle
from ingest.check.draft import Memory
from ingest.check.systems import CANDIDATE_CRS, REGION_BOUNDS, bounds_in, decide_crs

BRUSSELS = (4.3525, 50.8467)


def row_codes(result, row):
    return set(result.notices.loc[result.notices["row_number"].eq(row), "code"])


def table(*pairs):
    return "nom;latitude;longitude\n" + "".join(f"N{i};{lat};{lon}\n" for i, (lat, lon) in enumerate(pairs))


@pytest.mark.parametrize("lat", ["50,8467", "50.8467", " 50,8467 "])
def test_decimal_commas_are_read(checked, lat):
    assert checked(table((lat, "4,3525"))).frame.loc[0, ["lon", "lat"]].tolist() == list(BRUSSELS)


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        ("", "", "NO_POSITION"),
        ("près du canal", "4,35", "POSITION_UNREADABLE"),
        ("50,85", "", "POSITION_UNREADABLE"),
        ("NaN", "4,35", "POSITION_UNREADABLE"),
        ("inf", "4,35", "POSITION_UNREADABLE"),
        ("0", "0,0", "POSITION_UNREADABLE"),
    ],
)
def test_a_row_without_a_legible_position_is_kept_without_one(checked, lat, lon, code):
    result = checked(table((lat, lon), ("50,85", "4,35")))
    assert len(result.frame) == 2
    assert np.isnan(result.frame.loc[0, "lon"])
    assert row_codes(result, 1) & {"NO_POSITION", "POSITION_UNREADABLE"} == {code}


@pytest.mark.parametrize("crs", CANDIDATE_CRS)
@pytest.mark.parametrize("is_swapped", [False, True])
def test_an_undeclared_system_is_known_by_its_ranges_even_swapped(checked, crs, is_swapped):
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(*BRUSSELS)
    result = checked(table((x, y) if is_swapped else (y, x)))
    assert result.frame.loc[0, ["lon", "lat"]].astype(float).round(4).tolist() == list(BRUSSELS)
    assert ("CRS_GUESSED" in set(result.notices["code"])) == (crs != 4326)
    assert ("AXES_SWAPPED" in row_codes(result, 1)) == is_swapped


def test_the_boxes_of_the_candidate_systems_never_overlap():
    boxes = [shapely.box(*bounds_in(crs, REGION_BOUNDS)) for crs in CANDIDATE_CRS]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_row_is_not_turned_against_titles_that_another_bears_out(checked):
    result = checked(table(("50,85", "4,35"), ("4,36", "50,86")))
    assert result.frame["lon"].tolist() == [4.35]
    assert result.set_aside["_codes"].tolist() == ["OUTSIDE_REGION"]


def test_a_place_elsewhere_is_set_aside_and_nonsense_too(checked):
    result = checked(table(("50,85", "4,35"), ("48,85", "2,35")))
    assert result.set_aside["_codes"].tolist() == ["OUTSIDE_REGION"]
    assert checked(table(("9999999", "123"))).set_aside["_codes"].tolist() == ["CRS_UNKNOWN"]


def test_another_region_may_be_given(checked):
    paris = gpd.GeoDataFrame(geometry=[shapely.box(2.2, 48.8, 2.5, 48.9)], crs=4326).to_crs(3857)
    assert len(checked(table(("48,85", "2,35")), region=paris).frame) == 1


def test_a_declared_system_is_believed(checked, collection):
    text = collection(
        ({"nom": "A"}, [149_000, 170_000]), crs={"type": "name", "properties": {"name": "EPSG:31370"}}
    )
    result = checked(text, "a.geojson")
    assert result.frame.loc[0, ["lon", "lat"]].astype(float).round(2).tolist() == [4.35, 50.84]
    assert "CRS_GUESSED" not in set(result.notices["code"])


def test_pairs_in_one_cell_are_read_in_either_order(checked):
    result = checked('nom,coordonnées\nA,"50.85, 4.35"\nB,"(4.36 50.86)"\nC,ici\n')
    assert result.frame["lon"].tolist()[:2] == [4.35, 4.36]
    assert "POSITION_UNREADABLE" in row_codes(result, 3)


def test_geometry_counts_and_not_a_column_that_says_otherwise(checked, collection):
    text = collection(({"nom": "A", "latitude": "51", "longitude": "4.5"}, list(BRUSSELS)))
    assert checked(text, "a.geojson").frame.loc[0, "lon"] == BRUSSELS[0]


@pytest.mark.parametrize("crs", CANDIDATE_CRS)
@pytest.mark.parametrize("is_swapped", [False, True])
def test_nearly_every_point_of_a_file_is_within_a_metre(checked, crs, is_swapped):
    draw = np.random.default_rng(4)
    truth = np.column_stack([draw.uniform(4.24, 4.49, 2000), draw.uniform(50.76, 50.92, 2000)])
    truth = truth[in_region(*truth.T)]
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(*truth.T)
    result = checked(table(*(zip(x, y, strict=True) if is_swapped else zip(y, x, strict=True))))
    to_metres = Transformer.from_crs(4326, 31370, always_xy=True)
    found = np.array(to_metres.transform(*result.frame[["lon", "lat"]].astype(float).to_numpy().T))
    away = np.hypot(*(found - np.array(to_metres.transform(*truth.T))))
    assert len(away) == len(truth) > 800
    assert (away < 1).mean() >= 0.995
    assert ("AXES_SWAPPED" in set(result.notices["code"])) == is_swapped


@pytest.mark.parametrize("place", [("51,22", "4,40"), ("50,46", "4,86")])
def test_antwerp_and_namur_are_not_moved_into_the_region(checked, place):
    assert checked(table(place)).set_aside["_codes"].tolist() == ["OUTSIDE_REGION"]


@pytest.mark.parametrize(
    "text",
    [
        "50°50'48\"N",
        "50° 50\u2032 48\u2033 N",
        "N50 50.8",
        "50d50m48s",
        "50\u00ba50\u201948\u2019\u2019",
        "50°50,8'N",
        "50.84667N",
    ],
)
def test_angles_are_read_in_their_usual_spellings(text):
    assert read_angle(text) == pytest.approx(50.84667, abs=1e-5)


@pytest.mark.parametrize("text", ["", "50°75'N", "-50°50'N", "N50°N", "rue 5", "1030 Schaerbeek", "999°"])
def test_what_is_no_angle_is_not_read(text):
    assert np.isnan(read_angle(text))


@pytest.mark.parametrize("cell", ['50°50\'48""N 4°21\'09""E', "N50 50.8, E4 21.15"])
def test_angles_in_one_cell_are_read(checked, cell):
    result = checked(f'nom,coordonnées\nA,"{cell}"\nB,"50.85, 4.35"\nC,"50.86, 4.36"\n')
    assert result.frame.loc[0, ["lon", "lat"]].astype(float).round(4).tolist() == list(BRUSSELS)


def test_a_declared_system_is_replaced_only_where_all_points_fit_another():
    lambert = np.array([[149_000.0, 170_000.0], [150_000.0, 171_000.0]])
    assert decide_crs(4326, lambert, REGION_BOUNDS) == 31370
    assert decide_crs(4326, np.vstack([lambert, [[20_000.0, 200_000.0]]]), REGION_BOUNDS) == 4326


def test_later_rows_are_read_by_what_the_first_decided(checked):
    later = table(("48,85", "2,35"), ("9999999", "123"))
    assert checked(later, memory=Memory(31370)).set_aside["_codes"].tolist() == ["OUTSIDE_REGION"] * 2
    assert checked(later, memory=Memory()).set_aside["_codes"].tolist() == ["CRS_UNKNOWN"] * 2


def test_a_replaced_declaration_is_told(checked, collection):
    text = collection(
        ({"nom": "A"}, [149_000, 170_000]), crs={"type": "name", "properties": {"name": "EPSG:3812"}}
    )
    result = checked(text, "a.geojson")
    assert result.frame.loc[0, ["lon", "lat"]].astype(float).round(2).tolist() == [4.35, 50.84]
    assert "CRS_CORRECTED" in set(result.notices["code"])


@pytest.mark.parametrize(("rows", "crs"), [([("", ""), ("0", "0")], None), ([("170000", "149000")], 31370)])
def test_rows_without_a_position_do_not_decide_for_the_file(checked, rows, crs):
    memory = Memory()
    checked(table(*rows), memory=memory)
    assert memory.crs == crs
