"""Nobody keeps the others out: half requests, a crowd at the list, sixty pages at once, a database that is away."""

import os
import re
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import httpx
import pytest
from page_visits import page_visit
from serving import serving
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.web import visits
from dashboard.web.slow_clients import READING_S, REQUEST_S

MARGIN_S = 4.0
"""What a busy machine may take longer."""
RETRIES = {"5"}
HALVES = {
    "nothing": b"",
    "half a head": b"GET /list HTTP/1.1\r\nHost: here\r\nX-Begun:",
    "half a word": b"GE",
    "half a body": b"POST /propose?lang=en HTTP/1.1\r\nHost: here\r\nOrigin: http://here\r\nContent-Length: 900\r\n\r\nname=x",
    "half a chunk": b"PUT /_stcore/upload_file/x/y HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc",
    "half a handshake": b"GET /_stcore/stream HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n",
    "one and a half": b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\nGET /healthz HTTP/1.1\r\nHo",
    "a body for nobody": b"POST /healthz HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\nx",
}


@pytest.fixture(scope="module")
def served(_unchanged_demo, tmp_path_factory):
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serving(log, env={"DATABASE_URL": _unchanged_demo.url}) as address:
        yield address
    assert "Traceback" not in log.read_text()


def connection(address, sent=b""):
    host, port = address.removeprefix("http://").split(":")
    opened = socket.create_connection((host, int(port)), timeout=REQUEST_S + MARGIN_S)
    opened.sendall(sent)
    return opened


def closed_after(opened, began):
    """Return after how many seconds the server closed a connection, None where it has not."""
    try:
        while opened.recv(65536):
            pass
    except TimeoutError:
        return None
    except ConnectionError:
        pass
    return time.monotonic() - began


def test_half_requests_of_every_kind_are_closed_and_250_keep_nobody_out(served):
    began = time.monotonic()
    with ExitStack() as stack:
        kinds = {name: stack.enter_context(connection(served, sent)) for name, sent in HALVES.items()}
        crowd = [stack.enter_context(connection(served, HALVES["half a head"])) for _ in range(250)]
        assert httpx.get(f"{served}/healthz", trust_env=False).elapsed.total_seconds() < 1
        after = {name: closed_after(opened, began) for name, opened in kinds.items()}
        assert [
            name for name, seconds in after.items() if seconds is None or seconds > REQUEST_S + MARGIN_S
        ] == []
        assert all(closed_after(opened, began) is not None for opened in crowd)


@pytest.mark.parametrize("begun", ["half a head", "half a body", "half a chunk"])
def test_a_drip_keeps_no_connection_open(served, begun):
    began = time.monotonic()
    with connection(served, HALVES[begun]) as opened:
        opened.settimeout(1)
        while time.monotonic() - began < REQUEST_S + MARGIN_S:
            try:
                opened.sendall(b"a")
                if not opened.recv(1):
                    return
            except TimeoutError:
                continue
            except ConnectionError:
                return
    pytest.fail("the connection is still open")


def test_a_head_without_an_end_is_not_kept(served):
    head = b"GET /list HTTP/1.1\r\nHost: here\r\nX-Long: "
    with connection(served, head) as opened, pytest.raises(ConnectionError):
        send_much(opened)


@pytest.mark.parametrize("length", [b"999999999999999999", b"9" * 5000, b"-1", b"1e3", b"", b"0x10"])
def test_a_length_that_is_none_is_no_failure(served, length):
    path = b"/_stcore/upload_file/" + b"0" * 36 + b"/" + b"0" * 36
    with connection(
        served, b"PUT %s HTTP/1.1\r\nHost: here\r\nContent-Length: %s\r\n\r\n" % (path, length)
    ) as opened:
        assert opened.recv(100).startswith((b"HTTP/1.1 400", b"HTTP/1.1 411"))


def send_much(opened):
    for _ in range(200):
        opened.sendall(b"x" * 65536)


def test_a_slow_line_that_moves_is_waited_for(served):
    body = b"name=" + b"x" * 36_000
    head = f"POST /propose?lang=en HTTP/1.1\r\nHost: here\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with connection(served, head) as opened:
        for start in range(0, len(body), 3_000):
            opened.sendall(body[start : start + 3_000])
            time.sleep(0.95)
        assert opened.recv(100).startswith(b"HTTP/1.1 403")


def test_who_takes_nothing_of_an_answer_is_closed(served):
    with httpx.Client(base_url=str(served), trust_env=False) as client:
        path = "/" + re.search(r'src="\./(static/js/index[^"]+)"', client.get("/").text)[1]
        whole = len(client.get(path, headers={"Accept-Encoding": "identity"}).content)
    count, taken = 10, 0
    with connection(served, b"GET %s HTTP/1.1\r\nHost: here\r\n\r\n" % path.encode() * count) as opened:
        time.sleep(READING_S + MARGIN_S)
        with suppress(ConnectionError):
            while content := opened.recv(1 << 20):
                taken += len(content)
    assert taken < whole * count


def crowd(address, path, count=100):
    def ask(_):
        with httpx.Client(base_url=str(address), trust_env=False, timeout=60) as client:
            answer = client.get(path)
        return answer.status_code, answer.headers.get("retry-after")

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(ask, range(count)))


@pytest.mark.parametrize("path", ["/list", "/places", "/embed?lang=nl", "/propose?id=00000000-0000-4000-8000-000000000000",
                                  "/consent/x", "/readyz", "/ground.json", "/alternative/x"])  # fmt: skip
def test_a_hundred_at_once_are_answered_or_asked_to_come_again(served, path):
    statuses = crowd(served, path)
    assert {status for status, _ in statuses} <= {200, 404, 503}
    assert {again for status, again in statuses if status == 503} <= RETRIES
    assert sum(count for (status, _), count in statuses.items() if status != 503) >= 30


def test_a_crowd_at_the_list_keeps_nobody_from_withdrawing(served):
    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(crowd, served, "/list")
        time.sleep(0.3)
        answer = httpx.get(f"{served}/consent/x", trust_env=False, timeout=10)
        others.result()
    assert answer.status_code == 404


def test_sixty_pages_at_once_leave_the_others_their_answers(served):
    slowest, stop = Counter(), threading.Event()
    failed = []

    def look_on():
        with httpx.Client(base_url=str(served), trust_env=False, timeout=60) as client:
            while not stop.is_set():
                for path in ("/healthz", "/places"):
                    answer = client.get(path)
                    slowest[path] = max(slowest[path], answer.elapsed.total_seconds())
                    if answer.status_code != 200:
                        failed.append((path, answer.status_code))

    def visit(_):
        with page_visit(served) as opened:
            opened.run()
            return len(opened.deltas)

    with page_visit(served) as first:
        first.run()
    # A second on a machine of its own; where others wait for its cores too, as many times longer as they are.
    longest = max(1, os.getloadavg()[0] / os.cpu_count())
    watch = threading.Thread(target=look_on)
    watch.start()
    try:
        with ThreadPoolExecutor(60) as pool:
            drawn = list(pool.map(visit, range(60)))
    finally:
        stop.set()
        watch.join()
    assert min(drawn) > 5
    assert failed == []
    assert [path for path in slowest if slowest[path] > longest] == [], (slowest, longest)


def visit_from(address, source):
    """Return a visit that comes from this address of the machine."""
    host, port = address.removeprefix("http://").split(":")
    sock = socket.create_connection((host, int(port)), source_address=(source, 0))
    stream = f"ws://{host}:{port}/_stcore/stream"
    return connect(stream, sock=sock, origin=str(address), subprotocols=["streamlit", "x"], close_timeout=1)


def test_one_network_does_not_open_all_visits_that_there_are(served):
    most = visits.MOST_VISITS_OF_NETWORK
    with ExitStack() as stack:
        for number in range(most):
            stack.enter_context(visit_from(served, f"127.0.7.{number % 200 + 1}"))
        with pytest.raises(InvalidStatus), visit_from(served, "127.0.7.250"):
            pass
        with visit_from(served, "127.0.8.1"):
            pass
    assert most * 5 < visits.MOST_VISITS


@pytest.fixture(scope="module")
def without_database(tmp_path_factory):
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serving(log, env={"DATABASE_URL": "postgresql://nobody:secret@127.0.0.1:9/nowhere"}) as address:
        yield address
    assert "secret" not in log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    "path",
    ["/list", "/list?lang=nl", "/embed", "/alternative/00000000-0000-4000-8000-000000000000", "/places", "/ground.json", "/search?q=abc",
     "/tiles/9/261/171.mvt", "/export.html", "/poster.pdf?district=21009", "/consent/x", "/readyz",
     "/propose?id=00000000-0000-4000-8000-000000000000"],
)  # fmt: skip
def test_while_the_database_is_away_all_that_needs_it_says_when_to_come_again(without_database, path):
    answer = httpx.get(f"{without_database}{path}", trust_env=False, timeout=40)
    assert (answer.status_code, answer.headers.get("retry-after")) == (503, "5")


def test_a_proposal_that_could_not_be_kept_is_not_lost(without_database):
    with httpx.Client(base_url=str(without_database), trust_env=False, timeout=40) as client:
        opened = re.search(r'name="opened" value="([^"]+)"', client.get("/propose?lang=en").text)[1]
        time.sleep(3.1)
        form = {"name": "Un potager", "address": "Rue Haute 1", "opened": opened}
        answer = client.post("/propose?lang=en", data=form, headers={"Origin": str(without_database)})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert 'value="Un potager"' in answer.text
