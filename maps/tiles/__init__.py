"""Vector tiles of what one reader may see: never more than a few marks each, however many alternatives there are."""

from maps.tiles.ask import TileAddress, read_address
from maps.tiles.keep import Tiles, moment_of

__all__ = ["TileAddress", "Tiles", "moment_of", "read_address"]
