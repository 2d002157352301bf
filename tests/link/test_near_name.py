"""The first linker's rule, at its edges."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.link.near_name import PAIR_COLUMNS, RECORD_COLUMNS, NearNameLinker, comparable_name


def records(*rows):
    defaults = {
        "dataset_id": None,
        "name": "Le Potager du Coin",
        "name_fr": None,
        "name_nl": None,
        "name_en": None,
        "x": 0.0,
        "y": 0.0,
    }
    listed = [{**defaults, "record_id": i, "dataset_id": i, **row} for i, row in enumerate(rows, start=1)]
    return pd.DataFrame(listed, columns=list(RECORD_COLUMNS))


def found(*rows):
    pairs = NearNameLinker().pairs(records(*rows))
    assert list(pairs.columns) == list(PAIR_COLUMNS)
    return pairs[["left_record_id", "right_record_id"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({}, True),
        ({"x": 99.9}, True),
        ({"x": 100.1}, False),
        ({"dataset_id": 1}, False),
        ({"name": "Potager du Coin (Le) ASBL"}, True),
        ({"name": "LE POTAGER DU COÏN"}, True),
        ({"name": "Le Potagr du Coin"}, True),
        ({"name": "Le Potager de la Rive"}, False),
        ({"name": "Buurttuin", "name_fr": "Le potager du coin"}, True),
        ({"name": ""}, False),
    ],
)
def test_near_and_nearly_equal_across_lists(other, same):
    assert found({}, other) == ([[1, 2]] if same else [])


def test_a_pair_is_told_once_whatever_the_order():
    rows = records({}, {}, {"x": 500.0})
    pairs = NearNameLinker().pairs(rows.iloc[::-1])
    assert pairs[["left_record_id", "right_record_id"]].to_numpy().tolist() == [[1, 2]]
    assert pairs["reason"].iloc[0] == {"names_alike": 1.0, "apart_m": 0.0}


@pytest.mark.parametrize("rows", [(), ({},)])
def test_nothing_to_compare(rows):
    assert found(*rows) == []


@given(st.text(max_size=40))
def test_a_comparable_name_is_its_own_comparable_name(name):
    once = comparable_name(name)
    assert comparable_name(once) == once
