"""Decisions: what a model takes for the same by itself, of what it asks a person, and what a person has said."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from commons.database.connection import Connection
from commons.database.statements import copy_frame, run_file
from commons.vocabulary import Verdict
from ingest.link.linker import NAME_COLUMNS

SAME_AT = 0.9
"""Probability from which two records of different lists are taken for the same with nobody asked: 99 of 100 such are
(`benchmarks/linkage.py`). A merge in public must be right; of what it misses a person can still be asked."""
ASK_AT = 0.3
"""Probability from which a person is asked; below it, two records stay apart."""


def decide(pairs: pd.DataFrame, records: pd.DataFrame, repeating: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return of each pair that says something the columns of `incoming_decision`.

    `records` holds them all, by `record_id`; `repeating` are the datasets that may hold one alternative twice. Two of a
    list that does not are never taken for the same by themselves: a person is asked where the model would have. Nor are
    two of which one has no name: an address is that of many.
    """
    if pairs.empty:
        return pd.DataFrame(columns=["left_record_id", "right_record_id", "verdict", "score", "reason"])
    order = np.argsort(records["record_id"].to_numpy())
    left, right = (
        order[np.searchsorted(records["record_id"].to_numpy(), pairs[f"{side}_record_id"], sorter=order)]
        for side in ("left", "right")
    )
    dataset, x, y = (records[name].to_numpy() for name in ("dataset_id", "x", "y"))
    of_one_list = (dataset[left] == dataset[right]) & ~np.isin(dataset[left], repeating)
    is_named = (records[list(NAME_COLUMNS)].fillna("").to_numpy(dtype=object) != "").any(axis=1)
    only_asked = of_one_list | ~is_named[left] | ~is_named[right]
    probability = pairs["probability"].to_numpy()
    apart = np.hypot(x[left] - x[right], y[left] - y[right])
    metres = pd.Series(apart, index=pairs.index).map("{:.0f}".format).replace("nan", "null")
    pattern, weight = pairs["pattern"].astype(str), pairs["weight"].map("{:.2f}".format)
    reason = '{"pattern": ' + pattern + ', "weight": ' + weight + ', "apart_m": ' + metres + "}"
    told = pairs[["left_record_id", "right_record_id"]].assign(
        verdict=np.where((probability >= SAME_AT) & ~only_asked, Verdict.SAME.value, Verdict.UNSURE.value),
        score=pairs["probability"].round(6),
        reason=reason,
    )
    return told[probability >= np.where(of_one_list, SAME_AT, ASK_AT)]


def store_decisions(
    connection: Connection, decided_by: str, changed: npt.NDArray[np.int64], decided: pd.DataFrame
) -> tuple[int, int]:
    """Return how many decisions of the model were added and retired; `touched_record` then holds whom they speak of."""
    run_file(connection, "ingest.merge", "incoming_decision")
    copy_frame(connection, "changed_record", pd.DataFrame({"record_id": changed}))
    copy_frame(connection, "incoming_decision", decided)
    counts = run_file(connection, "ingest.merge", "store_decisions", {"decided_by": decided_by}).fetchone()
    assert counts is not None  # noqa: S101 - an aggregate
    return int(counts[0]), int(counts[1])
