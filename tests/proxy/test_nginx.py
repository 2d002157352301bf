"""The nginx file that operators are given, with the real nginx, server and browser; and the same file with a fault in it."""

import html
import os
import re
import socket
import ssl
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from page_visits import page_visit
from playwright.sync_api import expect
from serving import CHROMIUM, LAUNCH, serving

from commons.i18n import translate
from commons.partners import find_partner, issue_token
from commons.vocabulary import Language
from dashboard.web.propose_gate import HOUR, LEAST_SECONDS, MOST_OF_SITE

NGINX = "/usr/sbin/nginx"
GIVEN = Path(__file__).parents[2] / "deploy" / "nginx.conf"
MAIN = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; {user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/commons.conf;
}}
"""
MB = 1024 * 1024
WITHOUT_SOCKET = [
    ("proxy_set_header Upgrade $http_upgrade;", ""),
    ("proxy_set_header Connection $commons_connection;", ""),
]
WITHOUT_PORT = [("Host $http_host", "Host $host")]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """Debian's Chromium, which can resolve no name but our own address."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    return LAUNCH


@pytest.fixture
def browser_context_args():
    return {"ignore_https_errors": True}


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: each test names its server."""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


class Proxied(str):
    """The address before a proxy; `behind` is the commons' own, `log` what that has written."""

    __slots__ = ("behind", "log", "plain", "tls")


@contextmanager
def proxied(folder, certificate, database, faults=()):
    """Serve a database behind the given file, with its name, ports and certificate put in, and faults too."""
    if not Path(NGINX).exists():
        lack = pytest.fail if os.environ.get("COMMONS_REQUIRE_ALL") == "1" else pytest.skip
        lack(f"no nginx at {NGINX}")
    port, plain = free_port(), free_port()
    address = Proxied(f"https://127.0.0.1:{port}")
    env = {"DATABASE_URL": database, "COMMONS_PUBLIC_URL": address, "COMMONS_TRUSTED_PROXIES": "127.0.0.1"}
    address.log, address.plain = folder / "log.txt", f"http://127.0.0.1:{plain}"
    address.tls = ssl.create_default_context(cafile=certificate / "cert.pem")
    with serving(address.log, env=env) as address.behind:
        text = GIVEN.read_text()
        for given, put in [
            ("127.0.0.1:8501", address.behind.removeprefix("http://")), ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen 443 ", f"listen 127.0.0.1:{port} "), ("carte.example.org;", "127.0.0.1;"),
            ("/etc/letsencrypt/live/carte.example.org/fullchain.pem", str(certificate / "cert.pem")),
            ("/etc/letsencrypt/live/carte.example.org/privkey.pem", str(certificate / "key.pem")), *faults,
        ]:  # fmt: skip
            assert given in text
            text = text.replace(given, put)
        (folder / "commons.conf").write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "main.conf").write_text(MAIN.format(folder=folder, user=user))
        nginx = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "main.conf"])
        try:
            await_port(port)
            yield address
        finally:
            nginx.terminate()
            nginx.wait(timeout=10)


def await_port(port):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not answer")


@pytest.fixture(scope="module")
def database(cluster, demo_template, clone):
    with clone(cluster, demo_template) as made:
        yield made


@pytest.fixture(scope="module")
def front(tmp_path_factory, certificate, database):
    with proxied(tmp_path_factory.mktemp("nginx"), certificate, database.url) as address:
        yield address


def client_of(front, **options):
    return httpx.Client(base_url=str(front), trust_env=False, verify=front.tls, timeout=60, **options)


def test_a_page_comes_through_and_its_cookie_goes_by_tls_alone(front, page):
    page.goto(f"{front}/?lang=nl")
    expect(page.locator(".st-key-pages")).to_be_visible(timeout=30_000)
    expect(page.frame_locator("iframe[title*=folium]").locator(".bxl-legend")).to_be_visible(timeout=30_000)
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "_streamlit_xsrf"]
    assert cookie["secure"]
    with client_of(front) as client:
        assert client.get("/healthz").headers["strict-transport-security"]
    assert (
        httpx.get(f"{front.plain}/list?lang=fr", trust_env=False).headers["location"]
        == "https://127.0.0.1/list?lang=fr"
    )


def test_a_file_of_fifty_megabytes_comes_through_and_a_larger_one_does_not(front, database):
    with database.admin() as connection:
        (slug,) = connection.execute("SELECT slug FROM commons.partner ORDER BY slug LIMIT 1").fetchone()
        token = issue_token(connection, find_partner(connection, slug))
    with page_visit(front, front.tls) as visit:
        visit.enter(token)
        # Streamlit counts what is wrapped around a file as part of it.
        assert visit.upload(b"x" * (50 * MB - 1024)).status_code == 204
        assert visit.upload(b"x" * (52 * MB), file_id=str(uuid4())).status_code == 413


def test_a_visitor_is_who_nginx_sees_and_not_whom_it_claims_to_be(front):
    answers = []
    with client_of(front) as client:
        for number in range(MOST_OF_SITE[HOUR] + 1):
            page = client.get("/propose?lang=en").text
            opened = re.search(r'name="opened" value="([^"]+)"', page)[1]
            if not answers:
                time.sleep(LEAST_SECONDS + 0.1)
            answers.append((number, opened))
        time.sleep(LEAST_SECONDS + 0.1)
        statuses = [
            client.post(
                "/propose?lang=en", data={"name": "x", "address": "y", "opened": opened},
                headers={"Origin": str(front), "X-Forwarded-For": f"203.0.{number}.1"},
            ).status_code
            for number, opened in answers
        ]  # fmt: skip
    assert statuses == [303] * MOST_OF_SITE[HOUR] + [429]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", "x" * 300])
def test_another_name_is_refused_and_never_repeated(front, host):
    with client_of(front, headers={"Host": host}) as client:
        for path in ("/", "/list", "/export.html", "/embed", "/_stcore/health"):
            answer = client.get(path)
            assert answer.status_code in (400, 421)
            assert host not in answer.text + str(answer.headers)
    with httpx.Client(base_url=str(front.behind), trust_env=False, headers={"Host": host}) as client:
        assert client.get("/list").status_code == 421
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200


def test_what_leads_back_leads_to_the_public_name(front):
    with client_of(front) as client:
        assert f"{front}/list?" in html.unescape(client.get("/export.html").text)
        assert f'src="{front}/embed?' in html.unescape(client.get("/list").text)


@pytest.mark.parametrize("language", Language)
def test_where_the_websocket_is_held_back_the_page_and_the_log_say_so(
    tmp_path_factory, certificate, database, language, page
):
    folder = tmp_path_factory.mktemp("nginx")
    with proxied(folder, certificate, database.url, WITHOUT_SOCKET) as front:
        page.goto(f"{front}/coverage?lang={language}")
        notice = page.locator("#shell-notice")
        expect(notice).to_be_visible(timeout=30_000)
        expect(notice).to_contain_text(translate("shell.no_connection", language))
        notice.get_by_role("link").click()
        expect(page.locator("#places, .places, main").first).to_be_visible()
        assert f"/list?lang={language}" in page.url
        assert "WebSocket does not come through" in front.log.read_text()


def test_where_the_port_is_lost_the_log_says_which_line_is_wrong(tmp_path_factory, certificate, database):
    with proxied(tmp_path_factory.mktemp("nginx"), certificate, database.url, WITHOUT_PORT) as front:
        with client_of(front) as client:
            assert client.get("/list").status_code == 421
        assert "$http_host" in front.log.read_text()
