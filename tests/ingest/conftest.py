"""Small files made on the spot: a test states only what it is about."""

import io
import json
import zipfile

import pytest

from ingest.check import check
from ingest.map import apply_mapping, propose_mapping
from ingest.read import read_file


@pytest.fixture
def read(tmp_path):
    """Write bytes or text under a name and read them."""

    def read_bytes(content, name="liste.csv"):
        path = tmp_path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_file(path, name)

    return read_bytes


@pytest.fixture
def checked(read):
    """Read, map and check a CSV (or a file of another name)."""

    def run(content, name="liste.csv", **options):
        raw = read(content, name)
        return check(apply_mapping(raw, propose_mapping(raw)), **options)

    return run


@pytest.fixture
def collection():
    """Return GeoJSON text of (properties, coordinates) pairs."""

    def text(*places, **members):
        features = [
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {"type": "Point", "coordinates": point} if point else None,
            }
            for properties, point in places
        ]
        return json.dumps({"type": "FeatureCollection", "features": features, **members})

    return text


@pytest.fixture
def zipped():
    """Return a zip archive of the members, by name."""

    def archive(**members):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
            for name, content in members.items():
                target.writestr(name, content)
        return buffer.getvalue()

    return archive
