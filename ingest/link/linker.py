"""What a linker is: the interface that the merge stands on, whatever finds the pairs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

NAME_COLUMNS = ("name", "name_fr", "name_nl", "name_en")
RECORD_COLUMNS = (
    "record_id",
    "dataset_id",
    *NAME_COLUMNS,
    "x",
    "y",
    "uncertainty_m",
    "street",
    "house_number",
    "postcode",
    "municipality",
    "phone",
    "email",
    "website",
    "category",
    "enterprise_number",
)
PAIR_COLUMNS = ("left_record_id", "right_record_id", "probability", "weight", "pattern")
KEY_COLUMNS = ("record_id", "key")
PLACE_COLUMNS = ("record_id", "x", "y", "cell", "spot", "letters", "fewest")
FOUND_COLUMNS = ("left_record_id", "right_record_id", "by_key")

MATCH_AT = 0.5
"""Probability from which two records are taken for the same: of invented lists, 97 in 100 then are
(`benchmarks/linkage.py`), 99 where
neither list repeats itself; a higher one loses more matches than it saves errors."""
REVIEW_AT = 0.1
"""Probability from which a person is asked; below it, two records stay apart."""


@dataclass(frozen=True)
class Evidence:
    """What one comparison says: its level, what that weighs (log2 of the Bayes factor), and a measure to tell."""

    comparison: str
    level: str
    weight: float
    detail: str = ""


class Linker(Protocol):
    """Finds which records speak of the same alternative.

    `records` has `RECORD_COLUMNS`; texts are empty or missing where unknown, x and y are metres, NaN where unknown.
    """

    @property
    def name(self) -> str:
        """Return the model's name and version, as stored with each of its decisions."""

    def keys(self, records: pd.DataFrame) -> pd.DataFrame:
        """Return `KEY_COLUMNS`: by which these and other records find each other, wherever they lie."""

    def places(self, records: pd.DataFrame) -> pd.DataFrame:
        """Return `PLACE_COLUMNS`: by which those with a place are found by what lies near."""

    def around(self, records: pd.DataFrame) -> pd.DataFrame:
        """Return `record_id` and `cell`: in which cells each of these finds others."""

    def pairs(self, records: pd.DataFrame, changed: npt.NDArray[np.int64] | None = None) -> pd.DataFrame:
        """Return the pairs of at least `REVIEW_AT`, `PAIR_COLUMNS`, each once, with the smaller id on the left.

        With `changed`, only those that hold one of these record ids. `weight` is log2 of the odds, `pattern` the
        number of the levels that the comparisons gave.
        """

    def found(self, records: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
        """Return the same of the pairs that were found by the keys and places that are kept: `FOUND_COLUMNS`."""

    def evidence(self, pattern: int) -> dict[str, str]:
        """Return the level of each comparison that a pattern stands for."""

    def explain(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[Evidence, ...]:
        """Return what each comparison of two records says, the prior first; the weights add up to the pair's."""
