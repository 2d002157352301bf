"""The district of a poster and what lies round it, in metres of the territory's metric system."""

from dataclasses import dataclass

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from commons.districts.structure import METRIC_CRS
from commons.errors import CommonsError
from commons.release import Released
from commons.vocabulary import DistrictLevel, Language
from maps.areas import district_names

INNER = {
    DistrictLevel.COMMUNE: DistrictLevel.NEIGHBOURHOOD,
    DistrictLevel.NEIGHBOURHOOD: DistrictLevel.SECTOR,
}
"""Of which districts there are posters, and by which smaller ones a reader finds the way in them."""
SOURCES = """
SELECT attribution FROM reference.source
 WHERE source_key IN (SELECT source FROM reference.district
                       WHERE is_current AND level IN ('commune', 'neighbourhood', 'sector'))
 ORDER BY attribution
"""


@dataclass(frozen=True, slots=True)
class District:
    """A district that a poster can be made of; `other_name` is the territory's other language's, where it differs."""

    code: str
    level: DistrictLevel
    name: str
    other_name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Terrain:
    """The district, today's communes, neighbourhoods and those within it; the frames have `name` and metric shapes."""

    district: District
    commune: str
    """The name of the commune that the middle of the district lies in."""
    communes: gpd.GeoDataFrame
    neighbourhoods: gpd.GeoDataFrame
    inner: gpd.GeoDataFrame
    sources: list[str]


def read_terrain(reader: Released, code: str, language: Language) -> Terrain:
    """Return the terrain of the commune or neighbourhood of this code. Raises CommonsError where there is none."""
    by_level = {level: _named(reader, level, language) for level in INNER}
    level = next((level for level, frame in by_level.items() if code in set(frame["code"])), None)
    if level is None:
        raise CommonsError("poster.no_district", code=code)
    found = by_level[level].set_index("code").loc[[code]]
    name, other = (str(found[column].iat[0]) for column in ("name", "other"))
    district = District(code, level, name, other, found.geometry.iloc[0])
    inner = by_level.get(INNER[level])
    inner = _named(reader, INNER[level], language) if inner is None else inner
    middle = district.shape.representative_point()
    inside = shapely.contains(district.shape, inner.representative_point().to_numpy())
    communes = by_level[DistrictLevel.COMMUNE]
    home = communes[shapely.contains(communes.geometry.to_numpy(), middle)]["name"]
    return Terrain(
        district,
        next(iter(home), ""),
        communes,
        by_level[DistrictLevel.NEIGHBOURHOOD],
        inner[inside],
        border_sources(reader),
    )


def border_sources(reader: Released) -> list[str]:
    """Return what must be said of the open data that the borders are."""
    return list(reader.query(SOURCES)["attribution"].unique())


def _named(reader: Released, level: DistrictLevel, language: Language) -> gpd.GeoDataFrame:
    frame = reader.districts(level)
    name = district_names(frame, language)
    other = (frame["name_fr"] if language is Language.NL else frame["name_nl"]).astype(object)
    named = frame[["code", "geometry"]].assign(
        name=name, other=other.where(other.notna() & (other != name), "")
    )
    return named.to_crs(METRIC_CRS)
