"""Which pairs are worth comparing: what lies near and is named at all alike, and what shares a key wherever it lies."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest.link.hashing import hash_texts
from ingest.link.names import Ids, Names, Texts
from ingest.link.prepare import UNKNOWN, Numbers, Prepared

REACH_M = 200.0
"""Two lists seldom place one thing further apart: geocoders miss by up to 150 m; it is also the side of a cell."""
TOUCHING_M = 30.0
"""So near, two records are compared whatever their names: translations and new names share no letters."""
LEAST_SHARED = 0.25
"""Share of the shorter name's three-letter pieces that two names must have in common to be compared."""
PRECISE_M = 50.0
"""A record that may lie further away than this from where it is put is not looked for by its place."""
CROWD = 400
"""A key that more records share tells nothing: a switchboard, a placeholder."""
CROWDED_CELL = 10_000
"""A cell with more records than this is no part of Brussels; ten times the densest is 4,000."""
RAW_PAIRS = 4_000_000
"""Pairs looked at at a time: some 200 MB."""

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int32] | npt.NDArray[np.int64]
Pairs = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]
# Half of the cells around one, so that two cells meet once.
AROUND = ((0, 0), (1, -1), (1, 0), (1, 1), (0, 1))
CELL_KIND, CELL_BITS = np.int64(1), 24


@dataclass(frozen=True)
class Asked:
    """Which pairs are asked for: `across` lists only or within them too; `changed` marks records one of which
    must be in, `home` those that may be the smaller one of a pair.
    """

    across: bool = False
    changed: Mask | None = None
    home: Mask | None = None

    def wants(self, prepared: Prepared, left: Positions, right: Positions) -> Mask:
        """Say of each pair whether it is asked for."""
        wanted = np.ones(len(left), dtype=bool)
        if self.across:
            wanted &= prepared.dataset[left] != prepared.dataset[right]
        if self.changed is not None:
            wanted &= self.changed[left] | self.changed[right]
        if self.home is not None:
            wanted &= self.home[np.minimum(left, right)]
        return wanted


def cells(prepared: Prepared) -> tuple[Numbers, Numbers]:
    """Return column and row of each record's cell; meaningless where `is_placed` says no."""
    x = np.nan_to_num(prepared.x, nan=0.0, posinf=0.0, neginf=0.0)
    y = np.nan_to_num(prepared.y, nan=0.0, posinf=0.0, neginf=0.0)
    return np.floor(x / REACH_M).astype("int64"), np.floor(y / REACH_M).astype("int64")


def spots(prepared: Prepared) -> Numbers:
    """Return one number for the metre on which each record lies; meaningless where `is_placed` says no."""
    x, y = (
        np.round(np.nan_to_num(side, nan=0.0, posinf=0.0, neginf=0.0)) for side in (prepared.x, prepared.y)
    )
    return mix(x.astype("int64"), y.astype("int64"))


def is_placed(prepared: Prepared) -> Mask:
    """Say which records lie where they are put."""
    return prepared.is_located & (prepared.uncertainty_m <= PRECISE_M)


def cell_key(column: Numbers, row: Numbers) -> Numbers:
    """Return one number for a cell."""
    side = np.int64(1) << np.int64(CELL_BITS)
    return (CELL_KIND << np.int64(2 * CELL_BITS)) | ((column % side) << np.int64(CELL_BITS)) | (row % side)


def key_table(prepared: Prepared) -> pd.DataFrame:
    """Return `at` (position) and `key` of all but the cell by which a record is found: contacts, address, names."""
    found: list[pd.DataFrame] = []
    everyone = np.arange(len(prepared))

    def add(kind: str, at: Positions, values: Numbers) -> None:
        known = values != UNKNOWN
        salt = hash_texts([kind]).astype("int64")[0]
        found.append(pd.DataFrame({"at": at[known], "key": mix(values[known], salt)}))

    for kind in ("phone", "email", "web", "enterprise"):
        add(kind, everyone, getattr(prepared, kind))
    street = hash_texts(prepared.streets).astype("int64")[prepared.street]
    area = np.where(prepared.postcode != UNKNOWN, prepared.postcode, prepared.town)
    add(
        "address",
        everyone,
        np.where((prepared.house > 0) & (prepared.street > 0), mix(street, prepared.house), UNKNOWN),
    )
    add("name in area", *_names(prepared, prepared.names.whole, area))
    add("name", *_names(prepared, prepared.names.core, None))
    add("common words", *_names(prepared, _of_common_words(prepared.names), None))
    for at, key in _pieces(prepared):
        add("piece", at, key)
    return pd.concat(found, ignore_index=True).drop_duplicates(ignore_index=True)


def mix(values: Numbers, more: Numbers | np.int64) -> Numbers:
    """Return one number for two, as splitmix64 does it."""
    with np.errstate(over="ignore"):
        mixed = values.astype("uint64") ^ (np.asarray(more).astype("uint64") * np.uint64(0x9E3779B97F4A7C15))
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    told = (mixed ^ (mixed >> np.uint64(31))).astype("int64")
    return np.where(told == UNKNOWN, np.int64(1), told)


def _names(prepared: Prepared, texts: Texts, area: Numbers | None) -> tuple[Positions, Numbers]:
    """Return position and number of each name that says something, in its area where one is given."""
    at, spelling = np.nonzero(prepared.names.of_record >= 0)
    name = prepared.names.of_record[at, spelling]
    keys = np.zeros(len(texts), dtype="int64")
    told = (texts != "") & ~prepared.names.is_common
    if told.any():
        keys[told] = hash_texts(texts[told]).astype("int64")
    values = keys[name]
    if area is not None:
        values = np.where((values != UNKNOWN) & (area[at] != UNKNOWN), mix(values, area[at]), UNKNOWN)
    return at, values


def _of_common_words(names: Names) -> Texts:
    """Return the names of several words none of which tells by itself; empty for the others."""
    several = np.array([" " in text for text in names.whole], dtype=bool)
    return np.where((names.core == "") & several, names.whole, "").astype(object)


def _pieces(prepared: Prepared) -> Iterator[tuple[Positions, Numbers]]:
    """Yield position and number of the words of records without a place, whole and by their beginning and end.

    Where nothing tells how near two records are, a typo in the only word that tells must not hide one from the other.
    """
    at, spelling = np.nonzero((prepared.names.of_record >= 0) & ~is_placed(prepared)[:, None])
    core = pd.Series(prepared.names.core[prepared.names.of_record[at, spelling]], index=at, dtype=object)
    words = core.str.split(" ").explode()
    words = words[words.str.len() > 2]
    for part in (words, words.str[:5] + "…", "…" + words.str[-5:]):
        yield part.index.to_numpy(), _hash(part)
    squeezed = pd.Series(
        prepared.names.squeezed[prepared.names.of_record[at, spelling]], index=at, dtype=object
    )
    for told in (squeezed.str.slice(0, 7), squeezed.str.slice(-7)):
        yield told.index.to_numpy(), _hash(told + "*")
    shown = prepared.names.of_record[at, spelling]
    for initials in (prepared.names.initials, prepared.names.own_initials):
        told = pd.Series(initials[shown], index=at, dtype=object)
        told = told[told.str.len() >= 3]
        yield told.index.to_numpy(), _hash(told + "~")
    short = squeezed[squeezed.str.len().between(3, 8)]
    yield short.index.to_numpy(), _hash(short + "~")


def _hash(texts: pd.Series) -> Numbers:
    return (
        hash_texts(texts.to_numpy(dtype=object)).astype("int64") if len(texts) else np.zeros(0, dtype="int64")
    )


def candidate_pairs(prepared: Prepared, asked: Asked) -> Iterator[Pairs]:
    """Yield positions of pairs to compare, each once, the smaller one first."""
    yield from placed_pairs(prepared, asked)
    crowded = is_crowded(prepared)
    for left, right in keyed_pairs(key_table(prepared), prepared, asked):
        fresh = is_found_by_key_alone(prepared, left, right) | crowded[left] | crowded[right]
        yield left[fresh], right[fresh]


def is_crowded(prepared: Prepared) -> Mask:
    """Say which placed records share their spot, or their cell, with so many that it tells nothing.

    Such are the middle of a town, where a geocoder puts what it does not find, and a file made to be compared for ever.
    """
    told = np.zeros(len(prepared), dtype=bool)
    placed = np.flatnonzero(is_placed(prepared))
    column, row = (numbers[placed] for numbers in cells(prepared))
    for keys, most in ((spots(prepared)[placed], CROWD), (cell_key(column, row), CROWDED_CELL)):
        _, at, counts = np.unique(keys, return_inverse=True, return_counts=True)
        told[placed] |= counts[at] > most
    return told


def placed_pairs(prepared: Prepared, asked: Asked) -> Iterator[Pairs]:
    """Yield the pairs found by their place: within `REACH_M`, and named at all alike or within `TOUCHING_M`."""
    for left, right in near_pairs(prepared, asked):
        kept = is_found_near(prepared, left, right)
        yield np.minimum(left[kept], right[kept]), np.maximum(left[kept], right[kept])


def is_found_by_key_alone(prepared: Prepared, left: Positions, right: Positions) -> Mask:
    """Say which pairs that share a key are not found by their place too."""
    placed = is_placed(prepared)
    fresh: Mask = ~(placed[left] & placed[right])
    at = np.flatnonzero(~fresh)
    fresh[at] = ~is_found_near(prepared, left[at], right[at])
    return fresh


def is_found_near(prepared: Prepared, left: Positions, right: Positions) -> Mask:
    """Say which pairs of placed records lie within reach and are named at all alike, or touch."""
    apart = np.hypot(prepared.x[left] - prepared.x[right], prepared.y[left] - prepared.y[right])
    found = apart <= TOUCHING_M
    at = np.flatnonzero((apart <= REACH_M) & ~found)
    found[at] = at_all_alike(prepared, left[at], right[at])
    return found


def near_pairs(prepared: Prepared, asked: Asked) -> Iterator[Pairs]:
    """Yield the pairs of placed records in one cell or in two that touch, each once; of a crowd, none."""
    placed = np.flatnonzero(is_placed(prepared) & ~is_crowded(prepared))
    column, row = (numbers[placed] for numbers in cells(prepared))
    key = cell_key(column, row)
    order = np.argsort(key, kind="stable")
    ids: Ids = placed[order].astype("int32")
    key, column, row = key[order], column[order], row[order]
    for step_x, step_y in AROUND:
        beside = cell_key(column + step_x, row + step_y)
        start, end = np.searchsorted(key, beside, "left"), np.searchsorted(key, beside, "right")
        if (step_x, step_y) == (0, 0):
            start = np.arange(1, len(ids) + 1)
        yield from _expand(ids, start, end, prepared, asked)


def _expand(at: Ids, start: Numbers, end: Numbers, prepared: Prepared, asked: Asked) -> Iterator[Pairs]:
    """Yield `at[i]` with each of `at[start[i]:end[i]]`, as far as asked for, `RAW_PAIRS` at a time."""
    counts = np.maximum(end - start, 0)
    if not counts.any():
        return
    totals = np.cumsum(counts)
    cuts = np.searchsorted(totals, np.arange(0, totals[-1], RAW_PAIRS), "left")
    for low, high in zip(cuts, [*cuts[1:], len(counts)], strict=True):
        some = counts[low:high]
        if not some.any():
            continue
        left: Ids = np.repeat(at[low:high], some)
        step = np.arange(some.sum()) - np.repeat(np.cumsum(some) - some, some)
        right: Ids = at[np.repeat(start[low:high], some) + step]
        wanted = asked.wants(prepared, left, right)
        yield left[wanted], right[wanted]


def keyed_pairs(keys: pd.DataFrame, prepared: Prepared, asked: Asked) -> Iterator[Pairs]:
    """Yield the pairs that share a key which no crowd shares, each once."""
    at, key = keys["at"].to_numpy(), keys["key"].to_numpy()
    order = np.lexsort((at, key))
    at, key = at[order].astype("int32"), key[order]
    first = np.searchsorted(key, key, "left")
    last = np.searchsorted(key, key, "right")
    last = np.where(last - first > CROWD, 0, last)
    codes: list[npt.NDArray[np.int64]] = []
    width = np.int64(max(len(prepared), 1))
    for left, right in _expand(at, np.arange(1, len(at) + 1), last, prepared, asked):
        codes.append(np.unique(np.minimum(left, right) * width + np.maximum(left, right)))
    if codes:
        pairs = np.unique(np.concatenate(codes))
        for part in np.array_split(pairs, len(pairs) // RAW_PAIRS + 1):
            yield (part // width).astype("int32"), (part % width).astype("int32")


def at_all_alike(prepared: Prepared, left: Positions, right: Positions) -> Mask:
    """Say which pairs have names that share enough three-letter pieces; a name that is not known may be any."""
    names = prepared.names
    alike = np.zeros(len(left), dtype=bool)
    for ours in names.of_record.T:
        for theirs in names.of_record.T:
            a, b = ours[left], theirs[right]
            both = np.flatnonzero((a >= 0) & (b >= 0) & ~alike)
            if not len(both):
                continue
            ours_grams, their_grams = names.grams[a[both]], names.grams[b[both]]
            shared = np.bitwise_count(ours_grams & their_grams).sum(axis=1)
            fewer = np.minimum(gram_counts(names.grams)[a[both]], gram_counts(names.grams)[b[both]])
            alike[both] = shared >= LEAST_SHARED * fewer
    return alike


def gram_counts(grams: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return how many bits each name has."""
    counts: npt.NDArray[np.int64] = np.bitwise_count(grams).sum(axis=1, dtype="int64")
    return counts
