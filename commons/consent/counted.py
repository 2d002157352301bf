"""The frozen snapshots of statistics in which records were counted: for their receipt, and for nobody else."""

from dataclasses import dataclass
from datetime import date

from commons.consent.records import About
from commons.database.connection import Connection


@dataclass(frozen=True)
class Snapshot:
    """A frozen snapshot, and the day of it."""

    number: int
    frozen_on: date


def snapshots_counting(connection: Connection, about: About) -> tuple[Snapshot, ...]:
    """Return the snapshots frozen with a record, or with any of the dataset, oldest first; withdrawn since or not."""
    rows = connection.execute(
        "SELECT snapshot_id, frozen_on FROM commons.statistic_snapshot"
        " WHERE snapshot_id IN (SELECT commons.snapshots_counting(ARRAY("
        "       SELECT record_id FROM commons.source_record WHERE dataset_id = %(dataset_id)s"
        "        AND record_id = coalesce(%(record_id)s, record_id))))"
        " ORDER BY snapshot_id",
        about._asdict(),
    ).fetchall()
    return tuple(Snapshot(*row) for row in rows)
