"""A source that is a layer of a Web Feature Service, asked for as GeoJSON; other answers of a WFS are not read."""

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from commons.errors import CommonsError
from ingest.remote.address import Address
from ingest.remote.fetch import Fetcher
from ingest.remote.fetched import Fetched
from ingest.remote.gather import MAX_DOCUMENT_BYTES, Gathering
from ingest.remote.pages import PAGE_SIZE, Pages

IN_REQUESTS = ("service", "version", "request", "outputformat", "typename", "typenames", "count", "startindex",
               "maxfeatures", "resulttype")  # fmt: skip
"""What the program says itself in each request; all else of the address is kept, a key or a filter."""
JSON = (r"application/geo\+json", r"application/json\b.*", r"geojson", r"json")
"""How servers call GeoJSON, the plainest first."""


@dataclass(frozen=True)
class Service:
    """What the capabilities tell: the version, the layers, the name of GeoJSON, and whether lists come in pages."""

    version: str
    layers: tuple[str, ...]
    output: str
    has_pages: bool

    def request(self, name: str, layer: str, **more: str | int) -> dict[str, str | int]:
        """Return the query of a request about a layer."""
        named = "typeNames" if self.version.startswith("2") else "typeName"
        return {"service": "WFS", "version": self.version, "request": name, named: layer, **more}


def fetch_wfs(fetcher: Fetcher, address: Address, folder: Path) -> Fetched:
    """Return the layer's features, all of them, or raise CommonsError."""
    base = address.without_query(IN_REQUESTS)
    service = read_capabilities(
        _document(
            fetcher, base.with_query(service="WFS", request="GetCapabilities", acceptVersions="2.0.0"), folder
        )
    )
    layer = chosen_layer(address, service)
    pages, is_more = Pages(), True
    with Gathering(folder) as gathering:
        while is_more:
            window = {"count": PAGE_SIZE, "startIndex": pages.found} if service.has_pages else {}
            query = service.request("GetFeature", layer, outputFormat=service.output, **window)
            path = folder / "page"
            fetcher.get(pages.ask(base.with_query(**query)), path)
            count, _ = pages.take(path, gathering)
            # A server may give fewer at a time than it is asked for: a short page is not the last.
            is_more = service.has_pages and count > 0 and pages.found != pages.matched
        if pages.matched is None:
            hits = service.request("GetFeature", layer, resultType="hits")
            pages.expect(_hits(fetcher, base.with_query(**hits), folder))
        pages.end()
        return Fetched(gathering.write(folder / "collection", crs=pages.crs), ".geojson")


def chosen_layer(address: Address, service: Service) -> str:
    """Return the layer that the address names, or the only one there is."""
    named = [
        value for name, value in address.url.params.multi_items() if name.lower() in ("typename", "typenames")
    ]
    layers = named or list(service.layers)
    if len(layers) != 1 or "," in layers[0]:
        raise CommonsError("remote.layers", count=len(layers))
    return layers[0]


def read_capabilities(root: Element) -> Service:
    """Return what the capabilities tell. Raises CommonsError where the service has no GeoJSON."""
    if not root.tag.endswith("WFS_Capabilities"):
        raise CommonsError("remote.shape")
    layers = [
        child.text.strip()
        for kind in _called(root, "FeatureType")
        for child in kind
        if _local(child) == "Name" and child.text
    ]
    outputs = [
        value.text.strip()
        for parameter in _called(root, "Parameter")
        if parameter.get("name", "").lower() == "outputformat"
        for value in _called(parameter, "Value")
        if value.text
    ]
    outputs += [value.text.strip() for value in _called(root, "Format") if value.text]
    output = next(
        (name for like in JSON for name in outputs if re.fullmatch(like, name, re.IGNORECASE)), None
    )
    if output is None:
        raise CommonsError("remote.no_geojson")
    has_pages = any(
        _said(constraint) == "TRUE"
        for constraint in _called(root, "Constraint")
        if constraint.get("name") == "ImplementsResultPaging"
    )
    return Service(root.get("version", "2.0.0"), tuple(layers), output, has_pages=has_pages)


def _said(constraint: Element) -> str:
    values = (*_called(constraint, "DefaultValue"), *_called(constraint, "Value"))
    return next((value.text.strip().upper() for value in values if value.text), "")


def _hits(fetcher: Fetcher, address: Address, folder: Path) -> int | None:
    """Return how many features the layer has, None where the service does not count them."""
    root = _document(fetcher, address, folder)
    told = root.get("numberMatched") or root.get("numberOfFeatures") or ""
    return int(told) if told.isdecimal() else None


def _document(fetcher: Fetcher, address: Address, folder: Path) -> Element:
    """Return an XML answer; one with a document type is refused: entities can explode, and name other files."""
    path = folder / "document"
    fetcher.get(address, path, max_bytes=MAX_DOCUMENT_BYTES)
    try:
        root: Element = fromstring(path.read_bytes(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise CommonsError("remote.shape") from error
    return root


def _called(root: Element, name: str) -> list[Element]:
    return [element for element in root.iter() if _local(element) == name]


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
