"""The server's shell: a sign of life, the map's files, the headers, and who may open a connection."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

PAGE = Path(__file__).parent / "map_page.py"
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
FAILING_PAGE = "import streamlit as st\nst.write('before')\nraise ValueError('a secret value')\n"


@pytest.fixture(scope="module")
def client(run_server):
    with run_server(PAGE) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def test_it_says_that_it_is_up(client):
    assert client.get("/healthz").text == "ok"


def test_assets_are_served_and_answered_anew_only_when_changed(client):
    for path in ("/assets/leaflet/leaflet.js", "/assets/leaflet/leaflet.css", "/assets/maps/layer.js"):
        first = client.get(path)
        assert first.status_code == 200
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["maps/layer.py", "maps/../layer.py", "maps/%2e%2e/layer.py", "leaflet/../__init__.py"]
)
def test_nothing_beside_the_assets_is_served(client, path):
    assert "import" not in client.get(f"/assets/{path}").text


def test_every_answer_says_what_a_page_may_load(client):
    for path in (
        "/",
        "/healthz",
        "/assets/maps/layer.css",
        "/component/streamlit_folium.st_folium/index.html",
    ):
        headers = client.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == "'self'"
        assert "http" not in headers["content-security-policy"]
        assert ("'unsafe-eval'" in policy["script-src"]) == path.startswith("/component/")
        assert ("'unsafe-inline'" in policy["script-src"]) == path.startswith("/component/")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("origin", "status"),
    [(None, 101), ("own", 101), ("https://evil.example", 403), ("http://127.0.0.1:1", 403), ("null", 403)],
)
def test_only_our_own_pages_open_a_connection(client, origin, status):
    named = {"own": str(client.base_url).rstrip("/")}.get(origin, origin)
    headers = WEBSOCKET | ({"Origin": named} if named else {})
    with client.stream("GET", "/_stcore/stream", headers=headers) as answer:
        assert answer.status_code == status


def test_streamlit_runs_as_our_file_says_whatever_the_working_folder(run_server, tmp_path, watched):
    page = tmp_path / "page.py"
    page.write_text(FAILING_PAGE)
    with run_server(page) as address:
        watched.page.goto(address)
        expect(watched.page.get_by_test_id("stException")).to_be_visible()
        assert "secret" not in watched.page.content()
        assert "Traceback" not in watched.page.content()
        assert watched.page.get_by_test_id("stAppDeployButton").count() == 0
        assert watched.page.get_by_test_id("stMainMenu").count() == 0
        watched.assert_stayed_home(address)
        settings = httpx.get(f"{address}/_stcore/host-config", trust_env=False).text
        assert not re.search(r"enforceDownloadInNewTab\W+true", settings)
