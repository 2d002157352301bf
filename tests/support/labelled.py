"""How well the linker does on a set whose true pairs are known."""

from linkage_sets import world_of

from ingest.link.assign import one_to_one
from ingest.link.linker import MATCH_AT
from ingest.link.places import learn


def f1_of(name):
    """Return the linker's F1, from 0 to 1, on a set of benchmarks/linkage_sets.py, without labels."""
    world, is_clean = world_of(name)
    linker, compared = learn(world.records, across=is_clean)
    pairs = linker.scored(compared)
    pairs = one_to_one(pairs) if is_clean else pairs
    pairs = pairs[pairs["probability"] >= MATCH_AT]
    found = {tuple(sorted(pair)) for pair in pairs[["left_record_id", "right_record_id"]].to_numpy().tolist()}
    truth = {tuple(sorted(pair)) for pair in world.truth.tolist()}
    return 2 * len(found & truth) / (len(found) + len(truth))
