"""Another territory: a made-up city with its own names, metres, postcodes and districts, and the whole demo there."""

import json
import os
import re
import subprocess
import sys
import tomllib

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from commons.territory import BRUSSELS, read_territory

METRIC_CRS, WEST, SOUTH = (
    32631,
    500_000,
    5_530_000,
)  # 3° east, in the north of France: outside of Belgium's systems
COMMUNE_M, PER_SIDE = 4_000, 2
BOX = [2.95, 49.88, 3.2, 50.05]

TERRITORY = f"""
country = "BE"
dialling_code = "+32"
time_zone = "Europe/Paris"
metric_crs = {METRIC_CRS}
other_crs = []
languages = ["fr", "nl"]
postcode = '8[0-9]{{3}}'
ambiguous = ["rivebourg"]
communes = ["commune 1", "commune 2", "commune 3", "commune 4"]
[words]
territory = {{ fr = "Rivebourg", nl = "Rivebourg", en = "Rivebourg" }}
in_territory = {{ fr = "à Rivebourg", nl = "in Rivebourg", en = "in Rivebourg" }}
of_territory = {{ fr = "de Rivebourg", nl = "van Rivebourg", en = "of Rivebourg" }}
territory_brand = {{ fr = "Communs de Rivebourg", nl = "Commons van Rivebourg", en = "Rivebourg commons" }}
region = {{ fr = "Pays de Rivebourg", nl = "Land van Rivebourg", en = "Land of Rivebourg" }}
[bounds]
records = {BOX}
around = [2.7, 49.7, 3.4, 50.2]
view = {BOX}
metric = [0.0, 45.0, 6.0, 55.0]
[districts]
region_code = "R1"
revision = "2026"
commune_digits = 2
english_names = {{}}
outline = [[2.99, 49.9], [3.12, 49.9], [3.12, 50.0], [2.99, 50.0]]
[demo_address]
municipality_fr = "Rivebourg"
municipality_nl = "Rivebourg"
postcode = "8001"
[postcodes]
C1 = ["8001"]
C2 = ["8002"]
C3 = ["8003"]
C4 = ["8004"]
"""

SOURCE = """
[{level}s]
title = "{level}s of Rivebourg"
publisher = "City of Rivebourg"
licence = "CC0-1.0"
attribution = "City of Rivebourg"
url = "https://rivebourg.example/{level}s"
file = "{level}s.geojson"
format = "GeoJSON"
crs = "EPSG:4326"
[{level}s.districts]
level = "{level}"
revision = "2026"
is_current = true
key = "code"
name_fr = "name"
name_nl = "name"
"""
PEOPLE = """
[people]
title = "Inhabitants of Rivebourg"
publisher = "City of Rivebourg"
licence = "CC0-1.0"
attribution = "City of Rivebourg"
url = "https://rivebourg.example/people"
file = "people.csv"
format = "CSV"
[people.population]
level = "sector"
revision = "2026"
key = "code"
value = "people"
year = 2026
"""
LEVELS = {"commune": 1, "neighbourhood": 3, "sector": 6}
"""Into how many parts a side of a commune is cut at each level."""

ASK = """
import json
from commons.i18n import translate
from commons.release import released
from commons.vocabulary import Audience, DistrictLevel, Language
reader = released(Audience.PUBLIC)
places = reader.alternatives()
print(json.dumps({
    "places": len(places), "bounds": list(places.total_bounds),
    "in_communes": int(places["commune"].notna().sum()),
    "region": reader.districts(DistrictLevel.REGION)["name_nl"].tolist(),
    "day": str(reader.query("SHOW timezone").iloc[0, 0]),
    "title": translate("plain.title", Language.FR),
}))
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rivebourg")
    originals, packaged = folder / "originals", folder / "packaged"
    originals.mkdir()
    packaged.mkdir()
    (folder / "territory.toml").write_text(TERRITORY)
    (folder / "sources.toml").write_text("".join(SOURCE.format(level=level) for level in LEVELS) + PEOPLE)
    for level, parts in LEVELS.items():
        drawn = gpd.GeoDataFrame(list(_squares(level, parts)), crs=METRIC_CRS).to_crs(4326)
        drawn.to_file(originals / f"{level}s.geojson")
    sectors = gpd.read_file(originals / "sectors.geojson")
    people = pd.DataFrame({"code": sectors["code"], "people": range(300, 300 + len(sectors))})
    people.to_csv(originals / "people.csv", index=False)
    return folder


def _squares(level, parts):
    side = COMMUNE_M / parts
    for number in range(PER_SIDE**2):
        x, y = WEST + number % PER_SIDE * COMMUNE_M, SOUTH + number // PER_SIDE * COMMUNE_M
        for part in range(parts**2):
            i, j = part % parts, part // parts
            code = f"C{number + 1}" + (f"{level[0].upper()}{part:02}" if parts > 1 else "")
            square = shapely.box(x + i * side, y + j * side, x + (i + 1) * side, y + (j + 1) * side)
            yield {"code": code, "name": f"{level.title()} {number + 1} {part}", "geometry": square}


def _run(city, *command):
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COMMONS_", "DATABASE_", "PG"))
    }
    env |= {"COMMONS_TERRITORY": str(city), "COMMONS_HOME": str(city / "home"), "COMMONS_LANG": "en"}
    done = subprocess.run(
        [sys.executable, *command], check=False, env=env, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_demo_of_another_city_is_there_and_nowhere_else(city):
    _run(city, "-m", "commons", "districts", "pack", str(city / "originals"), "--to", str(city / "packaged"))
    try:
        said = _run(city, "-m", "commons", "demo", "--no-serve")
        found = json.loads(_run(city, "-c", ASK))
    finally:
        _run(city, "-m", "commons", "down")
    assert "Official districts of Rivebourg" in said
    assert "4 communes, 36 neighbourhoods, 144 statistical sectors" in said
    assert found["places"] > 300
    assert found["in_communes"] > 0.9 * found["places"]
    assert shapely.box(*BOX).contains(shapely.box(*found["bounds"]))
    assert found["region"] == ["Land van Rivebourg"]
    assert found["day"] == "Europe/Paris"
    assert found["title"] == "Alternatives à Rivebourg"


@pytest.mark.parametrize(
    "damage", ["", "[bounds]\nrecords = [1, 2]", TERRITORY.replace("metric_crs", "metric")]
)
def test_a_territory_that_is_not_whole_is_refused_with_its_file(tmp_path, damage):
    (tmp_path / "territory.toml").write_text(damage)
    with pytest.raises(ValueError, match=re.escape(str(tmp_path / "territory.toml"))):
        read_territory(tmp_path)


def test_what_is_known_of_brussels_stands_in_its_folder_only():
    """No box, no code of a coordinate system and no name of the city elsewhere in the program; comments may speak of it."""
    box = tomllib.loads((BRUSSELS / "territory.toml").read_text())["bounds"]
    degrees = "|".join(
        re.escape(str(number)) for name in ("records", "around", "view") for number in box[name]
    )
    literal = re.compile(rf"(?<![\d.])(?:{degrees}|31370|3812)(?!\d)|Bruxelles|Brussels?\b")
    found = []
    for room in ("commons", "ingest", "maps", "dashboard"):
        for file in (BRUSSELS.parents[2] / room).rglob("*.py"):
            if file.is_relative_to(BRUSSELS) or "versions" in file.parts:
                continue
            found += [
                (str(file), line) for line in _code(file.read_text()).splitlines() if literal.search(line)
            ]
    assert found == []


def _code(text):
    """Return a module without docstrings and comments."""
    return re.sub(r'""".*?"""|#.*', "", text, flags=re.DOTALL)
