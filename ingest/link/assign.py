"""One to one: where neither of two lists repeats itself, each record has one counterpart at most."""

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

MOST_EXACT = 500
"""Records a side up to which a group is assigned exactly; a larger one goes from the best pair down."""


def one_to_one(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs (`left_record_id`, `right_record_id`, `weight`) of the assignment with the largest sum
    of weights.

    Left and right are records of different lists. What has no choice stays as it is.

    >>> one_to_one(pd.DataFrame({"left_record_id": [1, 1, 2], "right_record_id": [3, 4, 3], "weight": [9.0,
    8.0, 7.0]}))[
    ...     ["left_record_id", "right_record_id"]].values.tolist()
    [[1, 4], [2, 3]]
    """
    if pairs.empty:
        return pairs
    left, lefts = pd.factorize(pairs["left_record_id"], sort=True)
    right, rights = pd.factorize(pairs["right_record_id"], sort=True)
    size = len(lefts) + len(rights)
    graph = coo_array((np.ones(len(pairs)), (left, right + len(lefts))), shape=(size, size))
    _, group = connected_components(graph, directed=False)
    of_pair = group[left]
    alone = np.bincount(of_pair)[of_pair] == 1
    kept = np.flatnonzero(alone).tolist()
    contested = pd.DataFrame(
        {"at": np.flatnonzero(~alone), "group": of_pair[~alone], "left": left[~alone], "right": right[~alone]}
    ).assign(weight=pairs["weight"].to_numpy()[~alone])
    for _, some in contested.groupby("group", sort=True):
        kept += _best(some)
    return pairs.iloc[sorted(kept)]


def _best(some: pd.DataFrame) -> list[int]:
    left, lefts = pd.factorize(some["left"], sort=True)
    right, rights = pd.factorize(some["right"], sort=True)
    if max(len(lefts), len(rights)) > MOST_EXACT:
        taken_left, taken_right, found = set(), set(), []
        ordered = some.sort_values(["weight", "left", "right"], ascending=[False, True, True])
        for at, a, b in ordered[["at", "left", "right"]].to_numpy(dtype="int64").tolist():
            if a not in taken_left and b not in taken_right:
                taken_left.add(a)
                taken_right.add(b)
                found.append(at)
        return found
    # A pair that was not found gains nothing; all that were gain more than nothing, the likelier the more.
    gain = np.zeros((len(lefts), len(rights)))
    least = float(some["weight"].min())
    gain[left, right] = some["weight"].to_numpy() - least + 1.0
    chosen = set(zip(*linear_sum_assignment(gain, maximize=True), strict=True))
    return [int(at) for at, a, b in zip(some["at"], left, right, strict=True) if (a, b) in chosen]
