"""Merging: what the linker finds becomes decisions, decisions become clusters, clusters become alternatives."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from commons.audit import record_event
from commons.database.connection import Connection
from ingest.link.linker import Linker
from ingest.link.stored import (
    are_few,
    current_linker,
    found_beside,
    matchable,
    others_than,
    repeating,
    store_keys,
)
from ingest.merge.clusters import move_records
from ingest.merge.decide import decide, store_decisions


@dataclass(frozen=True)
class MergeResult:
    """How many records were compared anew and with how many others, and what this run changed."""

    changed: int
    compared_with: int
    decisions_added: int
    decisions_retired: int
    records_moved: int


def merge(
    connection: Connection,
    linker: Linker | None = None,
    *,
    everything: bool = False,
    also: Collection[int] = (),
) -> MergeResult:
    """Return what changed by linking what was stored since the last run, or `everything`.

    The caller's transaction holds it all; two merges wait for each other. `also` are records of which a person has
    decided something meanwhile. Without a linker, that of the latest stored model is taken.
    """
    lock_merges(connection)
    linker = linker or current_linker(connection)
    taken = connection.execute("SELECT commons.take_changed(%s) ORDER BY 1", (everything,)).fetchall()
    changed = np.array(taken, dtype="int64").reshape(-1)
    records = matchable(connection, changed)
    store_keys(connection, linker, changed, records)
    pairs, records = _compared(connection, linker, changed, records, everything=everything)
    decided = decide(pairs, records, repeating(connection))
    added, retired = store_decisions(connection, linker.name, changed, decided)
    connection.execute(
        "INSERT INTO touched_record SELECT unnest(%s::bigint[]) ON CONFLICT DO NOTHING", (list(also),)
    )
    others = len(records) - np.isin(records["record_id"], changed).sum()
    result = MergeResult(len(changed), int(others), added, retired, move_records(connection))
    if added or retired or result.records_moved:
        record_event(
            connection, linker.name, "merge", "commons", "all", moved=result.records_moved, decisions=added
        )
    return result


def _compared(
    connection: Connection,
    linker: Linker,
    changed: npt.NDArray[np.int64],
    records: pd.DataFrame,
    *,
    everything: bool,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the pairs of what changed, `records`, with all there is, and the records of which they are."""
    if everything:
        return linker.pairs(records), records
    if not are_few(connection, len(records)):
        every = _beside(connection, records, others_than(connection, changed))
        return linker.pairs(every, changed), every
    found = found_beside(connection, linker, records)
    others = np.setdiff1d(found[["left_record_id", "right_record_id"]].to_numpy(), changed)
    some = _beside(connection, records, others)
    return linker.found(some, found), some


def _beside(connection: Connection, records: pd.DataFrame, others: npt.NDArray[np.int64]) -> pd.DataFrame:
    if not len(others):
        return records
    return pd.concat([records, matchable(connection, others)], ignore_index=True)


def lock_merges(connection: Connection) -> None:
    """Wait until no other merge goes on; the caller's transaction keeps others waiting."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('commons merge'))")
