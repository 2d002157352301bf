"""The districts of today as the database holds them."""

import geopandas as gpd
import pandas as pd
import shapely

from commons.database.connection import Connection
from commons.districts.structure import POPULATION_COLUMNS, Districts
from commons.territory import STORAGE_CRS

CURRENT = """
SELECT scheme, level::text AS level, code, revision, name_fr, name_nl, name_en, residential, area_km2, is_current,
       source, ST_AsBinary(geom) AS geometry
  FROM reference.district WHERE is_current ORDER BY level, code
"""


def stored_districts(connection: Connection) -> Districts:
    """Return today's districts, without population; any role may read them. With none stored, an empty frame."""
    cursor = connection.execute(CURRENT)
    columns = [column.name for column in cursor.description or ()]
    frame = pd.DataFrame(cursor.fetchall(), columns=columns)
    scheme = str(frame["scheme"].iloc[0]) if len(frame) else "none"
    geometry = shapely.from_wkb(frame["geometry"].to_numpy())
    districts = gpd.GeoDataFrame(
        frame.drop(columns=["scheme", "geometry"]), geometry=geometry, crs=STORAGE_CRS
    )
    return Districts(scheme, districts, pd.DataFrame(columns=POPULATION_COLUMNS), ())
