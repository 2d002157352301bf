"""Files are taken from a partner's live visit only, within bounds, and are gone with it: nobody else fills this process's memory."""

import time
from contextlib import closing, suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from page_visits import page_visit, resident_mb
from serving import serving
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from commons.partners import add_partner, find_partner, issue_token
from dashboard.web import visits

MB = 1024 * 1024
GROWTH_MB = 60
"""What a server grows by in any case, that reads modules at the first pages."""


@pytest.fixture(scope="module")
def served(cluster, template, clone, tmp_path_factory):
    """Return the address of a server, the tokens of two partners, and the database; its log has no failure."""
    with clone(cluster, template) as database, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database.url)
        with database.connect() as connection:
            for slug in ("one", "two"):
                add_partner(connection, slug, slug)
            tokens = [issue_token(connection, find_partner(connection, slug)) for slug in ("one", "two")]
        log = tmp_path_factory.mktemp("server") / "log.txt"
        with serving(log) as address:
            yield address, tokens, database
        assert "Traceback" not in log.read_text()


def file_ids():
    while True:
        yield str(uuid4())


def test_a_visitor_without_a_token_fills_no_memory(served):
    address, _, _ = served
    with page_visit(address) as visit:
        visit.run()
        before = resident_mb(address.pid)
        for _, file_id in zip(range(5), file_ids(), strict=False):
            answer = visit.upload(b"x" * (45 * MB), file_id=file_id)
            assert answer.status_code == 403
        assert resident_mb(address.pid) - before < GROWTH_MB


@pytest.mark.parametrize("token", ["bxl_00000000_x", "", "zz"])
def test_neither_does_who_gives_a_token_that_is_none(served, token):
    with page_visit(served[0]) as visit:
        assert visit.enter(token).upload(b"a;b").status_code == 403


def test_a_visit_that_never_was_or_has_ended_takes_nothing(served):
    address, tokens, _ = served
    with page_visit(address) as visit:
        visit.enter(tokens[0])
        assert visit.upload(b"a;b").status_code == 204
    assert visit.upload(b"a;b").status_code == 403
    visit.session_id = str(uuid4())
    assert visit.upload(b"a;b").status_code == 403
    visit.session_id = "../../x"
    assert visit.upload(b"a;b").status_code in (400, 403)


def test_a_partner_s_files_take_turns_and_go_with_the_visit(served):
    address, tokens, _ = served
    with page_visit(address) as visit:
        visit.enter(tokens[0])
        before = resident_mb(address.pid)
        for _, file_id in zip(range(5), file_ids(), strict=False):
            assert visit.upload(b"x" * (45 * MB), file_id=file_id).status_code == 204
        assert resident_mb(address.pid) - before < 2 * 45 + GROWTH_MB
    end = time.monotonic() + 10
    while resident_mb(address.pid) - before > GROWTH_MB and time.monotonic() < end:
        time.sleep(0.1)
    assert resident_mb(address.pid) - before < GROWTH_MB


def test_one_partner_with_many_visits_has_a_bound_and_the_other_is_not_kept_out(served):
    address, tokens, _ = served
    content = b"x" * (49 * MB)
    opened = [page_visit(address) for _ in range(6)]
    try:
        visits_of_one = [each.__enter__().enter(tokens[0]) for each in opened[:5]]
        answers = [visit.upload(content).status_code for visit in visits_of_one]
        most = visits.MOST_OF_PARTNER_BYTES // len(content)
        assert answers == [204] * most + [429] * (5 - most)
        assert opened[5].__enter__().enter(tokens[1]).upload(content).status_code == 204
    finally:
        for each in opened:
            each.__exit__(None, None, None)


def test_a_token_that_has_just_been_revoked_takes_nothing_more(served):
    address, tokens, database = served
    with page_visit(address) as visit:
        visit.enter(tokens[1])
        assert visit.upload(b"a;b").status_code == 204
        with database.admin() as connection:
            connection.execute("UPDATE commons.partner_token SET revoked_at = now() WHERE partner_id ="
                               " (SELECT partner_id FROM commons.partner WHERE slug = 'two')")  # fmt: skip
        assert visit.upload(b"a;b").status_code == 403


@pytest.mark.parametrize(
    "name",
    ["list\0.csv", "list.csv\0.exe", "a\x1b[31m.csv", "x" * 300, "", "liste\x7f.csv"],
    ids=lambda name: repr(name)[:20],
)
def test_a_name_that_no_file_has_is_refused(served, name):
    address, tokens, _ = served
    with page_visit(address) as visit:
        visit.enter(tokens[0])
        body = (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="'
            + name.encode()
            + b'"\r\n\r\na;b\r\n--b--\r\n'
        )
        with httpx.Client(base_url=str(address), trust_env=False) as client:
            mark = client.get("/_stcore/health").cookies["_streamlit_xsrf"]
            answer = client.put(
                f"/_stcore/upload_file/{visit.session_id}/{uuid4()}", content=body,
                headers={"X-Xsrftoken": mark, "Content-Type": "multipart/form-data; boundary=b"},
            )  # fmt: skip
        assert answer.status_code == 400


@pytest.mark.parametrize("name", ["liste d'été.csv", "a\u00a0b.csv", "名前.csv", "a%00.csv"])
def test_a_name_that_a_file_has_is_taken(served, name):
    address, tokens, _ = served
    with page_visit(address) as visit:
        assert visit.enter(tokens[0]).upload(b"a;b", name=name).status_code == 204


def test_what_is_too_long_or_tells_no_length_is_refused_before_it_is_read(served):
    address, tokens, _ = served
    with page_visit(address) as visit:
        visit.enter(tokens[0])
        path = f"/_stcore/upload_file/{visit.session_id}/{uuid4()}"
        with httpx.Client(base_url=str(address), trust_env=False) as client:
            assert client.put(path, content=iter([b"x"] * 3)).status_code == 411
            assert client.put(path, content=b"x" * (51 * MB)).status_code == 413
        # No client of HTTP promises more than it sends; the answer comes without waiting for it.
        with closing(HTTPConnection(urlsplit(str(address)).netloc, timeout=10)) as connection:
            connection.request("PUT", path, headers={"Content-Length": "9" * 18})
            assert connection.getresponse().status == 411
        assert visit.upload(b"a;b", Origin="http://evil.example").status_code == 403


def assert_shown_out(visit):
    end = time.monotonic() + 30
    try:
        while time.monotonic() < end:
            visit.socket.recv(timeout=20)
    except ConnectionClosed:
        return
    raise AssertionError("the connection stays")


def test_a_visitor_who_asks_for_a_thousand_addresses_at_once_is_shown_out(served):
    asked = BackMsg()
    asked.file_urls_request.file_names.extend(["x"] * 1000)
    with page_visit(served[0]) as visit:
        visit.run()
        visit.socket.send(asked.SerializeToString())
        assert_shown_out(visit)


def test_a_message_larger_than_any_page_sends_is_not_read(served):
    with page_visit(served[0]) as visit:
        visit.run()
        with suppress(ConnectionClosed):
            visit.socket.send(b"x" * (4 * MB))
        assert_shown_out(visit)


@pytest.mark.parametrize("message", ["a text", "", b"\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n", b"\x08"])
def test_what_is_no_message_of_a_page_ends_the_visit_without_a_failure(served, message):
    with page_visit(served[0]) as visit:
        visit.run()
        visit.socket.send(message)
        assert_shown_out(visit)
