"""The demo's files through the first steps that a partner's file goes: read, and map."""

import pytest

from ingest.demo.words import partners
from ingest.map.mapping import FLAG_FIELDS
from ingest.map.propose import propose_mapping
from ingest.read import read_file

DATASETS = [partner["dataset"] for partner in partners()]


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset["slug"])
def test_every_column_is_recognised_whatever_its_language_and_typos(demo, dataset):
    raw = read_file(demo.directory / dataset["file"], dataset["file"])
    mapping = propose_mapping(raw)
    assert len(raw.rows) == demo.rows[dataset["slug"]]
    assert {match.column for match in mapping.matches} == set(raw.rows.columns)
    assert mapping.flags_present >= set(FLAG_FIELDS) - {"consent_evidence"}
    placed = {"lon", "lat"} <= set(mapping.column_of)
    assert placed != (raw.points is not None)
