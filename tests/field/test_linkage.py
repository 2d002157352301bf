"""How well the linker does on labelled sets of others."""

import pytest
from labelled import f1_of
from linkage_sets import world_of

from ingest.link.compare import COMPARISONS
from ingest.link.places import learn


@pytest.mark.parametrize(
    ("name", "least"), [("fodors_zagats", 0.99), ("bce_names", 0.80), ("overture", 0.98)]
)
def test_without_labels_it_finds_what_is_known_to_be_the_same(name, least):
    assert f1_of(name) >= least


def test_a_name_that_is_part_of_another_by_rare_words_weighs_no_less_than_one_by_common_words():
    world, _ = world_of("bce_names")
    linker, _ = learn(world.records)
    of_name = linker.model.level_weights()[0]
    part, part_rare = (of_name[COMPARISONS[0].number(level)] for level in ("part", "part_rare"))
    assert part <= part_rare + 1e-9
