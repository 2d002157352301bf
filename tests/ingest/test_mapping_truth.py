"""Lists in French and Dutch map themselves: how many of their columns are taken for what they are, against a truth by hand."""

import tomllib
from collections import Counter

import pytest

from ingest.map import propose_mapping
from ingest.read import read_file
from tests.conftest import PROJECT, SHARED, missing

TRUTH = tomllib.loads((PROJECT / "tests" / "ingest" / "mapping_truth.toml").read_text("utf-8"))["file"]
AT_LEAST = 0.9


def proposed(path):
    """Return what each column of the file is taken for by its headers and values alone, None for no field."""
    raw = read_file(path, path.name)
    taken = {match.column: match.field for match in propose_mapping(raw).matches}
    return {str(column): taken.get(str(column)) for column in raw.rows.columns}


def file_of(told, demo_folder):
    if told["path"].startswith("demo/"):
        return demo_folder / told["path"].removeprefix("demo/")
    if not SHARED.is_dir():
        missing("the files beside the project")
    return SHARED / "partners" / told["path"]


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_nine_columns_in_ten_are_right_and_as_many_of_those_that_are_a_field(demo_folder, language):
    counted = Counter()
    for told in (told for told in TRUTH if language in told["languages"]):
        taken, true = proposed(file_of(told, demo_folder)), told["columns"]
        assert set(true) <= set(taken), told["path"]
        right = {column for column, field in taken.items() if field == true.get(column)}
        counted.update(
            columns=len(taken), right=len(right), fields=len(true), fields_right=len(right & set(true))
        )
    assert counted["right"] / counted["columns"] >= AT_LEAST, counted
    assert counted["fields_right"] / counted["fields"] >= AT_LEAST, counted


@pytest.mark.parametrize("told", TRUTH, ids=[told["path"] for told in TRUTH])
def test_no_file_falls_far_below(demo_folder, told):
    taken = proposed(file_of(told, demo_folder))
    wrong = {column: field for column, field in taken.items() if field != told["columns"].get(column)}
    assert len(wrong) <= 0.2 * len(taken), wrong
