"""The address of a view of the map, for what leads back to it from paper or from a file."""

import re
from math import cos, floor, log2, radians
from urllib.parse import urlencode

from pyproj import Transformer

from commons.settings import settings
from commons.vocabulary import DistrictLevel, Language
from dashboard.session import Param
from maps.areas import METRIC_CRS
from maps.explore import View
from maps.filters import Filters
from maps.poster.terrain import District

PARAMS = {
    "category": Param.CATEGORIES,
    "grade": Param.GRADES,
    "offers": Param.OFFERS,
    "needs": Param.NEEDS,
    "source": Param.SOURCES,
    "shares": Param.SHARES,
    "taking_part": Param.TAKING_PART,
    "open": Param.OPEN,
}
"""How the page's address says each filter but the district."""
HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:]{2,39}\](:[0-9]{1,5})?")
WIDE_PX, HIGH_PX = 640, 520
"""Of the map, where it is not small."""
EQUATOR_M_PER_PX = 40_075_017 / 256
DEEPEST = 16


def view_address(base: str, language: Language, filters: Filters, district: District | None) -> str:
    """Return the address, below `base`, of the map that is narrowed to these filters.

    The page offers neighbourhoods to choose from; to a commune the map only goes.
    """
    said = [("lang", language.value)]
    said += [(PARAMS[name].value, value) for name, values in filters if name in PARAMS for value in values]
    if district is not None and district.level is DistrictLevel.NEIGHBOURHOOD:
        said.append((Param.DISTRICT.value, district.code))
    elif district is not None:
        said.append((Param.VIEW.value, str(view_of(district))))
    return f"{base}/?{urlencode(said, safe='/')}"


def view_of(district: District) -> View:
    """Return where the map shows the whole district."""
    west, south, east, north = district.shape.bounds
    to_degrees = Transformer.from_crs(METRIC_CRS, 4326, always_xy=True)
    lon, lat = to_degrees.transform((west + east) / 2, (south + north) / 2)
    m_per_px = max((east - west) / WIDE_PX, (north - south) / HIGH_PX)
    return View(min(DEEPEST, floor(log2(EQUATOR_M_PER_PX * cos(radians(lat)) / m_per_px))), lat, lon)


def site_address(scheme: str, host: str | None) -> str | None:
    """Return the address of the pages: the one that is set, else the one asked for; None where that is none."""
    if (said := settings().public_url) is not None:
        return said
    is_one = scheme in ("http", "https") and host is not None and HOST.fullmatch(host)
    return f"{scheme}://{host}" if is_one else None
