"""Real files of known formats are recognised, and never say less by their preset than without."""

import pytest

from ingest.map import FLAG_FIELDS, propose_mapping
from ingest.map.presets import apply_preset, recognise_preset
from ingest.read import read_file


@pytest.mark.parametrize(
    ("path", "name", "gained"),
    [
        (
            "formats/organizations_schema-v1.0.0-example-import.csv",
            "murmurations",
            {"partner_key", "category"},
        ),
        ("transformap/susy_sse.geojson", "osm", set()),
        (
            "poipointer_brussels_2014/urbis_2d_map_zipoint_zones_of_interest_cu_culture.geojson",
            "urbis",
            set(),
        ),
    ],
    ids=["murmurations", "osm", "urbis"],
)
def test_real_files_are_recognised_and_never_say_less_than_without(data, path, name, gained):
    file = data / "partners" / path
    raw = read_file(file, file.name)
    preset = recognise_preset(raw)
    assert preset is not None
    assert preset.name == name
    with_preset, without = apply_preset(preset, raw), propose_mapping(raw)
    assert set(with_preset.column_of) >= set(without.column_of) | gained
    assert with_preset.flags_present >= without.flags_present & set(FLAG_FIELDS)
