"""The address of a view of the map, for what leads back to it from paper or from a file."""

from urllib.parse import urlencode

from commons.vocabulary import Language
from maps.filters import Filters, pairs_of

LIST_PATH = "/list"


def view_address(site: str, language: Language, filters: Filters) -> str:
    """Return the address of the map and list that are narrowed to these filters.

    That of the plain page: it opens at once on a telephone, and knows communes and neighbourhoods.

    >>> view_address("https://a.be", Language.NL, (("category", ("food",)), ("district", ("62",))))
    'https://a.be/list?lang=nl&category=food&district=62'
    """
    said = [("lang", language.value), *pairs_of(filters)]
    return f"{site}{LIST_PATH}?{urlencode(said)}"
