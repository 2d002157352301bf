"""Check 36, small: the server is killed in the middle of withdrawals; none that was acknowledged is lost, nor half of one kept."""

import os
import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest

from builders import make_dataset, make_record, names, open_terms
from commons.audit import verify_audit
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.database.embedded import EmbeddedCluster
from commons.database.migrate import upgrade
from commons.districts.grid import grid_districts
from commons.districts.load import load_districts
from commons.errors import CommonsError
from commons.partners import find_dataset
from commons.release.upkeep import release_drift
from commons.safekeeping.ledger import read_ledger
from commons.safekeeping.note import noted_heads
from commons.vocabulary import Audience

KILLS = 5
WORKERS = 4
RECORDS = 400


@pytest.fixture
def durable(monkeypatch):
    """A cluster that survives a power cut, with a list of records that everybody sees."""
    folder = Path(tempfile.mkdtemp(prefix="commons-test-"))
    folder.chmod(0o711)
    cluster = EmbeddedCluster(folder / "home", durable=True)
    try:
        cluster.start()
        monkeypatch.setenv("DATABASE_URL", cluster.url())
        upgrade(cluster.url())
        with connect(Role.ADMIN) as connection:
            connection.execute("SET ROLE commons_owner")
            load_districts(connection, grid_districts())
            connection.execute("RESET ROLE")
            dataset = make_dataset(connection, "a-list", open_terms())
            for number in range(RECORDS):
                make_record(connection, dataset, key=str(number), name=f"name {number}")
        yield cluster
    finally:
        cluster.remove()
        shutil.rmtree(folder)


def withdraw_all(mine, acknowledged):
    """Withdraw records one by one until the server dies; note each of which the commit came back."""
    for key in mine:
        if key in acknowledged:
            continue
        try:
            with connect(Role.INGEST) as connection:
                withdraw(connection, find_dataset(connection, "a-list"), record_key=key, withdrawn_by="x")
        except (psycopg.OperationalError, CommonsError):
            return
        acknowledged.add(key)


def test_no_acknowledged_withdrawal_is_lost_when_the_server_is_killed(durable):
    keys = [str(number) for number in range(RECORDS)]
    acknowledged = set()
    for _ in range(KILLS):
        at_first = len(acknowledged)
        workers = [
            threading.Thread(target=withdraw_all, args=(keys[n::WORKERS], acknowledged))
            for n in range(WORKERS)
        ]
        for worker in workers:
            worker.start()
        deadline = time.monotonic() + 30
        while len(acknowledged) < at_first + 5 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(durable.status().pid, signal.SIGKILL)
        for worker in workers:
            worker.join()
        durable.start()
        with connect(Role.ADMIN) as connection:
            known = {
                key
                for (key,) in connection.execute(
                    "SELECT partner_key FROM commons.withdrawal JOIN commons.source_record USING (record_id)"
                )
            }
            noted = {entry.uid for entry in read_ledger().entries}
            assert {uid for (uid,) in connection.execute("SELECT uid FROM commons.withdrawal")} <= noted
        with connect(Role.INGEST) as connection:
            assert release_drift(connection) == 0
            assert verify_audit(connection, noted_heads(connection)).fault is None
        assert at_first < len(acknowledged) < RECORDS
        assert acknowledged <= known
        assert {f"name {key}" for key in keys} - set(names(Audience.PUBLIC)) == {
            f"name {key}" for key in known
        }
