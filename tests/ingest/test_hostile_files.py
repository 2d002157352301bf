"""Files that attack: refused with a reason or stored without harm, nothing fetched, nothing written, nothing read of ours."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading

import pytest
from hostile import FILES, SECRET, Trap
from hostile_bytes import csv, endless_view, geojson, nested, zipped
from ods import cell, ods, repeated, row, sheet

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.release import released
from commons.vocabulary import Audience, Language, UploadMode
from ingest.read import vector
from ingest.upload import commit_upload, prepare_upload

KEPT = """
SELECT string_agg(v::text, '') FROM (
    SELECT to_jsonb(t) FROM commons.record_version t UNION ALL SELECT to_jsonb(t) FROM commons.set_aside_row t
    UNION ALL SELECT to_jsonb(t) FROM commons.upload t UNION ALL SELECT to_jsonb(t) FROM commons.notice t) x (v)
"""


@pytest.fixture(scope="module")
def ground(cluster, template, clone):
    """One database for all files of this module."""
    with clone(cluster, template) as database:
        yield database


@pytest.fixture(scope="module")
def listening():
    """Yield the address of a server, and the list of those who came to it."""
    came = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen():
        while True:
            try:
                visitor, _ = server.accept()
            except OSError:
                return
            came.append(visitor.recv(1000))
            visitor.close()

    threading.Thread(target=listen, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", came
    server.close()


@pytest.fixture
def trap(tmp_path, listening):
    secret = tmp_path / "secret.csv"
    secret.write_text(f"nom,latitude,longitude\n{SECRET},50.84,4.36\n", "utf-8")
    folder = tmp_path / "makers"
    folder.mkdir()
    return Trap(listening[0], secret, folder)


def tree(folder):
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*")}


@pytest.fixture
def upload(ground, tmp_path, monkeypatch):
    """Return a function that prepares and commits a file as the server does, from a folder of its own."""
    monkeypatch.setenv("DATABASE_URL", ground.url)
    for name in ("upload", "work", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    def run(content, name):
        path = tmp_path / "upload" / "3f2a"
        path.write_bytes(content)
        with connect(Role.INGEST) as connection:
            dataset = make_dataset(connection, None, open_terms())
        try:
            with connect(Role.INGEST) as connection:
                stored = commit_upload(
                    connection, dataset, prepare_upload(path, name), uploaded_by="t", mode=UploadMode.FULL
                ).stored
        except CommonsError as refused:
            told = [(refused.what(language), refused.remedy(language)) for language in Language]
            return refused.key if all(map(all, told)) and SECRET not in str(told) else told
        assert stored.rows_in == stored.new + stored.set_aside
        return stored.new, stored.set_aside

    return run


@pytest.mark.parametrize("kind", FILES)
def test_a_hostile_file_does_no_harm(kind, ground, upload, trap, listening, tmp_path):
    name, make, outcome = FILES[kind]
    content = make(trap)
    before = tree(tmp_path)
    assert upload(content, name) == outcome
    assert tree(tmp_path) == before | {"upload/3f2a": len(content)}
    assert not listening[1]
    with ground.admin() as connection:
        assert SECRET not in (connection.execute(KEPT).fetchone()[0] or "")
    json.loads(
        json.dumps(released(Audience.PUBLIC).alternatives()["name"].tolist()), parse_constant=pytest.fail
    )


def test_a_layer_that_never_ends_is_stopped(upload, trap, monkeypatch):
    monkeypatch.setattr(vector, "WORKER_SECONDS", 3)
    assert upload(endless_view(trap.folder), "a.gpkg") == "read_vector_broken"


@pytest.mark.parametrize("opening", ["[", '{"b": '], ids=["lists", "objects"])
def test_json_of_any_depth_is_read_or_refused(tmp_path, opening):
    closing = "]" if opening == "[" else "}"
    point = '{"type": "Point", "coordinates": [4.36, 50.84]}'
    path = tmp_path / "deep"
    seen = set()
    for depth in (*range(50, 1100, 50), 100_000):
        path.write_bytes(geojson(point, properties='"nom": "A", "a": ' + nested(opening, closing, depth)))
        try:
            seen.add(prepare_upload(path, "a.geojson").checked.rows_in)
        except CommonsError as refused:
            seen.add(refused.key)
    assert seen == {1, "read_json_too_deep"}


PEAK = """
import re, sys
from pathlib import Path
from commons.errors import CommonsError
from ingest.upload import prepare_upload
def peak_kb():  # ru_maxrss begins with that of whoever started the process
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak_kb()
try:
    prepare_upload(Path(sys.argv[1]), sys.argv[2]).checked
    key = "read"
except CommonsError as refused:
    key = refused.key
print(key, (peak_kb() - before) // 1024)
"""
MOST_MB = 200
"""What the reading of any of these may add to the process."""
HUGE_BYTES = 2 * 1024**3


def long_line(path):
    with path.open("wb") as file:
        for _ in range(HUGE_BYTES // 2**26):
            file.write(b"a" * 2**26)


def zeros(path):
    with path.open("wb") as file:
        file.write(csv("1,A,50.84,4.36"))
        file.truncate(HUGE_BYTES)


BULKY = {
    "line of 2 GB": ("a.csv", long_line, "read_line_too_long"),
    "zeros of 2 GB": ("a.csv", zeros, "read_not_text"),
    "xlsx bomb": (
        "a.xlsx",
        lambda path: path.write_bytes(zipped(("xl/workbook.xml", b"0" * 300_000_000))),
        "read_archive_unsafe",
    ),
    "ods bomb": (
        "a.ods",
        lambda path: path.write_bytes(
            ods(sheet(row(cell("nom")), repeated(row(repeated(cell("A"), 400)), 10**6)))
        ),
        "read_archive_unsafe",
    ),
    "json of 10 000 levels": (
        "a.geojson",
        lambda path: path.write_bytes(geojson("null", properties='"a": ' + nested("[", "]", 10_000))),
        "read_json_too_deep",
    ),
}


@pytest.mark.parametrize("kind", BULKY)
def test_a_huge_file_is_refused_in_little_memory(kind, tmp_path):
    name, make, key = BULKY[kind]
    path = tmp_path / "huge"
    make(path)
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(path), name],
        env={**os.environ, "COMMONS_MAX_UPLOAD_MB": "4096"},
        capture_output=True,
        text=True,
        check=True,
    )
    path.unlink()
    refused, added_mb = done.stdout.split()
    assert refused == key
    assert int(added_mb) < MOST_MB, added_mb
