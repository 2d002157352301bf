"""Reading as an audience: the one way by which maps, pages, statistics and exports get at alternatives."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from commons.database.connection import PARTNER_LOGIN, ROLE_OF, connect
from commons.errors import CommonsError
from commons.partners import Partner
from commons.territory import STORAGE_CRS
from commons.vocabulary import Audience, DistrictLevel

ALTERNATIVES = "SELECT *, ST_AsBinary(geom) AS geometry FROM alternative ORDER BY lower(name), public_id"
PARTICIPATIONS = "SELECT * FROM participation ORDER BY public_id, title"
DISTRICTS = """
SELECT level::text AS level, code, name_fr, name_nl, name_en, residential, sparse, area_km2, scheme, source,
       ST_AsBinary(geom) AS geometry
  FROM reference.district WHERE is_current AND level = %(level)s ORDER BY code
"""
CATEGORIES = "SELECT code, label_fr, label_nl, label_en FROM reference.category ORDER BY position"
SOURCES = "SELECT title, publisher, licence, attribution, url FROM reference.source ORDER BY source_key"


@dataclass(frozen=True)
class Released:
    """What one audience may have, read anew at each call as that audience's own role."""

    audience: Audience
    login: str

    def query(self, text: str, values: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Return the rows of a query of ours; `alternative` and `participation` are this audience's."""
        with connect(self.login) as connection:
            cursor = connection.execute(text, values or {})
            columns = [column.name for column in cursor.description or ()]
            return pd.DataFrame(cursor.fetchall(), columns=columns)

    def version(self) -> str:
        """Return what is another as soon as anything of what the audience may have is."""
        return str(self.query("SELECT version FROM version")["version"].iloc[0])

    def alternatives(self) -> gpd.GeoDataFrame:
        """Return the alternatives by name, EPSG:4326 points at the published place."""
        return _located(self.query(ALTERNATIVES).drop(columns="geom"))

    def participations(self) -> pd.DataFrame:
        """Return who takes part in what: `public_id`, `title`, `resource_kind`, `since_on`, `until_on`."""
        return self.query(PARTICIPATIONS)

    def districts(self, level: DistrictLevel) -> gpd.GeoDataFrame:
        """Return today's districts of a level by code, EPSG:4326."""
        return _located(self.query(DISTRICTS, {"level": level.value}))

    def categories(self) -> pd.DataFrame:
        """Return the categories in the order in which they are shown: `code`, `label_fr`, `label_nl`, `label_en`."""
        return self.query(CATEGORIES)

    def sources(self) -> pd.DataFrame:
        """Return the open data that the districts rest on, with what must be said of them."""
        return self.query(SOURCES)


def released(audience: Audience, partner: Partner | None = None) -> Released:
    """Return the reader for an audience; for `Audience.PARTNER`, that of the partner, which needs a login of its own.

    See `commons.release.readers.give_login`.
    """
    if audience is Audience.PARTNER:
        if partner is None:
            raise CommonsError("release.which_partner")
        return Released(audience, f"{PARTNER_LOGIN}{partner.partner_id}")
    return Released(audience, ROLE_OF[audience])


def _located(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    geometry = shapely.from_wkb(frame["geometry"].to_numpy())
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=geometry, crs=STORAGE_CRS)
