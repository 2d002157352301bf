"""Merging: what the linker finds becomes decisions, decisions become clusters, clusters become alternatives."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from commons.audit import record_event
from commons.database.connection import Connection
from ingest.link.linker import Linker
from ingest.link.stored import current_linker, matchable, neighbours, repeating, store_keys
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
    others = np.zeros(0, dtype="int64") if everything else neighbours(connection, linker, records)
    if len(others):
        records = pd.concat([records, matchable(connection, others)], ignore_index=True)
    pairs = linker.pairs(records, None if everything else changed)
    decided = decide(pairs, records, repeating(connection))
    added, retired = store_decisions(connection, linker.name, changed, decided)
    connection.execute(
        "INSERT INTO touched_record SELECT unnest(%s::bigint[]) ON CONFLICT DO NOTHING", (list(also),)
    )
    result = MergeResult(len(changed), len(others), added, retired, move_records(connection))
    if added or retired or result.records_moved:
        record_event(
            connection, linker.name, "merge", "commons", "all", moved=result.records_moved, decisions=added
        )
    return result


def lock_merges(connection: Connection) -> None:
    """Wait until no other merge goes on; the caller's transaction keeps others waiting."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('commons merge'))")
