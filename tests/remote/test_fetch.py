"""Fetching from servers that fail, lie, dawdle and lead astray: each is given up, and nothing inside is reached."""

import gzip
import logging
import socket
import ssl
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address

import pytest
from stand_in import StandIn, answer, fetcher_for, packed, redirect, send

from commons.errors import CommonsError
from ingest.remote.address import Address
from ingest.remote.fetch import Fetcher, Validators
from ingest.remote.guard import is_public

SECRET = "s3cr3t-k3y"


def fetch(server, path, target, **options):
    """Return the bytes that were fetched."""
    with fetcher_for(server, **options) as fetcher:
        fetcher.get(server.at(path), target)
    return target.read_bytes()


def refused(server, path, tmp_path, **options):
    """Return the key of the failure."""
    with pytest.raises(CommonsError) as failure:
        fetch(server, path, tmp_path / "file", **options)
    return failure.value.key


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "192.0.0.8",
        "192.168.1.1", "192.88.99.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::",
        "::1", "::ffff:127.0.0.1", "::ffff:198.41.0.4", "64:ff9b::7f00:1", "64:ff9b:1::1", "2001::1", "2001:db8::1",
        "2002:7f00:1::", "fc00::1", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_what_is_not_of_the_public_internet_is_refused(address):
    assert not is_public(ip_address(address), 443)


@pytest.mark.parametrize("address", ["198.41.0.4", "8.8.8.8", "2001:500:88:200::8", "2a00:1450:4001::200e"])
def test_the_public_internet_is_allowed(address):
    assert is_public(ip_address(address), 80)


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0", "[::1]", "[::ffff:127.0.0.1]", socket.gethostname()],
    ids=["name", "plain", "short", "decimal", "hexadecimal", "zero", "v6", "mapped", "own name"],
)  # fmt: skip
def test_no_way_of_writing_this_machine_leads_to_it(server, host, tmp_path):
    with Fetcher() as fetcher, pytest.raises(CommonsError) as failure:
        fetcher.get(Address(f"http://{host}:{server.port}/"), tmp_path / "file")
    assert failure.value.key in ("remote.private", "remote.unreachable")
    assert failure.value.key == "remote.private" or "::" in host
    assert server.asked == []


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:{port}/inside", "http://localhost:{port}/inside", "//127.0.0.1:{port}/inside", "http://169.254.169.254/latest/meta-data/"],
    ids=["loopback", "name", "without a scheme", "metadata of a cloud"],
)  # fmt: skip
def test_a_redirect_inside_is_not_followed(server, other, location, tmp_path):
    server.routes["/list"] = redirect(location.format(port=other.port))
    assert refused(server, "/list", tmp_path) == "remote.private"
    assert other.asked == []


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.org/", "http://u:p@example.org/"]
)
def test_a_redirect_to_another_protocol_is_not_followed(server, location, tmp_path):
    server.routes["/list"] = redirect(location)
    assert refused(server, "/list", tmp_path) == "remote.address"


def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to(server, monkeypatch, tmp_path):
    real, asked = socket.getaddrinfo, []

    def rebinding(host, port, *args, **options):
        if host == "rebinding.example.org":
            asked.append(host)
            return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port, *args, **options)
        return real(host, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    server.routes["/list"] = b"name\nUn\n"
    with fetcher_for(server) as fetcher:
        fetcher.get(Address(f"http://rebinding.example.org:{server.port}/list"), tmp_path / "file")
    assert asked == ["rebinding.example.org"]
    assert server.headers[0]["Host"] == f"rebinding.example.org:{server.port}"


def test_one_private_address_among_public_ones_spoils_the_name(server, monkeypatch, tmp_path):
    both = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, server.port)) for ip in ("127.0.0.1", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: both)
    assert refused(server, "/list", tmp_path) == "remote.private"
    assert server.asked == []


def test_a_proxy_of_the_environment_is_not_used(server, other, monkeypatch, tmp_path):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, other.url)
    server.routes["/list"] = b"name\nUn\n"
    assert fetch(server, "/list", tmp_path / "file") == b"name\nUn\n"
    assert other.asked == []


def test_five_redirects_are_followed_and_a_sixth_is_not(server, tmp_path):
    for step in range(6):
        server.routes[f"/{step}"] = redirect(f"{step + 1}", 301)
    server.routes["/6"] = b"there"
    assert fetch(server, "/1", tmp_path / "file") == b"there"
    assert refused(server, "/0", tmp_path) == "remote.redirects"


def test_https_is_checked_by_name_and_never_left_for_http(server, tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))
    server.routes["/list"] = b"openly"
    with closing(StandIn(serving)) as safe, fetcher_for(safe, server, ssl_context=trusting) as fetcher:
        safe.routes |= {"/list": b"safely", "/away": redirect(f"{server.url}/list")}
        fetcher.get(Address(f"https://localhost:{safe.port}/list"), tmp_path / "file")
        assert (tmp_path / "file").read_bytes() == b"safely"
        with pytest.raises(CommonsError) as by_number:
            fetcher.get(Address(f"https://127.0.0.1:{safe.port}/list"), tmp_path / "file")
        with pytest.raises(CommonsError) as downgraded:
            fetcher.get(Address(f"https://localhost:{safe.port}/away"), tmp_path / "file")
    assert (by_number.value.key, downgraded.value.key) == ("remote.unreachable", "remote.downgrade")
    assert server.asked == []


def test_a_list_is_unpacked_also_in_several_members_and_in_long_runs(server, tmp_path):
    long = bytes(3_000_000) + b"end"
    server.routes |= {
        "/one": packed(long),
        "/two": answer(gzip.compress(b"a" * 70_000) + gzip.compress(b"b"), Content_Encoding="gzip"),
    }
    assert fetch(server, "/one", tmp_path / "file") == long
    assert fetch(server, "/two", tmp_path / "file") == b"a" * 70_000 + b"b"


def test_a_bomb_is_given_up_at_the_limit_without_being_unpacked(server, tmp_path):
    server.routes["/list"] = packed(bytes(200 * 1024**2))
    assert refused(server, "/list", tmp_path, max_bytes=1024**2) == "remote.too_large"
    assert (tmp_path / "file").stat().st_size <= 1024**2


def endless(handler, query):
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(65_536))


def test_a_body_without_end_is_given_up_at_the_limit(server, tmp_path):
    server.routes["/list"] = endless
    assert refused(server, "/list", tmp_path, max_bytes=1024**2) == "remote.too_large"


def test_the_limit_counts_all_answers_of_a_visit(server, tmp_path):
    server.routes["/page"] = bytes(400_000)
    with fetcher_for(server, max_bytes=1_000_000) as fetcher:
        for _ in range(2):
            fetcher.get(server.at("/page"), tmp_path / "file")
        with pytest.raises(CommonsError) as failure:
            fetcher.get(server.at("/page"), tmp_path / "file")
    assert failure.value.key == "remote.too_large"


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_server_that_sends_a_byte_at_a_time_is_given_up_in_time(server, part, tmp_path):
    def dawdle(handler, query):
        if part == "body":
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
        while True:
            handler.wfile.write(b"x")
            time.sleep(0.05)

    server.routes["/list"] = dawdle
    started = time.monotonic()
    assert refused(server, "/list", tmp_path, seconds=0.5) == "remote.too_long"
    assert time.monotonic() - started < 3


def test_one_slow_answer_among_many_does_not_cost_the_others_their_time(server, tmp_path):
    server.routes |= {"/slow": lambda handler, query: time.sleep(2), "/list": b"name"}
    with fetcher_for(server) as fetcher:
        with pytest.raises(CommonsError) as failure:
            fetcher.get(server.at("/slow"), tmp_path / "file", seconds=0.2)
        fetcher.get(server.at("/list"), tmp_path / "file", seconds=5)
    assert failure.value.key in ("remote.slow", "remote.unreachable")
    assert (tmp_path / "file").read_bytes() == b"name"


@pytest.mark.parametrize("announced", ["5", "500"], ids=["less", "more"])
def test_a_length_that_is_not_true_never_gives_more_or_less_than_was_announced(server, announced, tmp_path):
    def lie(handler, query):
        send(handler, b"0123456789", headers={"Content-Length": announced, "Connection": "close"})
        handler.close_connection = True

    server.routes["/list"] = lie
    if announced == "5":
        assert fetch(server, "/list", tmp_path / "file") == b"01234"
    else:
        assert refused(server, "/list", tmp_path) == "remote.unreachable"
        assert len(server.asked) == 3


def test_packed_bytes_that_break_off_are_no_list(server, tmp_path):
    whole = gzip.compress(b"name\n" + bytes(range(256)) * 100)
    server.routes["/list"] = answer(whole[:-20], Content_Encoding="gzip")
    assert refused(server, "/list", tmp_path) == "remote.unreachable"


def test_an_encoding_that_was_not_asked_for_is_refused(server, tmp_path):
    server.routes["/list"] = answer(b"x", Content_Encoding="br")
    assert refused(server, "/list", tmp_path) == "remote.encoding"


@pytest.mark.parametrize(
    ("status", "asked", "key"),
    [(404, 1, "remote.missing"), (410, 1, "remote.missing"), (401, 1, "remote.status"), (500, 3, "remote.status"),
     (503, 3, "remote.status"), (206, 1, "remote.status"), (304, 1, "remote.status")],
)  # fmt: skip
def test_only_a_hiccup_is_tried_again(server, status, asked, key, tmp_path):
    server.routes["/list"] = answer(b"", status)
    assert refused(server, "/list", tmp_path) == key
    assert len(server.asked) == asked


def test_two_hiccups_and_then_the_list(server, tmp_path):
    def route(handler, query):
        return send(handler, b"later", 503) if len(server.asked) < 3 else b"name"

    server.routes["/list"] = route
    assert fetch(server, "/list", tmp_path / "file") == b"name"


@pytest.mark.parametrize("told", ["seconds", "a time"])
def test_a_busy_server_is_waited_for_as_long_as_it_says_and_no_longer_than_is_fair(server, told, tmp_path):
    def after(seconds):
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        return str(seconds) if told == "seconds" else format_datetime(moment, usegmt=True)

    def route(handler, query):
        return send(handler, b"", 429, {"Retry-After": after(2)}) if len(server.asked) < 2 else b"name"

    server.routes |= {
        "/list": route,
        "/hour": lambda handler, query: send(handler, b"", 429, {"Retry-After": after(3600)}),
    }
    started = time.monotonic()
    assert fetch(server, "/list", tmp_path / "file") == b"name"
    assert time.monotonic() - started > 0.9
    assert refused(server, "/hour", tmp_path) == "remote.status"
    assert server.asked.count("/hour") == 1


def test_what_is_known_is_not_sent_again(server, tmp_path):
    def route(handler, query):
        if handler.headers.get("If-None-Match") == '"é1"' or handler.headers.get("If-Modified-Since"):
            return send(handler, b"", 304)
        return send(
            handler, b"name", headers={"ETag": '"1"', "Last-Modified": "Wed, 25 Nov 2026 10:00:00 GMT"}
        )

    server.routes["/list"] = route
    with fetcher_for(server) as fetcher:
        first = fetcher.get(server.at("/list"), tmp_path / "file")
        assert first.validators == Validators('"1"', "Wed, 25 Nov 2026 10:00:00 GMT")
        assert first.is_new
        again = fetcher.get(server.at("/list"), tmp_path / "file", known=first.validators)
    assert not again.is_new


def test_a_key_in_an_address_is_sent_and_never_told(server, tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    server.routes["/list"] = answer(b"", 404)
    address = server.at(f"/list?key={SECRET}")
    with fetcher_for(server) as fetcher, pytest.raises(CommonsError) as failure:
        fetcher.get(address, tmp_path / "file")
    assert server.asked == [f"/list?key={SECRET}"]
    told = [
        str(failure.value),
        repr(failure.value.values),
        repr(address),
        address.shown,
        caplog.text,
        *capfd.readouterr(),
    ]
    assert not [text for text in told if SECRET in text]


@pytest.mark.parametrize(
    "text",
    ["", "voisins.org/list.csv", "ftp://voisins.org/", "file:///etc/passwd", "https://", "https://a:b@voisins.org/",
     "javascript:alert(1)", "https://voisins.org/" + "x" * 2000, "https://vois\nins.org/"],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_not_repeated(text):
    with pytest.raises(CommonsError) as failure:
        Address(text)
    assert failure.value.key == "remote.address"
    assert failure.value.values == {}


def test_a_link_on_this_site_keeps_https_and_a_link_elsewhere_is_refused():
    base = Address("https://voisins.org/collections/x/items?page=1")
    assert base.on_this_site("http://voisins.org/items?page=2").reveal() == "https://voisins.org/items?page=2"
    assert base.on_this_site("?page=2").reveal() == "https://voisins.org/collections/x/items?page=2"
    for elsewhere in (
        "https://elsewhere.org/",
        "https://voisins.org:8443/",
        "http://voisins.org:8080/",
        "//10.0.0.1/",
    ):
        with pytest.raises(CommonsError):
            base.on_this_site(elsewhere)
