"""Records dealt out to be compared in parts: the same pairs as on one machine, each once."""

import sys

import numpy as np
import pandas as pd
import pytest
from linkage_world import make_world

from commons.errors import CommonsError
from ingest.link.candidates import CROWD, REACH_M, Asked
from ingest.link.linker import RECORD_COLUMNS
from ingest.link.model import shipped_model
from ingest.link.places import PlacesLinker, compare_candidates
from ingest.link.spark import spark_session
from ingest.link.tiles import (
    FOUND_COLUMNS,
    TILE_CELLS,
    compare_rows,
    compare_tile,
    in_tiles,
    keys_of,
    plain_records,
)

TILE_M = TILE_CELLS * REACH_M


def in_parts(records, linker, changed=None):
    """Return the pairs as an engine that only deals out and brings together finds them."""
    plain = plain_records(records)
    plain["is_changed"] = True if changed is None else plain["record_id"].isin(changed)
    dealt = in_tiles(plain)
    parts = [compare_tile(tile, linker) for _, tile in dealt.groupby(["tile_x", "tile_y"])]
    batches = np.array_split(np.arange(len(plain)), 3)
    keys = pd.concat([keys_of(plain.iloc[batch], linker) for batch in batches])
    borne = keys.groupby("key")["record_id"].transform("size")
    keys = keys[borne <= CROWD]
    twins = keys.merge(keys, on="key").query("record_id_x < record_id_y")
    twins = twins[["record_id_x", "record_id_y"]].drop_duplicates()
    sides = [
        plain.set_index("record_id", drop=False)
        .loc[twins[f"record_id_{at}"]]
        .add_prefix(f"{side}_")
        .reset_index(drop=True)
        for at, side in (("x", "left"), ("y", "right"))
    ]
    rows = pd.concat(sides, axis=1)
    rows = rows[rows["left_is_changed"] | rows["right_is_changed"]]
    if linker.across:
        rows = rows[rows["left_dataset_id"] != rows["right_dataset_id"]]
    found = pd.concat([*parts, compare_rows(rows, linker)])
    return found.sort_values(list(FOUND_COLUMNS), ignore_index=True)


def on_one_machine(records, linker, changed=None):
    prepared = linker.prepared(records)
    marked = None if changed is None else np.isin(prepared.record_id, changed)
    compared = compare_candidates(prepared, Asked(linker.across, marked))
    ids = prepared.record_id
    found = pd.DataFrame(
        {
            "left_record_id": ids[compared.left],
            "right_record_id": ids[compared.right],
            "pattern": compared.pattern,
        }
    )
    return found.sort_values(list(FOUND_COLUMNS), ignore_index=True)


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("only_some", [False, True])
def test_in_parts_every_pair_is_found_once_and_compared_as_on_one_machine(across, only_some):
    records = make_world(3000, dense=True, seed=5).records
    # The square of a world of 3000 lies within a tile: moved, it lies in four.
    records["x"] += TILE_M / 2 - records["x"].mean() % TILE_M + TILE_M / 2
    records["y"] += TILE_M / 2 - records["y"].mean() % TILE_M + TILE_M / 2
    changed = records["record_id"].to_numpy()[::7] if only_some else None
    linker = PlacesLinker(shipped_model(), across)
    expected = on_one_machine(records, linker, changed)
    assert len(expected) > 1000
    assert len(in_tiles(plain_records(records))[["tile_x", "tile_y"]].drop_duplicates()) >= 4
    pd.testing.assert_frame_equal(in_parts(records, linker, changed), expected)


def test_a_pair_across_the_corner_of_four_tiles_belongs_to_one_of_them():
    corner = [(-1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (1.0, -1.0)]
    records = pd.DataFrame(
        [
            dict.fromkeys(RECORD_COLUMNS, "")
            | {"record_id": at, "dataset_id": 1, "name": "Le Potager", "x": x, "y": y}
            for at, (x, y) in enumerate(corner)
        ]
    )
    linker = PlacesLinker(shipped_model())
    found = in_parts(records, linker)
    assert len(found) == 6
    pd.testing.assert_frame_equal(found, on_one_machine(records, linker))


def test_the_same_words_in_another_order_elsewhere_change_nothing_between_two_records():
    """`squeezed` was once that of whichever spelling came first."""
    names = ["Potager Hub", "Hub Potager", "Potagerhub"]
    records = pd.DataFrame(
        [
            dict.fromkeys(RECORD_COLUMNS, "")
            | {"record_id": at, "dataset_id": 1, "name": name, "x": at, "y": 0}
            for at, name in enumerate(names)
        ]
    )
    linker = PlacesLinker(shipped_model())
    alone = on_one_machine(records.iloc[[1, 2]], linker)["pattern"].tolist()
    beside = on_one_machine(records, linker).query("left_record_id == 1")["pattern"].tolist()
    assert beside == alone


def test_what_spark_lacks_is_said(monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommonsError) as without_java, spark_session():
        pass
    monkeypatch.setenv("JAVA_HOME", "/somewhere")
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(CommonsError) as without_spark, spark_session():
        pass
    assert [error.value.key for error in (without_java, without_spark)] == ["spark.no_java", "spark.missing"]
