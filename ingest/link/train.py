"""Learning what agreement weighs from the records themselves, without labels.

What others of the same part of town have in common is not learned but measured: of pairs a few streets apart, which are
hardly ever the same. How near any two lie is counted. So only the matches are left for expectation and maximisation
(Dempster, Laird and Rubin 1977), which then has nothing to drift to; and what few records say is weighed against the
weights that come with the program.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ingest.link.candidates import REACH_M, Asked, cells, is_placed, near_pairs
from ingest.link.compare import COMPARISONS, PATTERNS, levels_of, patterns
from ingest.link.model import Model, probability_of, shipped_model
from ingest.link.nearness import AROUND_M, BEYOND_M, CLOSE_M, NEAR_M, apart_m
from ingest.link.prepare import Prepared, Usual

SAMPLE = 400_000
"""Pairs of others that are measured: enough to tell one in fifty thousand."""
RING_CELLS = 3
"""Two records so many cells apart lie in one part of town, and are not the same place."""
LEARNED_AGAINST = 30.0
"""Matches that the weights of the program count for; among others, `OTHERS_AGAINST` pairs."""
OTHERS_AGAINST = 2_000.0
STEPS, SETTLED = 200, 1e-7
MEASURED_ANEW = 10
"""Steps in which the others are measured anew, as it shows which of the sample are the same."""
EXPECTED = 0.5
"""Pairs that are the same, to begin with, for each record."""
LABEL_WORTH = 10.0
"""Pairs that what a person says of one counts for."""
LIKELIEST = 0.05
"""Share of all pairs that are the same at most: of two lists of three, being in both is no evidence yet."""
SEED = 20180101


@dataclass(frozen=True)
class Labels:
    """What people said: the patterns of the pairs that they took for the same, and of those that they did not."""

    same: npt.NDArray[np.int32]
    different: npt.NDArray[np.int32]

    def correction(
        self, seen: npt.NDArray[np.int32], posterior: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Return how many pairs of each seen pattern are the same beyond what the model makes of them."""
        said = [
            np.bincount(np.searchsorted(seen, told[np.isin(told, seen)]), minlength=len(seen))
            for told in (self.same, self.different)
        ]
        return LABEL_WORTH * (said[0] * (1 - posterior) - said[1] * posterior)


NO_LABELS = Labels(np.zeros(0, dtype="int32"), np.zeros(0, dtype="int32"))


def pair_count(prepared: Prepared, asked: Asked) -> float:
    """Return how many pairs there are at all."""
    sizes = np.bincount(prepared.dataset).astype("float64")
    total = len(prepared) * (len(prepared) - 1) / 2
    within = float((sizes * (sizes - 1) / 2).sum())
    return max(total - within if asked.across else total, 1.0)


def sample_of_others(prepared: Prepared, asked: Asked) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return pairs a few streets apart, or any where most records have no place; the same ones for the same records."""
    rng = np.random.default_rng(SEED)
    placed = np.flatnonzero(is_placed(prepared))
    if len(placed) * 2 < len(prepared):
        left, right = rng.integers(0, len(prepared), (2, SAMPLE))
    else:
        column, row = (numbers[placed] for numbers in cells(prepared))
        width = np.int64(1) << np.int64(24)
        key = (column % width) * width + row % width
        order = np.argsort(key, kind="stable")
        placed, key, column, row = placed[order], key[order], column[order], row[order]
        one = rng.integers(0, len(placed), SAMPLE)
        step = rng.integers(-RING_CELLS, RING_CELLS + 1, SAMPLE)
        side = rng.choice([-RING_CELLS, RING_CELLS], SAMPLE)
        flat = rng.random(SAMPLE) < 0.5
        beside_column = column[one] + np.where(flat, step, side)
        beside_row = row[one] + np.where(flat, side, step)
        beside = (beside_column % width) * width + beside_row % width
        start, end = np.searchsorted(key, beside, "left"), np.searchsorted(key, beside, "right")
        other = start + (rng.random(SAMPLE) * (end - start)).astype("int64")
        found = end > start
        left, right = placed[one[found]], placed[other[found]]
    kept = (left != right) & asked.wants(prepared, left, right)
    return left[kept].astype("int32"), right[kept].astype("int32")


def shares_among_others(
    pattern: npt.NDArray[np.int32], model: Model, shipped: Model
) -> dict[str, dict[str, float]]:
    """Return u for every comparison: shares in a sample of others, as far as the model takes them for others."""
    levels = levels_of(pattern)
    # In short lists without places some of the sample are the same.
    others = 1.0 - probability_of(model.weights(pattern))
    return {
        c.name: _shares(
            np.bincount(levels[:, at], others, minlength=c.size)[1:].astype("float64"),
            shipped.u[c.name],
            OTHERS_AGAINST,
        )
        for at, c in enumerate(COMPARISONS)
    }


def distance_counts(prepared: Prepared, asked: Asked) -> npt.NDArray[np.float64]:
    """Return how many pairs lie within `CLOSE_M`, `NEAR_M`, `AROUND_M` and `BEYOND_M`, each without the former."""
    bands = np.array([CLOSE_M, NEAR_M, AROUND_M, BEYOND_M])
    found = np.zeros(len(bands))
    for left, right in near_pairs(prepared, asked):
        apart = apart_m(prepared, left, right)
        found += np.diff(np.searchsorted(np.sort(apart[apart <= REACH_M]), bands, "right"), prepend=0)
    return found


def train(
    prepared: Prepared,
    asked: Asked,
    counts: npt.NDArray[np.int64],
    usual: Usual,
    *,
    labels: Labels = NO_LABELS,
) -> Model:
    """Return the model learned from `counts`, how many candidate pairs show each pattern (shape `PATTERNS`).

    `usual` is what `prepared` takes for that. What people said of pairs teaches what the same
    alternative looks like: each word of theirs counts as `LABEL_WORTH` pairs.
    """
    shipped = shipped_model()
    seen = np.flatnonzero(counts[:PATTERNS]).astype("int32")
    weight, levels = counts[seen].astype("float64"), levels_of(seen)
    pairs, bands = pair_count(prepared, asked), distance_counts(prepared, asked)
    located = pairs * float(prepared.is_located.mean()) ** 2
    sample = patterns(prepared, *sample_of_others(prepared, asked))
    model = Model(min(EXPECTED * len(prepared) / pairs, LIKELIEST), shipped.m, shipped.u, usual)
    posterior = np.zeros(len(seen))
    for step in range(STEPS):
        if step < MEASURED_ANEW:
            u = shares_among_others(sample, model, shipped)
        model = replace(
            model,
            u={
                **u,
                **_neighbours_shares(levels, weight * (1 - posterior), shipped),
                "place": _place_shares(levels, weight, posterior, bands, located),
            },
        )
        now = probability_of(model.weights(seen))
        matches = np.maximum(weight * now + labels.correction(seen, now), 0.0)
        m = {}
        for at, c in enumerate(COMPARISONS):
            counted = np.bincount(levels[:, at], matches, minlength=c.size)[1:].astype("float64")
            told = _shares(counted, shipped.m[c.name], LEARNED_AGAINST)
            for order in (c.rising, c.rising_too):
                told = _rising(order, told, model.u[c.name])
            m[c.name] = told
        prior = float(np.clip((matches.sum() + 1.0) / (pairs + 1.0), 1e-12, LIKELIEST))
        moved = float(np.abs(now - posterior).max(initial=0.0))
        model, posterior = replace(model, m=m, prior=prior), now
        if step >= MEASURED_ANEW and moved < SETTLED:
            break
    return model


def _place_shares(
    levels: npt.NDArray[np.int8],
    weight: npt.NDArray[np.float64],
    posterior: npt.NDArray[np.float64],
    bands: npt.NDArray[np.float64],
    located: float,
) -> dict[str, float]:
    """Return u of the place: of the `located` pairs that are not the same, how many lie how near."""
    if located == 0:
        return dict(shipped_model().u["place"])
    at = [c.name for c in COMPARISONS].index("place")
    names = COMPARISONS[at].levels
    of_candidates = np.bincount(levels[:, at], weight, minlength=len(names) + 1)[1:]
    same = np.bincount(levels[:, at], weight * posterior, minlength=len(names) + 1)[1:]
    counted = dict(zip(names, np.maximum(of_candidates - same, 0.0), strict=True))
    counted["close"], counted["near"], counted["around"], counted["beyond"] = (
        float(max(total - matched - (counted["same_address"] if name == "close" else 0.0), 0.0))
        for name, total, matched in (
            ("close", bands[0], same[names.index("close")]),
            ("near", bands[1], same[names.index("near")]),
            ("around", bands[2], same[names.index("around")]),
            ("beyond", bands[3], same[names.index("beyond")]),
        )
    )
    counted["far"] = max(located - sum(counted[name] for name in names if name != "far"), 1.0)
    return {name: (counted[name] + 0.5) / (located + 0.5 * len(names)) for name in names}


def _neighbours_shares(
    levels: npt.NDArray[np.int8], others: npt.NDArray[np.float64], shipped: Model
) -> dict[str, dict[str, float]]:
    """Return u of what is compared of near pairs only: among the candidates that are not the same."""
    return {
        c.name: _shares(
            np.bincount(levels[:, at], others, minlength=c.size)[1:].astype("float64"),
            shipped.u[c.name],
            LEARNED_AGAINST,
        )
        for at, c in enumerate(COMPARISONS)
        if c.of_neighbours
    }


def _shares(
    counts: npt.NDArray[np.float64], shipped: Mapping[str, float], against: float
) -> dict[str, float]:
    """Return the share of each level: as counted, beside `against` pairs that are as the shipped shares say.

    The same contact under one roof or far apart (`same_shared`) is as likely of one alternative as anywhere;
    of others, it is as shipped.
    """
    levels = list(shipped)
    known = dict(zip(levels, counts, strict=True))
    apart = known.pop("same_shared", None)
    if apart is not None and shipped["same_shared"] == shipped["same"]:
        known["same"] += apart
    total = sum(known.values()) + against
    told = {level: float((count + against * shipped[level]) / total) for level, count in known.items()}
    if apart is not None:
        told["same_shared"] = (
            told["same"] if shipped["same_shared"] == shipped["same"] else shipped["same_shared"]
        )
    return {level: told[level] for level in levels}


def _rising(order: Sequence[str], m: dict[str, float], u: Mapping[str, float]) -> dict[str, float]:
    """Return m with no level weighing less than the one it stands above: neighbours that do are taken together."""
    pools: list[list[str]] = []

    def ratio(pool: list[str]) -> float:
        return sum(m[level] for level in pool) / sum(u[level] for level in pool)

    for level in order:
        pools.append([level])
        while len(pools) > 1 and ratio(pools[-1]) < ratio(pools[-2]):
            pools[-2:] = [pools[-2] + pools[-1]]
    told = dict(m)
    for pool in pools:
        for level in pool:
            told[level] = ratio(pool) * u[level]
    return told
