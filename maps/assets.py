"""The files a map's page loads, all from our own origin: Leaflet, and our own script and style."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from xstatic.pkg import leaflet

ASSETS_PATH = "/assets"


def asset_folders() -> dict[str, Path]:
    """Return the folders to serve, by their name under `ASSETS_PATH`."""
    return {"leaflet": Path(leaflet.BASE_DIR), "maps": Path(str(files("maps") / "static"))}


@cache
def asset_url(folder: str, name: str) -> str:
    """Return the address of one file; it changes with the content, so that no cached copy is stale."""
    version = sha256((asset_folders()[folder] / name).read_bytes()).hexdigest()[:12]
    return f"{ASSETS_PATH}/{folder}/{name}?v={version}"
