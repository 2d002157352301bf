"""The address of a view of the map, for what leads back to it from paper or from a file."""

import re
from urllib.parse import urlencode

from commons.settings import settings
from commons.vocabulary import Language
from dashboard.plain_pages import LIST_PATH
from maps.filters import Filters, pairs_of

HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:]{2,39}\](:[0-9]{1,5})?")


def view_address(site: str, language: Language, filters: Filters) -> str:
    """Return the address of the map and list that are narrowed to these filters.

    That of the plain page: it opens at once on a telephone, and knows communes and neighbourhoods.

    >>> view_address("https://a.be", Language.NL, (("category", ("food",)), ("district", ("62",))))
    'https://a.be/list?lang=nl&category=food&district=62'
    """
    said = [("lang", language.value), *pairs_of(filters)]
    return f"{site}{LIST_PATH}?{urlencode(said)}"


def site_address(scheme: str, host: str | None) -> str | None:
    """Return the address of the pages: the one that is set, else the one asked for; None where that is none."""
    if (said := settings().public_url) is not None:
        return said
    is_one = scheme in ("http", "https") and host is not None and HOST.fullmatch(host)
    return f"{scheme}://{host}" if is_one else None
