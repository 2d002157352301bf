"""The first linker: the same place within 100 m, a nearly equal name, and two different lists."""

import re
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist
from scipy.spatial import KDTree

from commons.categories.scheme import fold

RECORD_COLUMNS = ("record_id", "dataset_id", "name", "name_fr", "name_nl", "name_en", "x", "y")
PAIR_COLUMNS = ("left_record_id", "right_record_id", "score", "reason")

NEAR_M = 100.0
"""Two lists seldom place one address further apart than this; geocoders often do by half of it."""

NEAR_EQUAL = 0.85
"""Share of a name that must be alike after folding: admits a typo, refuses another street's committee."""

LEGAL_FORMS = re.compile(
    r"\b(asbl|vzw|aisbl|ivzw|scrl|scrlfs|sc|cv|cvba|srl|bv|sprl|bvba|coop|cooperative|fondation|stichting)\b"
)
NAME_COLUMNS = ("name", "name_fr", "name_nl", "name_en")


class Linker(Protocol):
    """Finds which records speak of the same alternative."""

    @property
    def name(self) -> str:
        """Return the model's name and version, as stored with each of its decisions."""

    def pairs(self, records: pd.DataFrame) -> pd.DataFrame:
        """Return the pairs taken for the same, `PAIR_COLUMNS`, each once with the smaller id on the left.

        `records` has `RECORD_COLUMNS`; x and y are metres in EPSG:31370. `score` lies in 0 to 1; `reason` is a dict
        that says what the score rests on.
        """


@dataclass(frozen=True)
class NearNameLinker:
    """Compares every two records of different lists within `near_m` of each other by their best pair of names.

    Within one list, rows that look alike are taken for what the partner says they are: different.
    """

    near_m: float = NEAR_M
    near_equal: float = NEAR_EQUAL
    name: str = "near-name 1"

    def pairs(self, records: pd.DataFrame) -> pd.DataFrame:
        """Return the pairs that are near and nearly equal in name; see `Linker.pairs`."""
        ordered = records.sort_values("record_id", ignore_index=True)
        if len(ordered) < 2:
            return pd.DataFrame(columns=list(PAIR_COLUMNS))
        place = ordered[["x", "y"]].to_numpy(dtype="float64")
        dataset = ordered["dataset_id"].to_numpy()
        near = KDTree(place).query_pairs(self.near_m, output_type="ndarray")
        left, right = near[dataset[near[:, 0]] != dataset[near[:, 1]]].T
        alike = _best_similarity(ordered, left, right)
        kept = alike >= self.near_equal
        left, right, alike = left[kept], right[kept], alike[kept]
        apart_m = np.hypot(*(place[left] - place[right]).T)
        ids = ordered["record_id"].to_numpy()
        return pd.DataFrame(
            {
                "left_record_id": ids[left],
                "right_record_id": ids[right],
                "score": alike,
                "reason": [
                    {"names_alike": round(float(name), 3), "apart_m": round(float(metres), 1)}
                    for name, metres in zip(alike, apart_m, strict=True)
                ],
            }
        )


def _best_similarity(records: pd.DataFrame, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return, for each pair, how alike their most alike names are (0 to 1); an empty name is like nothing."""
    names = {column: records[column].fillna("").map(comparable_name).to_numpy() for column in NAME_COLUMNS}
    best = np.zeros(len(left))
    for ours in names.values():
        for theirs in names.values():
            a, b = ours[left], theirs[right]
            both = (a != "") & (b != "")
            best[both] = np.maximum(best[both], cpdist(a[both], b[both], scorer=fuzz.token_sort_ratio) / 100)
    return best


def comparable_name(name: str) -> str:
    """Return the name folded, without punctuation or legal form.

    >>> comparable_name("Le Potager du Coin, ASBL")
    'le potager du coin'
    """
    words = re.sub(r"[^\w\s]|_", " ", fold(name).replace(".", ""))
    return " ".join(LEGAL_FORMS.sub(" ", words).split())
