"""An upload is killed, or the server under it, at random moments: what is there is the state before or the state after.

`COMMONS_KILLS=50 pytest tests/ingest/test_kill_upload.py` tries fifty moments; the suite a few.
"""

import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sending import confirmed

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.database.embedded import EmbeddedCluster
from commons.database.migrate import upgrade
from commons.districts.grid import grid_districts
from commons.districts.load import load_districts
from commons.errors import CommonsError
from commons.partners import find_dataset
from commons.release.upkeep import release_drift
from commons.vocabulary import UploadMode
from ingest.read import table
from ingest.upload import commit_upload, prepare_upload

KILLS = int(os.environ.get("COMMONS_KILLS", "6"))
ROWS = 600
FORK = multiprocessing.get_context("fork")
STATE = """
SELECT (SELECT count(*) FROM commons.upload), (SELECT coalesce(sum(rows_stored), 0)::int FROM commons.upload),
       (SELECT count(*) FROM commons.record_version), (SELECT count(*) FROM commons.record_version WHERE superseded_at IS NULL),
       (SELECT count(*) FROM commons.membership WHERE until_at IS NULL), (SELECT count(*) FROM released_public.alternative),
       (SELECT count(*) FROM commons.consent WHERE ended_at IS NULL), (SELECT count(*) FROM commons.audit_event WHERE action = 'upload')
"""


@pytest.fixture
def durable(monkeypatch):
    folder = Path(tempfile.mkdtemp(prefix="commons-test-"))
    folder.chmod(0o711)
    cluster = EmbeddedCluster(folder / "home", durable=True)
    try:
        cluster.start()
        monkeypatch.setenv("DATABASE_URL", cluster.url())
        monkeypatch.setattr(table, "CHUNK_ROWS", 100)
        upgrade(cluster.url())
        with connect(Role.ADMIN) as connection:
            connection.execute("SET ROLE commons_owner")
            load_districts(connection, grid_districts())
            connection.execute("RESET ROLE")
            make_dataset(connection, "a-list", open_terms())
        yield cluster
    finally:
        cluster.remove()
        shutil.rmtree(folder)


def write(file, number):
    """Write the list of the nth round: every name new, a tenth of the keys gone and as many come."""
    rows = (
        f"{key},nom {key} {number},50.8{key % 10},4.3{1 + key % 6},public"
        for key in range(number * 60, number * 60 + ROWS)
    )
    file.write_text("id,nom,latitude,longitude,visibilité\n" + "\n".join(rows), "utf-8")


def send(file):
    """Send the list, in a process of its own that may not live to see the end."""
    try:
        with connect(Role.INGEST) as connection:
            dataset, prepared = find_dataset(connection, "a-list"), prepare_upload(file)
            values = {"uploaded_by": "t", "mode": UploadMode.FULL}
            confirmed(connection, partial(commit_upload, connection, dataset, prepared), **values)
    except (psycopg.Error, CommonsError):
        os._exit(1)  # the server was killed
    os._exit(0)


def state():
    with connect(Role.ADMIN) as connection:
        return connection.execute(STATE).fetchone()


def expected(number, before):
    """Return the state after the nth list."""
    uploads, stored, versions, *_ = before
    return uploads + 1, stored + ROWS, versions + ROWS


def test_whatever_is_killed_and_when_the_state_is_the_one_before_or_after(durable, tmp_path):
    rng = random.Random(1)
    file, done, interrupted = tmp_path / "list.csv", 0, 0
    write(file, 0)
    started = time.monotonic()
    child = FORK.Process(target=send, args=(file,))
    child.start()
    child.join()
    lasts_s = time.monotonic() - started
    for kill in range(1, KILLS + 1):
        before = state()
        write(file, kill)
        child = FORK.Process(target=send, args=(file,))
        child.start()
        time.sleep(rng.uniform(0, 1.1 * lasts_s))
        os.kill(child.pid if kill % 2 else durable.status().pid, signal.SIGKILL)
        child.join()
        durable.start()
        deadline = time.monotonic() + 20
        while (
            (after := state()) != before
            and after[:3] != expected(kill, before)
            and time.monotonic() < deadline
        ):
            time.sleep(0.1)  # a client's server process notices its death a little later
        assert after == before or after[:3] == expected(kill, before)
        interrupted += after == before
        child = FORK.Process(target=send, args=(file,))
        child.start()
        child.join()
        assert child.exitcode == 0
        assert state()[:3] == expected(kill, before)
        done += 1
    assert done == KILLS
    assert interrupted > 0
    with connect(Role.INGEST) as connection:
        assert release_drift(connection) == 0
