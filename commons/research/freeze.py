"""Freezing a snapshot of statistics: once written it only ever loses what is withdrawn."""

from dataclasses import dataclass
from datetime import date

from commons.audit import record_event
from commons.database.connection import Connection
from commons.vocabulary import DistrictLevel


@dataclass(frozen=True)
class Frozen:
    """A snapshot as it was frozen; `snapshot_id` is None for a dry run.

    `hidden` is how many of what is not shown are counted, by the finest level at which they are; `waiting` are too few
    anywhere to be counted, which is for the operator's eyes alone.
    """

    snapshot_id: int | None
    frozen_on: date
    sha256: str
    shown: int
    hidden: dict[DistrictLevel, int]
    waiting: int


def freeze_statistics(
    connection: Connection, *, frozen_by: str, after_restore: bool = False, dry_run: bool = False
) -> Frozen:
    """Return the snapshot of what researchers may count at this moment; needs the rights of ingest.

    The first one `after_restore` of a backup older than the last snapshot does not know what that one counted: of
    what is hidden it counts only the batches that the backup knows. A dry run changes nothing.
    """
    with connection.transaction(force_rollback=dry_run):
        rows = connection.execute(
            "SELECT snapshot_id, frozen_on, sha256, shown, level, hidden FROM commons.freeze_statistics(%s)",
            (after_restore,),
        ).fetchall()
        snapshot_id, frozen_on, sha256, shown = rows[0][:4]
        by_level = {level: hidden for *_, level, hidden in rows}
        waiting = by_level.pop(None)
        frozen = Frozen(
            None if dry_run else snapshot_id,
            frozen_on,
            sha256.hex(),
            shown,
            {DistrictLevel(level): hidden for level, hidden in by_level.items()},
            waiting,
        )
        if not dry_run:
            record_event(connection, frozen_by, "freeze", "statistics", snapshot_id, sha256=frozen.sha256)
    return frozen
