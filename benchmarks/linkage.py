"""Linkage: who finds which records of two lists are the same, how surely, how fast, and in how much memory.

    python benchmarks/linkage.py [--set fodors_zagats --set 100000 --set 100000-dense …] [--method ours …]

Each method runs in a process of its own, without labels, at its own threshold. Beside ours: the nearest record within
150 m whose name is alike (geopandas and rapidfuzz); recordlinkage (all agreements that it was told to look at);
Splink with its defaults. The last two are of `pip install '.[bench]'`, and left out where they are not installed.
So is dedupe, which `pip install dedupe 'BTrees<6'` builds with a C compiler: it learns from labels, and
is told the truth of the first `ANSWERS` pairs of which it asks.
"""

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import combinations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from linkage_sets import READERS, world_of
from pyproj import Transformer
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from commons.categories.scheme import fold
from ingest.link.assign import one_to_one
from ingest.link.linker import MATCH_AT
from ingest.link.places import learn

SETS = (*READERS, "10000", "100000", "100000-dense", "1000000")
TARGETS = {
    "fodors_zagats": "F1 >= 0.99",
    "100000": "F1 >= 0.95, <= 10 s, <= 1024 MB",
    "1000000": "F1 >= 0.95, <= 100 s, <= 4096 MB",
}
NEAR_M, ALIKE = 150.0, 85.0
ANSWERS = 100
Pairs = npt.NDArray[np.int64]


def ours(records: pd.DataFrame, *, is_clean: bool) -> Pairs:
    """Return the pairs of the commons' own linker."""
    linker, compared = learn(records, across=is_clean)
    pairs = linker.scored(compared)
    pairs = one_to_one(pairs) if is_clean else pairs
    pairs = pairs[pairs["probability"] >= MATCH_AT]
    return pairs[["left_record_id", "right_record_id"]].to_numpy(dtype="int64")


def nearest(records: pd.DataFrame, *, is_clean: bool) -> Pairs:
    """Return each record of the first list with the nearest of the second one, where their names are alike."""
    if "x" not in records or not is_clean:
        raise LookupError("needs two lists with places")
    placed = records.dropna(subset=["x", "y"])
    points = gpd.GeoDataFrame(
        placed[["record_id", "dataset_id", "name"]],
        geometry=gpd.points_from_xy(placed["x"], placed["y"]),
        crs=31370,
    )
    first, second = (points[points["dataset_id"] == at] for at in sorted(points["dataset_id"].unique()))
    near = first.sjoin_nearest(second, max_distance=NEAR_M, lsuffix="left", rsuffix="right")
    names = [near[f"name_{side}"].map(fold).to_numpy() for side in ("left", "right")]
    alike = cpdist(*names, scorer=fuzz.token_sort_ratio) >= ALIKE
    return near.loc[alike, ["record_id_left", "record_id_right"]].to_numpy(dtype="int64")


def summed(records: pd.DataFrame, *, is_clean: bool) -> Pairs:
    """Return the pairs that agree in all that recordlinkage looks at: a name, and a place or else a phone."""
    import recordlinkage  # noqa: PLC0415 - of the extra

    told = records.set_index("record_id")
    located = "x" in told
    told["block"] = (
        (told["x"] // NEAR_M).astype(str) + (told["y"] // NEAR_M).astype(str)
        if located
        else told["name"].map(lambda name: fold(name)[:3])
    )
    lists = [told[told["dataset_id"] == at] for at in sorted(told["dataset_id"].unique())]
    both = lists if is_clean else [lists[0]]
    indexer = recordlinkage.Index()
    indexer.block("block")
    compare = recordlinkage.Compare()
    compare.string("name", "name", method="jarowinkler", threshold=0.85)
    if located:
        compare.numeric("x", "x", method="step", offset=NEAR_M)
        compare.numeric("y", "y", method="step", offset=NEAR_M)
    elif "phone" in told:
        compare.string("phone", "phone", method="jarowinkler", threshold=0.8)
    features = compare.compute(indexer.index(*both), *both)
    return np.array(features.index[features.all(axis=1)].tolist(), dtype="int64").reshape(-1, 2)


def splink(records: pd.DataFrame, *, is_clean: bool) -> Pairs:
    """Return the pairs of Splink with its defaults: random u, EM on two blocks, and its threshold of one half."""
    import splink.comparison_library as cl  # noqa: PLC0415 - of the extra
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    told = records.rename(columns={"record_id": "unique_id"}).astype({"dataset_id": str})
    told["start"] = told["name"].map(lambda name: fold(name)[:4])
    blocks, comparisons = [block_on("start")], [cl.NameComparison("name")]
    if "x" in told:
        told["cell"] = (told["x"] // (2 * NEAR_M)).astype(str) + "," + (told["y"] // (2 * NEAR_M)).astype(str)
        blocks.append(block_on("cell"))
    for column in ("phone", "street", "category"):
        if column in told:
            told[column] = told[column].replace("", None)
            comparisons.append(cl.LevenshteinAtThresholds(column, 2))
    settings = SettingsCreator(
        link_type="link_only" if is_clean else "dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=blocks,
    )
    database = DuckDBAPI()
    parts = [part for _, part in told.groupby("dataset_id")] if is_clean else [told]
    tables = [database.register(part, table_name=f"list_{at}") for at, part in enumerate(parts)]
    linker = Linker(tables if is_clean else tables[0], settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for block in blocks:
        linker.training.estimate_parameters_using_expectation_maximisation(block)
    found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    return found[["unique_id_l", "unique_id_r"]].to_numpy(dtype="int64")


def deduped(records: pd.DataFrame, *, is_clean: bool, truth: Pairs) -> Pairs:
    """Return the pairs of dedupe with its defaults, after it has asked a hundred times and been told the truth."""
    import dedupe  # noqa: PLC0415 - of no extra: it has to be compiled
    from dedupe import variables  # noqa: PLC0415

    told = records.set_index("record_id", drop=False)
    fields = [variables.String("name")]
    if "x" in told:
        lon, lat = Transformer.from_crs(31370, 4326, always_xy=True).transform(told["x"], told["y"])
        known = np.isfinite(lon) & np.isfinite(lat)
        told["place"] = [at if is_known else None for *at, is_known in zip(lat, lon, known, strict=True)]
        told["place"] = told["place"].map(lambda at: tuple(at) if at else None)
        fields.append(variables.LatLong("place", has_missing=True))
    for column in ("phone", "street", "category"):
        if column in told:
            told[column] = told[column].replace("", None)
            fields.append(variables.String(column, has_missing=True))
    names = ["record_id", *(field.field for field in fields)]
    told = told[names].astype(object).where(told[names].notna(), None)
    parts = [
        part.to_dict("index")
        for _, part in (
            told.groupby(records.set_index("record_id")["dataset_id"]) if is_clean else [(0, told)]
        )
    ]
    linker = (dedupe.RecordLink if is_clean else dedupe.Dedupe)(fields, num_cores=0)
    linker.prepare_training(*parts)
    same = {tuple(sorted(pair)) for pair in truth.tolist()}
    for _ in range(ANSWERS):
        pair = linker.uncertain_pairs()[0]
        is_same = tuple(sorted(record["record_id"] for record in pair)) in same
        linker.mark_pairs({"match": [pair] if is_same else [], "distinct": [] if is_same else [pair]})
    linker.train()
    if is_clean:
        return np.array([pair for pair, _ in linker.join(*parts)], dtype="int64").reshape(-1, 2)
    clusters = [ids for ids, _ in linker.partition(*parts) if len(ids) > 1]
    return np.array([pair for ids in clusters for pair in combinations(ids, 2)], dtype="int64").reshape(-1, 2)


METHODS: dict[str, tuple[Callable[..., Pairs], str]] = {
    "ours": (ours, "ingest"),
    "nearest": (nearest, "geopandas"),
    "recordlinkage": (summed, "recordlinkage"),
    "splink": (splink, "splink"),
    "dedupe": (deduped, "dedupe"),
}


def measure(name: str, method: str) -> dict[str, float]:
    """Return precision, recall, F1, seconds and peak megabytes of one method on one set, in this process."""
    world, is_clean = world_of(name)
    labels = {"truth": world.truth} if method == "dedupe" else {}
    before = time.perf_counter()
    found = np.sort(METHODS[method][0](world.records, is_clean=is_clean, **labels), axis=1)
    seconds = time.perf_counter() - before
    truth = set(map(tuple, np.sort(world.truth, axis=1).tolist()))
    told = set(map(tuple, found.tolist()))
    right = len(told & truth)
    return {
        "precision": right / max(len(told), 1),
        "recall": right / len(truth),
        "f1": 2 * right / (len(told) + len(truth)),
        "seconds": seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Measure every method on every set and print a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", action="append", dest="sets")
    parser.add_argument("--method", action="append", dest="methods", choices=list(METHODS))
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.sets[0], asked.methods[0])))
        return
    print(f"{'set':<14}{'method':<15}{'prec.':>7}{'recall':>8}{'F1':>8}{'s':>8}{'MB':>7}  target")
    for name in asked.sets or SETS:
        for method in asked.methods or METHODS:
            target = TARGETS.get(name, "") if method == "ours" else ""
            print(f"{name:<14}{method:<15}{told_of(name, method)}  {target}", flush=True)


def told_of(name: str, method: str) -> str:
    """Return one line's figures, or why there are none."""
    if importlib.util.find_spec(METHODS[method][1]) is None:
        return f"{METHODS[method][1]} is not installed"
    command = [sys.executable, __file__, "--one", "--set", name, "--method", method]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        return run.stderr.strip().splitlines()[-1] if run.stderr.strip() else f"ended with {run.returncode}"
    f = json.loads(run.stdout.splitlines()[-1])
    return (
        f"{f['precision']:>7.3f}{f['recall']:>8.3f}{f['f1']:>8.4f}{f['seconds']:>8.1f}{f['megabytes']:>7.0f}"
    )


if __name__ == "__main__":
    main()
