"""The linker of places: candidates, comparisons, and the weights of a model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest.link.beside import around_table, found_pairs, place_table
from ingest.link.candidates import RAW_PAIRS, Asked, Pairs, candidate_pairs, key_table
from ingest.link.compare import PATTERNS, patterns
from ingest.link.linker import KEY_COLUMNS, PAIR_COLUMNS, PLACE_COLUMNS, RECORD_COLUMNS, REVIEW_AT, Evidence
from ingest.link.model import Model, probability_of, shipped_model
from ingest.link.nearness import apart_m
from ingest.link.prepare import Prepared, prepare
from ingest.link.train import NO_LABELS, Labels, train
from ingest.link.usual import usual_of


@dataclass(frozen=True)
class Compared:
    """Pairs by position in `prepared`, and the pattern of each."""

    prepared: Prepared
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    pattern: npt.NDArray[np.int32]


@dataclass(frozen=True)
class PlacesLinker:
    """Compares what lies near or shares a key, and weighs it by a model; `across`: never within one list."""

    model: Model
    across: bool = False

    @property
    def name(self) -> str:
        """Return the model's name."""
        return self.model.name

    def prepared(self, records: pd.DataFrame) -> Prepared:
        """Return the records as this model compares them."""
        return prepare(records, self.model.usual)

    def keys(self, records: pd.DataFrame) -> pd.DataFrame:
        """Return by which keys each record is found."""
        prepared = self.prepared(records)
        told = key_table(prepared)
        return pd.DataFrame(
            {"record_id": prepared.record_id[told["at"]], "key": told["key"]}, columns=list(KEY_COLUMNS)
        )

    def places(self, records: pd.DataFrame) -> pd.DataFrame:
        """Return where the records lie that are found by their place."""
        return place_table(self.prepared(records))[list(PLACE_COLUMNS)]

    def around(self, records: pd.DataFrame) -> pd.DataFrame:
        """Return the cells around each record."""
        return around_table(self.prepared(records))

    def pairs(self, records: pd.DataFrame, changed: npt.NDArray[np.int64] | None = None) -> pd.DataFrame:
        """Return the pairs that are at least to be reviewed."""
        if len(records) < 2:
            return pd.DataFrame(columns=list(PAIR_COLUMNS))
        prepared = self.prepared(records)
        marked = None if changed is None else np.isin(prepared.record_id, changed)
        return self.scored(compare_candidates(prepared, Asked(self.across, marked)))

    def found(self, records: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
        """Return those of the found pairs that are at least to be reviewed."""
        if len(records) < 2:
            return pd.DataFrame(columns=list(PAIR_COLUMNS))
        prepared = self.prepared(records)
        left, right = found_pairs(prepared, found, Asked(self.across))
        parts = np.array_split(np.arange(len(left)), len(left) // RAW_PAIRS + 1)
        return self.scored(compare_pairs(prepared, ((left[part], right[part]) for part in parts)))

    def scored(self, compared: Compared) -> pd.DataFrame:
        """Return the compared pairs that are at least to be reviewed."""
        of_pattern = np.full(PATTERNS, -np.inf)
        seen = np.unique(compared.pattern)
        of_pattern[seen] = self.model.weights(seen)
        weight = of_pattern[compared.pattern]
        kept = probability_of(weight) >= REVIEW_AT
        ids = compared.prepared.record_id
        found = pd.DataFrame(
            {
                "left_record_id": ids[compared.left[kept]],
                "right_record_id": ids[compared.right[kept]],
                "probability": probability_of(weight[kept]),
                "weight": weight[kept],
                "pattern": compared.pattern[kept],
            }
        )
        return found.sort_values(["left_record_id", "right_record_id"], ignore_index=True)

    def evidence(self, pattern: int) -> dict[str, str]:
        """Return the level of each comparison that says anything."""
        return {e.comparison: e.level for e in self.model.evidence(pattern) if e.level}

    def explain(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[Evidence, ...]:
        """Return what each comparison says of two records, the prior first."""
        records = pd.DataFrame([dict(left), dict(right)]).reindex(columns=list(RECORD_COLUMNS))
        prepared = self.prepared(records.assign(record_id=[0, 1]))
        one, other = np.array([0], dtype="int32"), np.array([1], dtype="int32")
        pattern = int(patterns(prepared, one, other)[0])
        return self.model.evidence(pattern, f"{float(apart_m(prepared, one, other)[0]):.0f}")


def compare_candidates(prepared: Prepared, asked: Asked) -> Compared:
    """Return every candidate pair with its pattern."""
    return compare_pairs(prepared, candidate_pairs(prepared, asked))


def compare_pairs(prepared: Prepared, pairs: Iterable[Pairs]) -> Compared:
    """Return these pairs with their patterns."""
    parts = [(left, right, patterns(prepared, left, right)) for left, right in pairs if len(left)]
    if not parts:
        nothing = np.zeros(0, dtype="int32")
        return Compared(prepared, nothing, nothing, nothing)
    left, right, pattern = (np.concatenate(column).astype("int32") for column in zip(*parts, strict=True))
    return Compared(prepared, left, right, pattern)


def learn(
    records: pd.DataFrame, *, across: bool = False, labels: pd.DataFrame | None = None
) -> tuple[PlacesLinker, Compared]:
    """Return the linker whose model was learned from these records, and the pairs that it compared for that.

    `labels` are what people said: `left_record_id`, `right_record_id`, `is_same`; of records that are not here they
    say nothing.
    """
    usual = usual_of(prepare(records))
    prepared = prepare(records, usual)
    asked = Asked(across)
    compared = compare_candidates(prepared, asked)
    counts = np.bincount(compared.pattern, minlength=PATTERNS)
    said = NO_LABELS if labels is None else _labelled(prepared, labels)
    return PlacesLinker(train(prepared, asked, counts, usual, labels=said), across), compared


def _labelled(prepared: Prepared, labels: pd.DataFrame) -> Labels:
    sides = [labels[f"{side}_record_id"].to_numpy(dtype="int64") for side in ("left", "right")]
    known = np.isin(sides[0], prepared.record_id) & np.isin(sides[1], prepared.record_id)
    left, right = (np.searchsorted(prepared.record_id, side[known]).astype("int32") for side in sides)
    is_same = labels["is_same"].to_numpy(dtype=bool)[known]
    said = patterns(prepared, left, right)
    return Labels(said[is_same], said[~is_same])


def shipped_linker(*, across: bool = False) -> PlacesLinker:
    """Return the linker with the weights that come with the program."""
    return PlacesLinker(shipped_model(), across)
