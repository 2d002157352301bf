"""A made-up region of nineteen square communes with their real codes, and the demo over it, written and read once."""

from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from commons.districts.frames import Districts
from commons.territory import territory
from ingest.demo import write_demo

WEST, SOUTH, COMMUNE_M, PARTS = 141_000, 162_000, 3_600, 3


def _square(x, y, side):
    return shapely.box(x, y, x + side, y + side)


def _rows():
    side = COMMUNE_M / PARTS
    yield "region", "04000", True, shapely.box(WEST, SOUTH, WEST + 5 * COMMUNE_M, SOUTH + 4 * COMMUNE_M)
    for number, code in enumerate(sorted(territory().postcodes)):
        x, y = WEST + number % 5 * COMMUNE_M, SOUTH + number // 5 * COMMUNE_M
        yield "commune", code, True, _square(x, y, COMMUNE_M)
        for part, (i, j) in enumerate(product(range(PARTS), repeat=2)):
            yield "neighbourhood", f"{number:02}{part}", part != 4, _square(x + i * side, y + j * side, side)


@pytest.fixture(scope="session")
def districts():
    frame = pd.DataFrame(list(_rows()), columns=["level", "code", "residential", "geometry"])
    frame = gpd.GeoDataFrame(frame, crs=31370).to_crs(4326)
    labels = frame["level"].str.title() + " " + frame["code"]
    frame = frame.assign(name_fr=labels, name_nl=labels, name_en=labels, is_current=True, revision="2025")
    neighbourhoods = frame.loc[frame["level"] == "neighbourhood", ["level", "code"]]
    people = np.linspace(500, 20_000, len(neighbourhoods)).round()
    return Districts("official", frame, neighbourhoods.assign(year=2025, population=people), ())


@pytest.fixture(scope="session")
def demo(districts, tmp_path_factory):
    directory = tmp_path_factory.mktemp("demo")
    return write_demo(directory, districts)


def read_network(directory):
    path = directory / "reseau_fils_croises.csv"
    rows = pd.read_csv(path, sep=";", encoding="cp1252", dtype=str, keep_default_na=False)
    number = {column: rows[column].str.replace(",", ".") for column in ("Longitude", "Latitude")}
    return rows.assign(
        lon=pd.to_numeric(number["Longitude"], errors="coerce"),
        lat=pd.to_numeric(number["Latitude"], errors="coerce"),
    )


def read_federation(directory):
    rows = gpd.read_file(directory / "federation_mille_toits.gpkg", engine="pyogrio")
    points = rows.geometry.to_crs(4326)
    return rows.assign(lon=points.x, lat=points.y)


def read_association(directory):
    rows = pd.read_excel(directory / "vereniging_wijde_koer.xlsx", dtype=object)
    return rows.assign(
        lon=pd.to_numeric(rows["Breedtegraad"], errors="coerce"),
        lat=pd.to_numeric(rows["Lengtegraad"], errors="coerce"),
    )


def read_citizens(directory):
    rows = gpd.read_file(directory / "citoyens_carte_buissonniere.geojson", engine="pyogrio")
    return rows.assign(lon=rows.geometry.x, lat=rows.geometry.y)


READERS = {
    "annuaire-fils-croises": read_network,
    "leden-mille-toits": read_federation,
    "adressen-wijde-koer": read_association,
    "carte-citoyenne": read_citizens,
}


@pytest.fixture(scope="session")
def tables(demo):
    """The four files by dataset, each with WGS84 `lon` and `lat` beside its own columns."""
    return {slug: reader(demo.directory) for slug, reader in READERS.items()}


@pytest.fixture(scope="session")
def truth(demo, tables):
    """The truth with the point that each row's file gives it."""
    points = pd.concat(
        table[["lon", "lat"]].assign(dataset=slug, row_number=range(1, len(table) + 1))
        for slug, table in tables.items()
    )
    told = pd.read_csv(demo.directory / "truth.csv", keep_default_na=False)
    return told.merge(
        points, on=["dataset", "row_number"], how="outer", validate="one_to_one", indicator=True
    )
