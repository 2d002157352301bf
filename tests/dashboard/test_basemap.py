"""A basemap is a choice: without one no image comes from anywhere; with one it is named, and only its host is asked."""

import httpx
import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from starlette.applications import Starlette
from waiting import wait_for

from commons.errors import CommonsError
from commons.settings import settings
from commons.vocabulary import Language
from dashboard.web.basemap_route import basemap_routes
from dashboard.web.headers import content_policy
from maps.basemap import basemap
from maps.explore import explored

OSM = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
IMAGE = b"\x89PNG an image"


@pytest.fixture
def choose(monkeypatch):
    def chosen(value, attribution="© Someone"):
        for name, text in {"COMMONS_BASEMAP": value, "COMMONS_BASEMAP_ATTRIBUTION": attribution}.items():
            monkeypatch.setenv(name, str(text)) if text else monkeypatch.delenv(name, raising=False)

    return chosen


@pytest.fixture
def file(tmp_path):
    def made(tile_type=TileType.PNG):
        path = tmp_path / "brussels.pmtiles"
        with path.open("wb") as opened:
            writer = Writer(opened)
            writer.write_tile(zxy_to_tileid(11, 1048, 686), IMAGE)
            header = {"tile_type": tile_type, "tile_compression": Compression.NONE, "min_zoom": 11, "max_zoom": 11,
                      "min_lon_e7": 0, "min_lat_e7": 0, "max_lon_e7": 1, "max_lat_e7": 1, "center_zoom": 11,
                      "center_lon_e7": 0, "center_lat_e7": 0}  # fmt: skip
            writer.finalize(header, {})
        return path

    return made


def get(*paths):
    async def run():
        transport = httpx.ASGITransport(Starlette(routes=basemap_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://commons") as client:
            return [await client.get(path) for path in paths]

    return wait_for(run())


def test_without_a_basemap_nothing_is_asked_of_anyone(choose):
    choose(None)
    assert basemap() is None
    assert explored(Language.FR, "/ground.json")["basemap"] is None
    assert "http" not in content_policy(for_frame=False) + content_policy(for_frame=True)
    assert [answer.status_code for answer in get("/basemap/11/1048/686")] == [404]


def test_an_address_is_named_and_its_host_alone_may_be_asked_for_images(choose):
    choose(OSM)
    drawn = explored(Language.FR, "/ground.json")
    assert drawn["basemap"]["url"] == OSM
    assert drawn["attribution"] == "© Someone"
    for for_frame in (False, True):
        policy = dict(part.split(" ", 1) for part in content_policy(for_frame).split("; "))
        assert policy.pop("img-src").endswith(" https://tile.openstreetmap.org")
        assert "openstreetmap" not in str(policy)


def test_a_file_is_served_by_our_own_server(choose, file):
    choose(file())
    assert basemap() == {"url": "/basemap/{z}/{x}/{y}", "attribution": "© Someone", "deepest": 11}
    there, nowhere, deeper = get("/basemap/11/1048/686", "/basemap/11/0/0", "/basemap/12/0/0")
    assert (there.content, there.headers["content-type"]) == (IMAGE, "image/png")
    assert nowhere.status_code == deeper.status_code == 404
    assert [answer.status_code for answer in get("/basemap/11/9999/9999", "/basemap/40/1/1")] == [404, 404]
    assert "http" not in content_policy(for_frame=True)


@pytest.mark.parametrize(
    "value", ["http://plain.example/{z}/{x}/{y}", "https://a.example/{z}/{x}", "/tmp/map.mbtiles"]
)
def test_what_is_no_basemap_is_told(choose, value):
    choose(value)
    with pytest.raises(CommonsError, match="COMMONS_BASEMAP"):
        settings()


def test_a_basemap_of_nobody_is_none(choose):
    choose(OSM, None)
    with pytest.raises(CommonsError, match="COMMONS_BASEMAP"):
        settings()


def test_a_file_of_anything_else_is_told(choose, file, tmp_path):
    other = tmp_path / "text.pmtiles"
    other.write_text("no map")
    for path in (file(TileType.MVT), other, tmp_path / "nowhere.pmtiles"):
        choose(path)
        with pytest.raises(CommonsError, match="PMTiles file of images"):
            basemap()
