"""Real lists in French and Dutch map themselves: nine columns in ten, against a truth by hand."""

import pytest
from mapping_truth import read_truth, shares_right, wrong_columns

from tests.conftest import PROJECT

TRUTH = read_truth(PROJECT / "tests" / "field" / "mapping_truth.toml")
AT_LEAST = 0.9


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_nine_columns_in_ten_are_right_and_as_many_of_those_that_are_a_field(data, language):
    of_language = [truth for truth in TRUTH if language in truth["languages"]]
    assert min(shares_right(data / "partners", of_language)) >= AT_LEAST


@pytest.mark.parametrize("truth", TRUTH, ids=[truth["path"] for truth in TRUTH])
def test_no_file_falls_far_below(data, truth):
    wrong, columns = wrong_columns(data / "partners", truth)
    assert len(wrong) <= 0.2 * columns, wrong
