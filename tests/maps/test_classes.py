"""The classes of a choropleth: what the legend says is what the map paints."""

import numpy as np
import pandas as pd
import pytest

from commons.vocabulary import Language
from maps.classes import RAMP, ZERO_COLOUR, classify, fixed_classes, format_number, quantile_bounds


def test_zero_has_a_class_of_its_own():
    values = pd.Series([0, 0, 1, 2, 3, 4, 5, 6])
    classes = classify(values, 3)
    painted = classes.colour(values)
    assert set(painted[values == 0]) == {ZERO_COLOUR}
    assert ZERO_COLOUR not in set(painted[values > 0])
    assert classes.labels[0] == "0"


def test_every_value_lies_within_its_label_and_every_class_is_used():
    values = pd.Series(np.random.default_rng(3).poisson(4, 200)).astype(float)
    classes = classify(values)
    for colour, label in zip(classes.colours, classes.labels, strict=True):
        held = values[classes.colour(values) == colour]
        ends = [int(end) for end in label.split(" \N{EN DASH} ")]
        assert (held.min(), held.max()) == (ends[0], ends[-1])


def test_a_missing_value_has_no_colour():
    painted = classify(pd.Series([1.0, 2.0])).colour(pd.Series([1.0, np.nan]))
    assert painted.isna().tolist() == [False, True]


@pytest.mark.parametrize("values", [[], [np.nan], [0.0, 0.0], [7.0], [2.0, 2.0, 2.0], [-1.5, 0.0, 2.5]])
@pytest.mark.parametrize("k", [1, 5, 99])
def test_few_or_odd_values_make_few_classes(values, k):
    series = pd.Series(values, dtype=float)
    classes = classify(series, k)
    assert len(classes.bounds) == len(classes.colours) == len(classes.labels) <= len(RAMP)
    assert classes.colour(series).notna().equals(series.notna())
    assert list(classes.bounds) == sorted(set(classes.bounds))


def test_the_ramp_darkens():
    lightness = [sum(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in RAMP]
    assert lightness == sorted(lightness, reverse=True)


@pytest.mark.parametrize(
    ("language", "written"),
    [(Language.FR, "1\u202f234,5"), (Language.NL, "1.234,5"), (Language.EN, "1,234.5")],
)
def test_numbers_are_written_as_each_language_does(language, written):
    assert format_number(1234.5, language, decimals=1) == written
    assert format_number(0.01234, language).endswith("0123")


def test_fixed_classes_are_those_of_their_bounds_whatever_the_values():
    shares = fixed_classes((0, 20, 40, 100), title="", language=Language.FR)
    assert shares.labels == ("0", "> 0 \N{EN DASH} 20", "20 \N{EN DASH} 40", "40 \N{EN DASH} 100")
    painted = shares.colour(pd.Series([0, 0.1, 20, 20.1, 100, np.nan]))
    expected = [shares.colours[i] for i in (0, 1, 1, 2, 3)]
    assert painted.tolist()[:5] == expected
    assert painted.isna().tolist() == [False] * 5 + [True]
    assert shares.colours[0] == ZERO_COLOUR
    assert len(set(shares.colours)) == 4


def test_fixed_classes_of_whole_numbers_and_above_the_last_bound():
    lists = fixed_classes((1, 2, 5, float("inf")), title="", language=Language.EN, whole_numbers=True)
    assert lists.labels == ("1", "2", "3 \N{EN DASH} 5", "> 5")
    assert lists.colour(pd.Series([4, 999.0])).tolist() == [lists.colours[2], lists.colours[3]]
    rates = fixed_classes((0.25, 1.5, float("inf")), title="", language=Language.NL)
    assert rates.labels == ("≤ 0,25", "0,25 \N{EN DASH} 1,50", "> 1,50")


@pytest.mark.parametrize("values", [[], [np.nan], [7.0], [2.0, 2.0], [0.001, 5000]])
def test_few_or_odd_values_have_bounds_that_hold_them_all(values):
    series = pd.Series(values, dtype=float)
    bounds = quantile_bounds(series)
    assert list(bounds) == sorted(set(bounds))
    classes = fixed_classes(bounds, title="", language=Language.EN)
    assert classes.colour(series).notna().equals(series.notna())
