"""Two link runs at once, one beside an upload, one killed in the middle: nobody ever sees half of a merge."""

import multiprocessing
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from builders import make_dataset, make_record, open_terms
from commons.database.connection import Role, connect
from commons.partners import find_dataset
from commons.release.upkeep import release_drift
from commons.vocabulary import UploadMode
from ingest.merge.merge import merge
from ingest.upload import commit_upload, prepare_upload

PAIRS = 40
KILLS = int(os.environ.get("COMMONS_KILLS", "6"))
FORK = multiprocessing.get_context("fork")
SHOWN = "SELECT count(*) FROM released_public.alternative"
LINKED_AND_SHOWN = """
SELECT (SELECT count(*) FROM commons.match_decision WHERE retired_at IS NULL),
       (SELECT count(*) FROM commons.released_alternative WHERE audience = 'public')
"""
UNLINK = """
UPDATE commons.match_decision SET retired_at = now() WHERE retired_at IS NULL;
INSERT INTO commons.link_queue (record_ids) SELECT array_agg(record_id) FROM commons.source_record
"""


def entry(n):
    return {
        "name": f"Potager {chr(65 + n % 26)}{n}qua",
        "phone": f"+32 2 555 {n:04d}",
        "place": (4.32 + n * 0.0015, 50.83),
    }


@pytest.fixture
def lists(database):
    with database.connect() as connection:
        for slug in "ab":
            dataset = make_dataset(connection, slug, open_terms())
            for n in range(PAIRS):
                make_record(connection, dataset, key=str(n), **entry(n))
        make_dataset(connection, "c", open_terms())
    return database


def unlink(lists):
    with lists.connect() as connection:
        connection.execute(UNLINK)


def link(_=None):
    with connect(Role.INGEST) as connection:
        return merge(connection)


def csv_of(tmp_path):
    file = tmp_path / "c.csv"
    rows = (
        f"{n},{entry(n)['name']},{entry(n)['phone']},{entry(n)['place'][1]},{entry(n)['place'][0]}"
        for n in range(PAIRS)
    )
    file.write_text("id,nom,téléphone,latitude,longitude\n" + "\n".join(rows) + "\n", "utf-8")
    return file


def send(file):
    with connect(Role.INGEST) as connection:
        commit_upload(
            connection,
            find_dataset(connection, "c"),
            prepare_upload(file),
            uploaded_by="t",
            mode=UploadMode.FULL,
        )


def test_two_runs_at_once_beside_an_upload_show_each_state_whole(lists, tmp_path):
    file, seen, over = csv_of(tmp_path), set(), threading.Event()

    def watch():
        while not over.is_set():
            seen.add(lists.rows(SHOWN, Role.PUBLIC)[0][0])

    with ThreadPoolExecutor(4) as pool:
        watching = pool.submit(watch)
        done = [pool.submit(link), pool.submit(send, file), pool.submit(link)]
        try:
            results = [one.result(timeout=60) for one in done]
        finally:
            over.set()
        watching.result(timeout=10)
    assert sum(result.changed > 0 for result in results if result is not None) <= 1, (
        "the second found nothing left to do"
    )
    assert seen <= {2 * PAIRS, PAIRS}
    assert lists.rows(SHOWN, Role.PUBLIC) == [(PAIRS,)]
    with connect(Role.INGEST) as connection:
        assert merge(connection, everything=True).records_moved == 0
        assert release_drift(connection) == 0


def linking():
    try:
        link()
    except psycopg.Error:
        os._exit(1)
    os._exit(0)


def test_a_run_that_is_killed_leaves_all_apart_or_all_together(lists):
    rng = random.Random(1)
    link()
    unlink(lists)
    started = time.monotonic()
    link()
    lasts_s, interrupted = time.monotonic() - started, 0
    for turn in range(KILLS):
        unlink(lists)
        assert lists.rows(SHOWN, Role.PUBLIC) == [(2 * PAIRS,)]
        child = FORK.Process(target=linking)
        child.start()
        time.sleep(lasts_s * (turn + rng.random()) / KILLS)
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        # In one statement: the server process of the killed one may be committing at this moment.
        (found,) = lists.rows(LINKED_AND_SHOWN)
        assert found in {(0, 2 * PAIRS), (PAIRS, PAIRS)}
        interrupted += found[0] == 0
        link()
        assert lists.rows(SHOWN, Role.PUBLIC) == [(PAIRS,)]
        assert lists.rows("SELECT * FROM commons.release_drift()") == []
    assert interrupted
