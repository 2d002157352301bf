"""Vector tiles of what one reader may see: never more than a few marks each, however many alternatives there are."""

from maps.tiles.ask import Filters, TileAddress, read_address, read_filters
from maps.tiles.keep import Tiles

__all__ = ["Filters", "TileAddress", "Tiles", "read_address", "read_filters"]
