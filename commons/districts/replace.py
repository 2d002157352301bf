"""Giving every stored record its districts anew, after the districts themselves have changed."""

import pandas as pd

from commons.database.connection import Connection
from commons.database.statements import copy_rows, run_file
from commons.districts.assign import assign_points
from commons.districts.stored import stored_districts

PLACES = """
SELECT false, version_id, ST_X(geom), ST_Y(geom)
  FROM commons.record_version WHERE superseded_at IS NULL AND geom IS NOT NULL
 UNION ALL
SELECT true, location_id, ST_X(geom), ST_Y(geom)
  FROM commons.record_location WHERE retired_at IS NULL
"""


def replace_records(connection: Connection) -> int:
    """Return how many records were given their districts of today; at commit all of them are released anew.

    Needed after every load: a district's sparseness, its label point and what contains it bear on the release too.
    """
    places = pd.DataFrame(connection.execute(PLACES).fetchall(), columns=["is_found", "id", "lon", "lat"])
    if places.empty:
        return 0
    codes = assign_points(places["lon"], places["lat"], stored_districts(connection))
    placed = pd.concat([places[["is_found", "id"]], codes.astype(object).where(codes.notna(), None)], axis=1)
    run_file(connection, "commons.districts", "incoming_place")
    copy_rows(connection, "incoming_place", list(placed.columns), placed.itertuples(index=False, name=None))
    run_file(connection, "commons.districts", "replace_records")
    return len(placed)
