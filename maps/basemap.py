"""The basemap, where whoever keeps the server has chosen one: image tiles at an address, or in a PMTiles file."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, MagicNumberNotFound, SpecVersionUnsupported, TileType

from commons.errors import CommonsError
from commons.settings import basemap_setting

BASEMAP_PATH = "/basemap/{z}/{x}/{y}"
NO_ARCHIVE = (MagicNumberNotFound, SpecVersionUnsupported)
IMAGES = {
    TileType.PNG: "image/png",
    TileType.JPEG: "image/jpeg",
    TileType.WEBP: "image/webp",
    TileType.AVIF: "image/avif",
}


@dataclass(frozen=True, slots=True)
class Archive:
    """A PMTiles file of images, which serves its tiles from the disk."""

    reader: Any
    media_type: str
    deepest_zoom: int
    is_gzip: bool

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Return a tile's image, None where the file has none."""
        try:
            content: bytes | None = self.reader.get(zoom, column, row)
        except (OverflowError, ValueError):
            return None
        return gzip.decompress(content) if content and self.is_gzip else content


def basemap() -> dict[str, Any] | None:
    """Return what a map's page needs of the basemap: `url`, `attribution` and `deepest`; None where there is none."""
    chosen = basemap_setting()
    if chosen is None:
        return None
    if chosen.file is None:
        return {"url": chosen.url, "attribution": chosen.attribution, "deepest": 19}
    found = archive(chosen.file)
    return {"url": BASEMAP_PATH, "attribution": chosen.attribution, "deepest": found.deepest_zoom}


def basemap_origin() -> str | None:
    """Return the origin from which browsers load the basemap, None where that is our own."""
    chosen = basemap_setting()
    if chosen is None or chosen.url is None:
        return None
    parts = urlsplit(chosen.url)
    return f"{parts.scheme}://{parts.netloc}"


@lru_cache(maxsize=2)
def archive(file: Path) -> Archive:
    """Return the file, opened; raises CommonsError where it is none, or none of images."""
    try:
        with file.open("rb") as opened:
            reader = Reader(MmapSource(opened))  # type: ignore[no-untyped-call]
            header = reader.header()  # type: ignore[no-untyped-call]
    except (OSError, EOFError, ValueError, *NO_ARCHIVE) as failure:
        raise CommonsError("basemap.file", file=file) from failure
    media_type = IMAGES.get(header["tile_type"])
    if media_type is None:
        raise CommonsError("basemap.file", file=file)
    return Archive(reader, media_type, header["max_zoom"], header["tile_compression"] == Compression.GZIP)
