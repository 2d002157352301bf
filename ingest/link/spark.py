"""The linker of places on Spark, for more pairs than one machine compares in good time.

Spark only deals records out (`tiles.py`) and brings pairs together; in every part the very same code compares as on one
machine, and the same model weighs, so that a pair's weight is the same number. What grows with the pairs is done there;
what grows with the records (reading, how common words are, the sample of others) is done here.
"""

import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from commons.errors import CommonsError
from commons.settings import settings
from ingest.link.candidates import CROWD, Asked
from ingest.link.compare import PATTERNS
from ingest.link.linker import PAIR_COLUMNS, REVIEW_AT
from ingest.link.model import Model, probability_of
from ingest.link.places import PlacesLinker
from ingest.link.prepare import Prepared, prepare
from ingest.link.tiles import (
    FOUND_COLUMNS,
    METRES,
    NUMBERS,
    TEXTS,
    compare_rows,
    compare_tile,
    in_tiles,
    keys_of,
    plain_records,
)
from ingest.link.train import train
from ingest.link.usual import usual_of

LOOPBACK = "127.0.0.1"
ROWS_AT_ONCE = 200_000
"""Rows that a task is given at a time: some 100 MB."""
QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(ROWS_AT_ONCE),
    "spark.sql.shuffle.partitions": "32",
}
Frames = Callable[[pd.DataFrame], pd.DataFrame]
RECORDS = pa.schema(
    [
        *((column, pa.int64()) for column in NUMBERS),
        *((column, pa.float64()) for column in METRES),
        *((column, pa.string()) for column in TEXTS),
        ("is_changed", pa.bool_()),
    ]
)
TILED = pa.schema([*RECORDS, ("tile_x", pa.int64()), ("tile_y", pa.int64()), ("is_home", pa.bool_())])
KEYS = pa.schema([("record_id", pa.int64()), ("key", pa.int64())])
FOUND = pa.schema(list(zip(FOUND_COLUMNS, (pa.int64(), pa.int64(), pa.int32()), strict=True)))
SPARKS_WORD = {"int64": "long", "int32": "int", "double": "double", "string": "string", "bool": "boolean"}
"""Of each Arrow type above."""


@contextmanager
def spark_session() -> Iterator[Any]:
    """Give a session on `COMMONS_SPARK_MASTER`, by default all cores of this machine, which nobody else reaches.

    Raises CommonsError where Spark or its Java is missing.
    """
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise CommonsError("spark.no_java")
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - of an extra
    except ImportError as failure:
        raise CommonsError("spark.missing") from failure
    master = settings().spark_master
    builder = SparkSession.builder.appName("commons").master(master)
    for key, value in QUIET.items():
        builder = builder.config(key, value)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if master.startswith("local"):
        os.environ["SPARK_LOCAL_IP"] = LOOPBACK
    with warnings.catch_warnings():
        # Only Arrow passes between Spark and us.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        session = builder.getOrCreate()
        try:
            yield session
        finally:
            session.stop()


@dataclass(frozen=True)
class SparkLinker(PlacesLinker):
    """The linker of places, whose pairs Spark finds."""

    spark: Any = None

    def pairs(self, records: pd.DataFrame, changed: npt.NDArray[np.int64] | None = None) -> pd.DataFrame:
        """Return the pairs that are at least to be reviewed."""
        if len(records) < 2:
            return pd.DataFrame(columns=list(PAIR_COLUMNS))
        found = found_pairs(self.spark, records, PlacesLinker(self.model, self.across), changed).persist()
        try:
            return weighed(found, np.array(list(_pattern_counts(found)), dtype="int32"), self.model)
        finally:
            found.unpersist()


def learn_on_spark(
    spark: Any, records: pd.DataFrame, *, across: bool = False
) -> tuple[SparkLinker, Prepared, pd.DataFrame]:
    """Return the linker whose model was learned from these records, the records as it compares them, and its pairs."""
    usual = usual_of(prepare(records))
    # What is compared depends on what is usual alone; the weights come from it.
    unweighed = PlacesLinker(Model(0.5, {}, {}, usual), across)
    found = found_pairs(spark, records, unweighed).persist()
    try:
        counts = _pattern_counts(found)
        of_pattern = np.zeros(PATTERNS, dtype="int64")
        of_pattern[list(counts)] = list(counts.values())
        prepared = prepare(records, usual)
        model = train(prepared, Asked(across), of_pattern, usual)
        pairs = weighed(found, np.flatnonzero(of_pattern).astype("int32"), model)
    finally:
        found.unpersist()
    return SparkLinker(model, across, spark), prepared, pairs


def found_pairs(
    spark: Any, records: pd.DataFrame, linker: PlacesLinker, changed: npt.NDArray[np.int64] | None = None
) -> Any:
    """Return Spark's frame of the candidate pairs, each once: `FOUND_COLUMNS`."""
    plain = plain_records(records)
    plain["is_changed"] = True if changed is None else np.isin(plain["record_id"], changed)
    table = spark.createDataFrame(_arrow(plain, RECORDS)).persist()
    tiles = _by_batch(table, TILED, in_tiles).groupBy("tile_x", "tile_y")
    by_place = tiles.applyInArrow(
        lambda tile: _arrow(compare_tile(tile.to_pandas(), linker), FOUND), _told_to_spark(FOUND)
    )
    by_key = _by_batch(_rows_by_key(table, linker), FOUND, lambda rows: compare_rows(rows, linker))
    return by_place.union(by_key)


def _rows_by_key(table: Any, linker: PlacesLinker) -> Any:
    """Return Spark's frame of a row a pair that shares a key which no crowd shares: both records, side by side."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - of an extra

    keyed = _by_batch(table, KEYS, lambda part: keys_of(part, linker)).persist()
    telling = keyed.groupBy("key").count().where(f.col("count").between(2, CROWD)).select("key")
    keyed = keyed.join(telling, "key")
    one, other = (
        keyed.select("key", f.col("record_id").alias(f"{side}_record_id")) for side in ("left", "right")
    )
    pairs = one.join(other, "key").where("left_record_id < right_record_id")
    pairs = pairs.select("left_record_id", "right_record_id").distinct()
    for side in ("left", "right"):
        pairs = pairs.join(table.toDF(*(f"{side}_{name}" for name in table.columns)), f"{side}_record_id")
    if linker.across:
        pairs = pairs.where("left_dataset_id <> right_dataset_id")
    return pairs.where("left_is_changed or right_is_changed")


def weighed(found: Any, seen: npt.NDArray[np.int32], model: Model) -> pd.DataFrame:
    """Return the found pairs that are at least to be reviewed, `PAIR_COLUMNS`; `seen` are their patterns."""
    weight = model.weights(seen)
    kept = probability_of(weight) >= REVIEW_AT
    telling = [int(pattern) for pattern in seen[kept]]
    pairs: pd.DataFrame = found.where(found["pattern"].isin(telling)).toArrow().to_pandas()
    of_pattern = pd.Series(weight, index=seen)
    pairs["weight"] = of_pattern.reindex(pairs["pattern"]).to_numpy(dtype="float64")
    pairs["probability"] = probability_of(pairs["weight"].to_numpy(dtype="float64"))
    return pairs[list(PAIR_COLUMNS)].sort_values(list(FOUND_COLUMNS[:2]), ignore_index=True)


def _pattern_counts(found: Any) -> dict[int, int]:
    counts = found.groupBy("pattern").count().toArrow().to_pydict()
    return dict(zip(counts["pattern"], counts["count"], strict=True))


def _by_batch(frame: Any, schema: pa.Schema, told: Frames) -> Any:
    """Return Spark's frame of what `told` makes of some rows at a time."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from _arrow(told(batch.to_pandas()), schema).to_batches()

    return frame.mapInArrow(run, _told_to_spark(schema))


def _arrow(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pandas(frame, schema, preserve_index=False)


def _told_to_spark(schema: pa.Schema) -> str:
    return ", ".join(f"{column.name} {SPARKS_WORD[str(column.type)]}" for column in schema)
