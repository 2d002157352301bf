"""Clusters: records that pairs hold together make one alternative; the release decides what a reader sees as one."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from commons.database.connection import Connection
from commons.database.statements import copy_frame, run_file


def cluster_records(records: npt.NDArray[np.int64], same: npt.NDArray[np.int64]) -> pd.DataFrame:
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


def move_records(connection: Connection) -> int:
    """Make one alternative of what is held together among `touched_record`, and return how many records moved.

    An alternative keeps its id where any of its records stays; one that is left redirects to where they went.
    """
    run_file(connection, "ingest.merge", "affected_records")
    everyone = connection.execute("SELECT record_id FROM affected_record ORDER BY 1").fetchall()
    same = run_file(connection, "ingest.merge", "same_pairs").fetchall()
    clusters = cluster_records(
        np.array(everyone, dtype="int64").reshape(-1), np.array(same, dtype="int64").reshape(-1, 2)
    )
    run_file(connection, "ingest.merge", "incoming_cluster")
    copy_frame(connection, "incoming_cluster", clusters)
    moved = run_file(connection, "ingest.merge", "store_clusters").fetchone()
    assert moved is not None  # noqa: S101 - an aggregate
    return int(moved[0])
