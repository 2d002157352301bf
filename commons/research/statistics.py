"""Reading a frozen snapshot: what researchers are shown, and what is counted without being shown."""

from hashlib import sha256

import pandas as pd

from commons.database.statements import statement
from commons.errors import CommonsError
from commons.release import released
from commons.research.count import PER
from commons.vocabulary import Audience, DistrictLevel

SNAPSHOTS = "SELECT snapshot_id AS snapshot, frozen_on, k FROM snapshot ORDER BY snapshot_id"
CELLS = """
SELECT level::text AS level, code, category, shown, hidden, total, status
  FROM statistic WHERE snapshot_id = %(snapshot)s ORDER BY level, code, category NULLS FIRST
"""
COUNTS = {"shown": "int64", "hidden": "Int64", "total": "int64"}


def snapshots() -> pd.DataFrame:
    """Return the frozen snapshots, oldest first: `snapshot`, `frozen_on`, and `k`, the least that is told."""
    return released(Audience.RESEARCHERS).query(SNAPSHOTS)


def statistics(
    snapshot: int | None = None,
    level: DistrictLevel = DistrictLevel.NEIGHBOURHOOD,
    category: str | None = None,
) -> pd.DataFrame:
    """Return one row per district of the level, of one snapshot (the latest, unless one is named).

    Columns: `code`, `name_fr`, `name_nl`, `name_en`, `residential`, `shown`, `hidden`, `total`, `status`, `population`,
    `population_year`, `per_1000`. `shown` is exact. `hidden` is missing or a multiple of k, and `total` and `per_1000`
    are therefore what there is at least (docs/statistics.md). The last row, of `code` None, is what is not located
    more finely. Raises CommonsError where there is no such snapshot.
    """
    values = {"snapshot": _snapshot(snapshot), "level": level.value, "category": category}
    query = statement("commons.research", "statistics")
    frame = released(Audience.RESEARCHERS).query(query, values)
    whole = frame.astype({**COUNTS, "population": "Int64", "population_year": "Int64"})
    inhabitants = whole["population"].where(whole["population"] > 0)
    return whole.assign(per_1000=(whole["total"] * PER / inhabitants).astype("Float64"))


def cells(snapshot: int | None = None) -> pd.DataFrame:
    """Return all that a snapshot tells: `level`, `code`, `category` (None: all), `shown`, `hidden`, `total`, `status`.

    Where there is nothing to tell there is no row.
    """
    values = {"snapshot": _snapshot(snapshot)}
    return released(Audience.RESEARCHERS).query(CELLS, values).astype(COUNTS)


def digest(told: pd.DataFrame) -> str:
    """Return the SHA-256 of `cells`, which names them in a citation: as frozen, unless something was withdrawn since.

    >>> digest(pd.DataFrame(columns=["level", "code", "category", "shown", "hidden"]))[:8]
    'e3b0c442'
    """
    columns = told[["level", "code", "category", "shown", "hidden"]].astype(object)
    lines = (
        ",".join("" if pd.isna(value) else str(value) for value in row)
        for row in columns.itertuples(index=False, name=None)
    )
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _snapshot(snapshot: int | None) -> int:
    known = snapshots()["snapshot"]
    if known.empty:
        raise CommonsError("research.no_snapshot_yet")
    if snapshot is None:
        return int(known.max())
    if snapshot not in set(known):
        raise CommonsError("research.no_snapshot", snapshot=snapshot)
    return snapshot
