"""One alternative by its public id, as one reader may know it today."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from commons.release import Released

ONE = """
SELECT a.*, ST_Y(p.geom) AS lat, ST_X(p.geom) AS lon
  FROM alternative a JOIN place p ON p.public_id = a.public_id WHERE a.public_id = %(id)s
"""
MERGED = "SELECT to_public_id::text AS id FROM redirect WHERE public_id = %(id)s"
PARTICIPATIONS = "SELECT * FROM participation WHERE public_id = %(id)s ORDER BY title"

Row = Mapping[Hashable, Any]


@dataclass(frozen=True, slots=True)
class One:
    """A released row, with `lat` and `lon` (EPSG:4326) of its published place, and what it takes part in."""

    id: str
    row: Row
    participations: list[Row]


def read_one(reader: Released, public_id: str | None) -> One | None:
    """Return the alternative, or that into which it was merged; None where the reader sees neither today."""
    try:
        identity = str(UUID(public_id or ""))
    except ValueError:
        return None
    rows = reader.query(ONE, {"id": identity})
    if rows.empty:
        merged = reader.query(MERGED, {"id": identity})
        if merged.empty:
            return None
        identity = str(merged["id"].iat[0])
        rows = reader.query(ONE, {"id": identity})
        if rows.empty:
            return None
    participations: list[Row] = [*reader.query(PARTICIPATIONS, {"id": identity}).to_dict("records")]
    return One(identity, rows.to_dict("records")[0], participations)
