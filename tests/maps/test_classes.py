"""The classes of a choropleth: what the legend says is what the map paints."""

from math import inf

import numpy as np
import pandas as pd
import pytest

from commons.vocabulary import Language
from maps.classes import RAMP, ZERO_COLOUR, classify, format_number, quantile_bounds


def test_zero_has_a_class_of_its_own():
    values = pd.Series([0, 0, 1, 2, 3, 4, 5, 6])
    classes = classify(quantile_bounds(values, 3))
    painted = classes.colour(values)
    assert set(painted[values == 0]) == {ZERO_COLOUR}
    assert ZERO_COLOUR not in set(painted[values > 0])
    assert classes.labels[0] == "0"


def test_quantiles_hold_about_as_many_each():
    values = pd.Series(np.random.default_rng(3).gamma(2, 0.3, 500))
    counts = classify(quantile_bounds(values)).colour(values).value_counts()
    assert len(counts) == 5
    assert counts.between(80, 120).all()


def test_classes_are_those_of_their_bounds_whatever_the_values():
    shares = classify((0, 20, 40, 100), language=Language.FR)
    assert shares.labels == ("0", "> 0 \N{EN DASH} 20", "20 \N{EN DASH} 40", "40 \N{EN DASH} 100")
    painted = shares.colour(pd.Series([0, 0.1, 20, 20.1, 100]))
    assert painted.tolist() == [shares.colours[i] for i in (0, 1, 1, 2, 3)]
    assert shares.colours[0] == ZERO_COLOUR
    assert len(set(shares.colours)) == 4


def test_classes_of_whole_numbers_and_above_the_last_bound():
    lists = classify((1, 2, 5, inf), whole_numbers=True)
    assert lists.labels == ("1", "2", "3 \N{EN DASH} 5", "> 5")
    assert lists.colour(pd.Series([4, 999.0])).tolist() == [lists.colours[2], lists.colours[3]]
    rates = classify((0.25, 1.5, inf), language=Language.NL)
    assert rates.labels == ("\N{LESS-THAN OR EQUAL TO} 0,25", "0,25 \N{EN DASH} 1,50", "> 1,50")


def test_a_missing_value_has_no_colour():
    painted = classify((1, 2)).colour(pd.Series([1.0, np.nan]))
    assert painted.isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "values", [[], [np.nan], [0.0, 0.0], [7.0], [2.0, 2.0, 2.0], [0.0, 2.5], [0.001, 5000]]
)
@pytest.mark.parametrize("k", [1, 5, 6])
def test_few_or_odd_values_make_few_classes(values, k):
    series = pd.Series(values, dtype=float)
    classes = classify(quantile_bounds(series, k))
    assert len(classes.bounds) == len(classes.colours) == len(classes.labels) <= len(RAMP) + 1
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
