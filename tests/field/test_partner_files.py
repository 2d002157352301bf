"""Real open files of Brussels: what goes in comes out, stored or set aside."""

import pytest

from ingest.check import check
from ingest.map import apply_mapping, propose_mapping
from ingest.read import read_file

FILES = {
    "poipointer_brussels_2014/art-heritage-of-regional-roads-fountains0.geojson": (21, "Fontaine Pol Bury"),
    "poipointer_brussels_2014/art-heritage-of-regional-roads-monuments.geojson": (83, "De Broqueville"),
    "poipointer_brussels_2014/cultural-places.geojson": (25, "Archives of the City of Brussels"),
    "poipointer_brussels_2014/museums0.geojson": (6, "Bruxella 1238"),
    "poipointer_brussels_2014/theatres.geojson": (21, "(Le) Jardin de ma Soeur"),
    "poipointer_brussels_2014/urbis_2d_map_zipoint_zones_of_interest_cu_culture.geojson": (
        262,
        "XL-THEATRE - THEATRE DU GRAND MIDI",
    ),
    "schaerbeek/brussels_mobility_cycloparking_schaerbeek.geojson": (
        792,
        "Groupe d'arceaux, avenue monplaisir 69",
    ),
    "schaerbeek/schaerbeek_cycloparking_opendata.geojson": (140, "Voltaire II"),
    "schaerbeek/schaerbeek_offstreet_parking.geojson": (475, "Rue Achille Detienne 4A"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_real_file_is_read_whole(data, name):
    path = data / "partners" / name
    raw = read_file(path, path.name)
    result = check(apply_mapping(raw, propose_mapping(raw)))
    rows, first = FILES[name]
    assert (result.rows_in, len(result.frame), len(result.set_aside)) == (rows, rows, 0)
    assert result.frame.loc[0, "name"] == first
    assert result.frame["lon"].between(4.2, 4.55).all()


def test_names_in_a_column_of_authors_are_asked_for(data):
    """`character_author` might as well hold who wrote the row: a person says that it holds the names."""
    path = data / "partners" / "poipointer_brussels_2014" / "comic-book-route.geojson"
    raw = read_file(path, path.name)
    result = check(apply_mapping(raw, propose_mapping(raw)))
    assert (result.rows_in, len(result.frame)) == (47, 0)
    assert set(result.set_aside["_codes"]) == {"NAME_COLUMN_MISSING"}
