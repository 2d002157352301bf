"""Erasures beside uploads, merges, withdrawals and the sweep: no deadlock, and afterwards nothing of what was erased."""

import random
import threading
import time

import pandas as pd
import pytest

from builders import make_dataset, names, open_terms
from commons.audit import verify_audit
from commons.consent.erase import erase, forget_erased
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.release.upkeep import release_drift, sweep_release
from commons.vocabulary import Audience, UploadMode
from ingest.merge.merge import merge
from ingest.upload import commit_upload, prepare_upload

ROUNDS = 12
RECORDS = 8


def rows(change=""):
    return [
        {"id": str(n), "nom": f"Canari {n}", "lat": 50.83, "lon": 4.3 + n / 50, "note": change}
        for n in range(RECORDS)
    ]


@pytest.fixture
def lists(database, tmp_path):
    """Two lists of the same alternatives, uploaded and merged."""

    def upload(dataset, change=""):
        file = tmp_path / f"{dataset.slug}{threading.get_ident()}{time.monotonic_ns()}.csv"
        pd.DataFrame(rows(change)).to_csv(file, index=False)
        with connect(Role.INGEST) as connection:
            commit_upload(connection, dataset, prepare_upload(file), uploaded_by="t", mode=UploadMode.FULL)

    with connect(Role.INGEST) as connection:
        ours, theirs = (make_dataset(connection, slug, open_terms()) for slug in ("ours", "theirs"))
    upload(ours)
    upload(theirs)
    return ours, theirs, upload


def test_erasures_race_everything_else(database, lists):
    ours, theirs, upload = lists
    faults, chance = [], random.Random(1)

    def erase_one(key):
        with connect(Role.INGEST) as connection:
            erase(connection, ours, record_key=key, erased_by="An officer")
            if int(key) % 2:
                forget_erased(connection)

    def withdraw_one(key):
        with connect(Role.INGEST) as connection:
            withdraw(connection, theirs, record_key=key, withdrawn_by="x")

    def run(action, *arguments):
        time.sleep(chance.random() / 20)
        try:
            action(*arguments)
        except CommonsError as failure:
            if failure.key != "consent.no_record":
                faults.append(failure)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the test tells it
            faults.append(failure)

    def merge_all():
        with connect(Role.INGEST) as connection:
            merge(connection)

    def sweep():
        with connect(Role.INGEST) as connection:
            sweep_release(connection)

    for number in range(ROUNDS):
        key = str(number % RECORDS)
        actions = [
            (erase_one, key),
            (upload, ours, f"a{number}"),
            (upload, theirs, f"b{number}"),
            (merge_all,),
            (sweep,),
        ]
        if number % 2:
            actions.append((withdraw_one, key))
        threads = [
            threading.Thread(target=run, args=action) for action in chance.sample(actions, len(actions))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        assert not any(thread.is_alive() for thread in threads)
        assert faults == []
        with connect(Role.INGEST) as connection:
            assert release_drift(connection) == 0
    assert database.rows(
        "SELECT count(*) FROM commons.record_version JOIN commons.source_record USING (record_id)"
        " JOIN commons.dataset USING (dataset_id) WHERE slug = 'ours'"
    ) == [(0,)]
    withdrawn = {f"Canari {n % RECORDS}" for n in range(ROUNDS) if n % 2}
    assert set(names(Audience.PUBLIC)) == {f"Canari {n}" for n in range(RECORDS)} - withdrawn
    with connect(Role.INGEST) as connection:
        assert verify_audit(connection).fault is None
