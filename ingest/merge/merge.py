"""Merging: what the linker finds becomes decisions, decisions become clusters, clusters become alternatives."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from psycopg.types.json import Jsonb
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from commons.audit import record_event
from commons.database.connection import Connection
from commons.database.statements import copy_rows, run_file
from ingest.link.near_name import RECORD_COLUMNS, Linker


@dataclass(frozen=True)
class MergeResult:
    """How many records there are now, in how many alternatives, and what this run changed."""

    records: int
    alternatives: int
    decisions_added: int
    decisions_retired: int
    records_moved: int


def merge(connection: Connection, linker: Linker) -> MergeResult:
    """Return what a run of the linker over every record changed; the caller's transaction holds it all.

    Two merges wait for each other. Alternatives keep their ids where any of their records stays.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('commons merge'))")
    records = run_file(connection, "ingest.link", "records_to_match").fetchall()
    pairs = linker.pairs(pd.DataFrame(records, columns=list(RECORD_COLUMNS)))
    added, retired = _store_decisions(connection, linker.name, pairs)
    everyone = [
        row[0] for row in connection.execute("SELECT record_id FROM commons.source_record ORDER BY 1")
    ]
    same = run_file(connection, "ingest.merge", "decided_same").fetchall()
    clusters = cluster_records(
        np.array(everyone, dtype="int64"), np.array(same, dtype="int64").reshape(-1, 2)
    )
    run_file(connection, "ingest.merge", "incoming_cluster")
    copy_rows(
        connection, "incoming_cluster", ["record_id", "cluster"], clusters.itertuples(index=False, name=None)
    )
    moved = run_file(connection, "ingest.merge", "store_clusters").fetchone()
    assert moved is not None  # noqa: S101 - an aggregate
    result = MergeResult(len(everyone), int(clusters["cluster"].nunique()), added, retired, moved[0])
    if added or retired or result.records_moved:
        record_event(
            connection, linker.name, "merge", "commons", "all", moved=result.records_moved, decisions=added
        )
    return result


def cluster_records(records: np.ndarray, same: np.ndarray) -> pd.DataFrame:
    """Return `record_id` and `cluster` (its smallest record id) for records joined by pairs of the shape (n, 2).

    >>> cluster_records(np.array([1, 2, 3, 4]), np.array([[2, 4]]))["cluster"].tolist()
    [1, 2, 3, 2]
    """
    if len(records) == 0:
        return pd.DataFrame({"record_id": records, "cluster": records})
    left, right = np.searchsorted(records, same).T
    graph = coo_array((np.ones(len(same)), (left, right)), shape=(len(records), len(records)))
    _, labels = connected_components(graph, directed=False)
    frame = pd.DataFrame({"record_id": records, "label": labels})
    return frame.assign(cluster=frame.groupby("label")["record_id"].transform("min"))[
        ["record_id", "cluster"]
    ]


def _store_decisions(connection: Connection, decided_by: str, pairs: pd.DataFrame) -> tuple[int, int]:
    run_file(connection, "ingest.merge", "incoming_decision")
    copy_rows(
        connection,
        "incoming_decision",
        ["left_record_id", "right_record_id", "score", "reason"],
        (
            (int(left), int(right), float(score), Jsonb(reason))
            for left, right, score, reason in pairs.itertuples(index=False, name=None)
        ),
    )
    counts = run_file(connection, "ingest.merge", "store_decisions", {"decided_by": decided_by}).fetchone()
    assert counts is not None  # noqa: S101 - an aggregate
    return int(counts[0]), int(counts[1])
