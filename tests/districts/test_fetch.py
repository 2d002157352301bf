"""Files are fetched from a real server that fails in the ways servers do."""

import hashlib
import io
import threading
import zipfile
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from commons.districts.fetch import SourceUnreachableError, fetch
from commons.districts.sources import Source
from commons.errors import CommonsError
from commons.vocabulary import Language

BODY = b"CD_SECTOR;TOTAL\n21001A00K;12\n" * 1000
NO_PAUSE = (0.0, 0.0)


class Server:
    """A server on this machine that gives its answers in turn, the last one for ever after."""

    def __init__(self):
        self.answers, self.asked = [], 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                status, body, announced = server.answers[min(server.asked, len(server.answers) - 1)]
                server.asked += 1
                self.send_response(status)
                self.send_header("Content-Length", str(announced))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/file"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}).start()

    def answer(self, *answers):
        self.answers = [(status, body, short or len(body)) for status, body, short in answers]

    def close(self):
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def server():
    with closing(Server()) as server:
        yield server


def a_source(url, **changes) -> Source:
    checksum = hashlib.sha256(BODY).hexdigest()
    owed = {"title": "Population", "publisher": "Statbel", "licence": "CC-BY-4.0", "attribution": "Statbel"}
    return Source(
        **{"key": "s", "url": url, "file": "s.csv", "format": "CSV", "sha256": checksum, **owed, **changes}
    )


def files_in(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_mirror_comes_first_and_nothing_is_asked(server, tmp_path):
    mirror, cache = tmp_path / "mirror", tmp_path / "cache"
    mirror.mkdir()
    (mirror / "s.csv").write_bytes(BODY)
    assert fetch(a_source(server.url), cache, mirror) == mirror / "s.csv"
    assert (server.asked, files_in(cache)) == (0, [])


def test_a_changed_copy_in_the_mirror_is_refused(tmp_path):
    (tmp_path / "s.csv").write_bytes(BODY + b"x")
    with pytest.raises(CommonsError) as refused:
        fetch(a_source("http://127.0.0.1:9/", download_differs=True), tmp_path / "cache", tmp_path)
    assert refused.value.key == "district_source_checksum"


def test_downloaded_once_then_cached(server, tmp_path):
    server.answer((200, BODY, None))
    source = a_source(server.url)
    assert fetch(source, tmp_path / "cache", None).read_bytes() == BODY
    assert fetch(source, tmp_path / "cache", tmp_path / "no_such_mirror").read_bytes() == BODY
    assert (server.asked, files_in(tmp_path / "cache")) == (1, ["s.csv", "s.csv.sha256"])


def test_a_copy_in_the_cache_that_was_cut_is_downloaded_again(server, tmp_path):
    server.answer((200, BODY, None), (200, BODY, None))
    cached = fetch(a_source(server.url), tmp_path, None)
    cached.write_bytes(BODY[:-3])
    assert fetch(a_source(server.url), tmp_path, None).read_bytes() == BODY
    assert server.asked == 2


def test_two_failures_then_the_file(server, tmp_path):
    server.answer((503, b"later", None), (500, b"oops", None), (200, BODY, None))
    assert fetch(a_source(server.url), tmp_path, None, pauses_s=NO_PAUSE).read_bytes() == BODY
    assert server.asked == 3


def test_a_server_that_keeps_failing_is_given_up(server, tmp_path):
    server.answer((503, b"later", None))
    with pytest.raises(SourceUnreachableError) as given_up:
        fetch(a_source(server.url), tmp_path, None, pauses_s=NO_PAUSE)
    assert "503" in given_up.value.what()
    assert (server.asked, files_in(tmp_path)) == (3, [])


def test_a_truncated_body_is_tried_again(server, tmp_path):
    server.answer((200, BODY[:100], len(BODY)), (200, BODY, None))
    assert fetch(a_source(server.url, sha256=None), tmp_path, None, pauses_s=NO_PAUSE).read_bytes() == BODY


def test_a_body_that_stays_truncated_is_never_kept(server, tmp_path):
    server.answer((200, BODY[:100], len(BODY)))
    with pytest.raises(SourceUnreachableError) as given_up:
        fetch(a_source(server.url, sha256=None), tmp_path, None, pauses_s=NO_PAUSE)
    assert given_up.value.key == "district_source_unreachable"
    assert (server.asked, files_in(tmp_path)) == (3, [])


def test_wrong_bytes_are_refused_and_not_kept(server, tmp_path):
    server.answer((200, b"<html>Moved</html>", None))
    with pytest.raises(CommonsError) as refused:
        fetch(a_source(server.url), tmp_path, None)
    assert refused.value.key == "district_source_checksum"
    assert not isinstance(refused.value, SourceUnreachableError)
    assert (server.asked, files_in(tmp_path)) == (1, [])


def test_a_download_may_differ_where_the_source_says_so(server, tmp_path):
    server.answer((200, b"the same data, exported anew", None))
    kept = fetch(a_source(server.url, download_differs=True), tmp_path, None)
    assert kept.read_bytes() == b"the same data, exported anew"


def test_not_found_is_not_tried_again_and_says_what_to_do(server, tmp_path):
    server.answer((404, b"", None))
    with pytest.raises(SourceUnreachableError) as refused:
        fetch(a_source(server.url), tmp_path, None, pauses_s=NO_PAUSE)
    assert server.asked == 1
    for language in Language:
        assert "404" in refused.value.what(language)
        assert "s.csv" in refused.value.remedy(language)


def test_no_server_at_all(tmp_path):
    with closing(Server()) as gone:
        url = gone.url
    with pytest.raises(SourceUnreachableError) as unreachable:
        fetch(a_source(url), tmp_path, None, pauses_s=NO_PAUSE)
    assert "COMMONS_MIRROR" in str(unreachable.value)


def test_progress_is_told_up_to_the_announced_size_before_the_file_is_there(server, tmp_path):
    server.answer((200, BODY, None))
    told = []

    def progress(received, announced):
        told.append((received, announced))
        assert "s.csv" not in files_in(tmp_path)

    fetch(a_source(server.url), tmp_path, None, progress=progress)
    assert told[-1] == (len(BODY), len(BODY))
    assert [received for received, _ in told] == sorted(received for received, _ in told)


def test_of_a_zip_the_data_are_kept(server, tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("readme.txt", "notes")
        members.writestr("data/s.csv", BODY)
    server.answer((200, archive.getvalue(), None))
    assert fetch(a_source(server.url, download_differs=True), tmp_path, None).read_bytes() == BODY
    assert files_in(tmp_path) == ["s.csv", "s.csv.sha256"]
