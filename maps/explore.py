"""The map that people explore: a ground of districts that a browser keeps, and tiles whose weight does not grow.

The layer itself is a few hundred bytes: it names the ground's address and what is asked of the tiles.
"""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

import geopandas as gpd

from commons.categories.scheme import category_names
from commons.i18n import translate
from commons.release import Released
from commons.territory import territory
from commons.vocabulary import DistrictLevel, Language, Precision
from maps.areas import areas_of, commune_labels, district_names, outlines_of
from maps.assets import asset_url
from maps.basemap import basemap
from maps.filters import Filters, pairs_of
from maps.layer import REGION_BOUNDS, TEXTS, CommonsLayer
from maps.marks import marks_of

GROUND_PATH = "/ground.json"
GROUND_VERSION = """
SELECT md5(string_agg(concat_ws(' ', district_id, code, name_fr, name_nl, name_en, area_km2), ',' ORDER BY district_id))
       AS version
  FROM reference.district WHERE is_current AND level IN ('commune', 'neighbourhood')
"""
DEEPEST_ZOOM = 18
SIGNS = ("exact", "general", "several")
Corners = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Place:
    """An alternative that the map points out, at its published place in degrees of WGS84 (EPSG:4326)."""

    id: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class View:
    """Where a map stands: its middle in degrees of WGS84 (EPSG:4326), and the zoom of the usual grid."""

    zoom: float
    lat: float
    lon: float

    def __str__(self) -> str:
        """Return what an address says of it, exact to a metre."""
        return f"{self.zoom:g}/{self.lat:.5f}/{self.lon:.5f}"


def read_view(text: str | None) -> View | None:
    """Return the view that an address tells, None where it tells none.

    >>> str(read_view("13.25/50.85/4.35"))
    '13.25/50.85000/4.35000'
    """
    try:
        zoom, lat, lon = (text or "").split("/")
        view = View(float(zoom), float(lat), float(lon))
    except ValueError:
        return None
    (south, west), (north, east) = REGION_BOUNDS
    is_near = south - 1 < view.lat < north + 1 and west - 1 < view.lon < east + 1
    return view if is_near and 0 <= view.zoom <= DEEPEST_ZOOM else None


class ExploreLayer(CommonsLayer):
    """What the map shows of one question; where another follows it, only what differs is drawn anew."""

    script = "CommonsExplore.layer"

    def __init__(self, drawn: dict[str, Any]) -> None:
        super().__init__(drawn)
        self.default_js += [
            ("map_tiles", asset_url("maps", "tiles.js")),
            ("map_explore", asset_url("maps", "explore.js")),
        ]


def explored(
    language: Language,
    ground: str,
    *,
    filters: Filters = (),
    hits: gpd.GeoDataFrame | None = None,
    chosen: Place | None = None,
    district: str | None = None,
    fit: Corners | None = None,
    view: View | None = None,
    cards: str | None = None,
    colour: str = "",
) -> dict[str, Any]:
    """Return what `static/explore.js` draws, as JSON: tiles of what `filters` let through, or the `hits` of a search.

    `ground` is `ground_address`; `hits` are what `maps.marks.marks_of` takes; `district` is outlined; the map goes to
    `fit` (south-west and north-east, latitude first) when that is another than before, and begins at `view`; names link
    to `cards`, an address in which {id} stands for an alternative; `colour` of marks is six hexadecimal figures.
    """
    under, (lon, lat) = basemap(), territory().centre
    west, south, east, north = territory().bounds.around
    return {
        "language": language.value,
        "texts": {key: translate(f"map.{key}", language) for key in TEXTS},
        "bounds": REGION_BOUNDS,
        "centre": [lat, lon],
        "around": [[south, west], [north, east]],
        "legend": {
            "title": "",
            "fills": [],
            "signs": [{"sign": sign, "label": translate(f"map.sign.{sign}", language)} for sign in SIGNS],
        },
        "ground": ground,
        "tiles": None if hits is not None else urlencode(pairs_of(filters)),
        "labels": [],
        "marks": [] if hits is None else marks_of(hits, language),
        "chosen": chosen and asdict(chosen),
        "district": district,
        "fit": fit,
        "view": view and asdict(view),
        "cards": cards,
        "colour": colour and f"#{colour}",
        "basemap": under,
        "attribution": under["attribution"] if under else "",
    }


def ground_version(reader: Released) -> str | None:
    """Return what changes when the districts do; None where there are none."""
    version: str | None = reader.query(GROUND_VERSION)["version"].item()
    return version


def ground_address(version: str, language: Language) -> str:
    """Return the address of the ground, which a browser may keep for good."""
    return f"{GROUND_PATH}?{urlencode({'lang': language.value, 'v': version})}"


def ground_of(reader: Released, language: Language) -> dict[str, Any]:
    """Return the ground as JSON values: neighbourhoods, communes and their names, and the words of marks."""
    neighbourhoods, communes = (
        reader.districts(DistrictLevel.NEIGHBOURHOOD),
        reader.districts(DistrictLevel.COMMUNE),
    )
    areas = areas_of(neighbourhoods, None, language)
    for feature in areas["features"]:
        feature["properties"] = {"code": feature["properties"]["code"]}
    notes = {
        precision.value: translate(
            "map.generalised", language, precision=translate(f"precision.{precision}", language)
        )
        for precision in Precision
        if precision is not Precision.EXACT
    }
    return {
        "districts": areas,
        "communes": outlines_of(communes),
        "labels": commune_labels(communes, language),
        "small": commune_labels(neighbourhoods, language),
        "names": {
            code: name
            for level in (neighbourhoods, communes)
            for code, name in zip(level["code"], district_names(level, language), strict=True)
        },
        "categories": category_names(language),
        "texts": {
            "several": translate("map.several", language, count="{count}"),
            "more": translate("map.more", language, count="{count}"),
            "precision": notes,
        },
    }
