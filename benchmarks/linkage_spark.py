"""Linkage on Spark and on one machine: are their pairs, scores and clusters the same, and how long does each take?

    pip install '.[spark]' && python benchmarks/linkage_spark.py [--set 100000 --set fodors_zagats …]

Ends with 1 where a pair is found by one only, where two scores differ by more than a millionth, or a cluster differs.
"""

import argparse
import sys
import time

import numpy as np
import pandas as pd
from linkage_sets import world_of
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ingest.link.assign import one_to_one
from ingest.link.linker import MATCH_AT
from ingest.link.places import learn
from ingest.link.spark import learn_on_spark, spark_session

SETS = ("fodors_zagats", "bce_names", "100000")
SAME_SCORE = 1e-6
IDS = ["left_record_id", "right_record_id"]


def clusters(pairs: pd.DataFrame, records: pd.DataFrame, *, is_clean: bool) -> set[frozenset[int]]:
    """Return the records of each cluster that matches join, one to one where both lists are clean."""
    kept = one_to_one(pairs) if is_clean else pairs
    kept = kept[kept["probability"] >= MATCH_AT]
    ids = np.sort(records["record_id"].to_numpy(dtype="int64"))
    left, right = (np.searchsorted(ids, kept[column]) for column in IDS)
    graph = coo_array((np.ones(len(kept)), (left, right)), shape=(len(ids), len(ids)))
    found = pd.Series(ids).groupby(connected_components(graph, directed=False)[1]).agg(frozenset)
    return set(found)


def main() -> None:
    """Compare both engines on every set and print a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", action="append", dest="sets")
    is_same = True
    print(f"{'set':<14}{'pairs':>8}{'clusters':>10}{'score':>9}{'one s':>8}{'Spark s':>9}  same")
    with spark_session() as session:
        for name in parser.parse_args().sets or SETS:
            world, is_clean = world_of(name)
            started = time.perf_counter()
            linker, compared = learn(world.records, across=is_clean)
            one = linker.scored(compared)
            between = time.perf_counter()
            _, _, two = learn_on_spark(session, world.records, across=is_clean)
            ended = time.perf_counter()
            both = one.merge(two, on=IDS, how="outer", suffixes=("_one", "_two"))
            # NaN, of a pair that one engine alone found, is no small difference.
            apart = (both["probability_one"] - both["probability_two"]).abs().fillna(1.0).max()
            ours, theirs = (clusters(pairs, world.records, is_clean=is_clean) for pairs in (one, two))
            same = bool(apart <= SAME_SCORE) and ours == theirs
            is_same &= same
            print(
                f"{name:<14}{len(two):>8}{len(theirs):>10}{apart:>9.0e}{between - started:>8.1f}"
                f"{ended - between:>9.1f}  {'yes' if same else 'NO'}",
                flush=True,
            )
    sys.exit(0 if is_same else 1)


if __name__ == "__main__":
    main()
