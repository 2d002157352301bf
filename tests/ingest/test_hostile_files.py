"""Files that attack: refused with a reason or stored without harm, nothing fetched, nothing written, nothing read of ours."""

import json
import socket
import tempfile
import threading

import pytest
from hostile import FILES, SECRET, Trap

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.release import released
from commons.vocabulary import Audience, Language
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
                    connection, dataset, prepare_upload(path, name), uploaded_by="t"
                ).stored
        except CommonsError as error:
            refused = error
        else:
            assert stored.rows_in == stored.new + stored.set_aside
            return stored.new, stored.set_aside
        assert all(refused.what(language) and refused.remedy(language) for language in Language)
        assert SECRET not in refused.what(Language.EN)
        return refused.key

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
