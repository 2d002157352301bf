"""Whose word counts: the names under which the server answers, who may claim another address, and what of Streamlit is hidden."""

import re
import socket
import time

import httpx
import pytest
from serving import serving
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.propose_gate import HOUR, LEAST_SECONDS, MOST_OF_SITE

NAME = "carte.example.org:8443"
PUBLIC = f"https://{NAME}"
HIDDEN = [
    "/_stcore/metrics", "/_stcore/metrics?families=active_sessions", "/_stcore/script-health-check", "/_stcore/agent/openapi.json",
    "/_stcore/agent/mcp", "/_stcore/agent/interact", "/_stcore/allowed-message-origins", "/_stcore/new-in-the-next-version",
    "/auth/login", "/auth/logout", "/oauth2callback", "/%5Fstcore/metrics",
]  # fmt: skip


@pytest.fixture(scope="module")
def served(_unchanged_demo, tmp_path_factory):
    """Serve without any setting about names and proxies."""
    with serving(
        tmp_path_factory.mktemp("server") / "log.txt", env={"DATABASE_URL": _unchanged_demo.url}
    ) as address:
        yield address


@pytest.fixture(scope="module")
def named(_unchanged_demo, tmp_path_factory):
    """Serve under a public name."""
    env = {"DATABASE_URL": _unchanged_demo.url, "COMMONS_PUBLIC_URL": PUBLIC}
    with serving(tmp_path_factory.mktemp("server") / "log.txt", env=env) as address:
        yield address


def asking(address, **headers):
    return httpx.Client(base_url=str(address), trust_env=False, headers=headers, timeout=30)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("path", HIDDEN)
def test_what_no_page_asks_for_is_hidden(served, path, method):
    with asking(served) as client:
        answer = client.request(method, path)
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize("forged", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP"])
def test_who_claims_another_address_each_time_is_still_one(tmp_path, forged, cluster, demo_template, clone):
    with (
        clone(cluster, demo_template) as database,
        serving(
            tmp_path / "log.txt", env={"DATABASE_URL": database.url, "FORWARDED_ALLOW_IPS": "*"}
        ) as address,
        asking(address, Origin=str(address)) as client,
    ):
        marks = [
            re.search(r'name="opened" value="([^"]+)"', client.get("/propose?lang=en").text)[1]
            for _ in range(MOST_OF_SITE[HOUR] + 1)
        ]
        time.sleep(LEAST_SECONDS + 1)
        statuses = [
            client.post("/propose?lang=en", data={"name": "x", "address": "y", "opened": mark}, headers={forged: f"203.0.{n}.1"}).status_code
            for n, mark in enumerate(marks)
        ]  # fmt: skip
    assert statuses == [303] * MOST_OF_SITE[HOUR] + [429]


@pytest.mark.parametrize(
    "host", ["evil.example", "carte.example.org", "carte.example.org:8444", "carte.example.org.evil.example:8443", "127.0.0.1:8501",
             "evil@carte.example.org:8443", "carte.example.org:8443:8443", "", "localhost"],
)  # fmt: skip
def test_under_another_name_nothing_is_answered(named, host):
    with asking(named, Host=host) as client:
        for path in ("/", "/list", "/embed", "/export.html", "/places", "/propose", "/_stcore/host-config", "/assets/maps/layer.css",
                     "/tiles/9/261/171.mvt", "/nothing"):  # fmt: skip
            answer = client.get(path)
            assert answer.status_code == 421, path
            assert not host or host not in answer.text


@pytest.mark.parametrize("host", [NAME, NAME.upper(), "carte.example.org.:8443"])
def test_under_its_own_name_it_answers(named, host):
    with asking(named, Host=host) as client:
        assert client.get("/list").status_code == 200
        cookie = client.get("/_stcore/health").headers["set-cookie"]
    assert cookie.startswith("_streamlit_xsrf=")
    assert cookie.endswith("; Secure")


def test_two_hosts_are_none(named):
    with socket.create_connection(address_of(named)) as opened:
        opened.sendall(f"GET /list HTTP/1.1\r\nHost: {NAME}\r\nHost: evil.example\r\n\r\n".encode())
        assert opened.recv(100).startswith((b"HTTP/1.1 400", b"HTTP/1.1 421"))


def test_a_machine_asks_by_address(named):
    with asking(named) as client:
        assert client.get("/healthz").text == "ok"
        assert client.get("/readyz").json()["public"] == "ok"


@pytest.mark.parametrize(
    ("origin", "is_taken"),
    [(PUBLIC, True), (None, True), ("http://carte.example.org:8443", False), ("https://carte.example.org", False),
     ("https://evil.example", False), ("null", False), (f"{PUBLIC}.evil.example", False)],
)  # fmt: skip
def test_a_page_of_another_site_opens_no_visit(named, origin, is_taken):
    if is_taken:
        with connect_as(NAME, named, origin=origin):
            return
    with pytest.raises(InvalidStatus), connect_as(NAME, named, origin=origin):
        pass


def connect_as(host, address, **options):
    """Connect to the server under another name than its address."""
    sock = socket.create_connection(address_of(address))
    return connect(
        f"ws://{host}/_stcore/stream", sock=sock, subprotocols=["streamlit", "x"], close_timeout=1, **options
    )


def address_of(address):
    host, port = address.removeprefix("http://").split(":")
    return host, int(port)


def test_a_proxy_s_word_counts_where_it_is_named(unchanged_demo, tmp_path):
    env = {"DATABASE_URL": unchanged_demo.url, "COMMONS_TRUSTED_PROXIES": "127.0.0.1"}
    with serving(tmp_path / "log.txt", env=env) as address, asking(address) as client:
        assert "Secure" not in client.get("/_stcore/health").headers["set-cookie"]
        answer = client.get("/_stcore/health", headers={"X-Forwarded-Proto": "https"})
        assert "Secure" in answer.headers["set-cookie"]


def test_nobody_s_word_counts_where_none_is_named(served):
    with asking(served) as client:
        answer = client.get("/_stcore/health", headers={"X-Forwarded-Proto": "https"})
    assert "Secure" not in answer.headers["set-cookie"]


def test_no_answer_leads_to_a_host_that_was_asked_for(served):
    with asking(served, Host="evil.example") as client:
        for path in (
            "/list/",
            "/coverage/",
            "/embed",
            "/list?skip=4000",
            "/alternative/x",
            "/export.html",
            "/assets/maps",
            "/nothing/",
        ):
            answer = client.get(path)
            assert "evil.example" not in answer.text + str(answer.headers), path
