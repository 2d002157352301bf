"""A withdrawal beside an upload, a merge or an expiry: whoever commits last, nothing stays released without a live grant."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from builders import make_dataset, make_deny, make_record, names, open_terms
from commons.release.upkeep import release_drift, sweep_release
from commons.vocabulary import Audience

RELEASE_NOW = "SET CONSTRAINTS ALL IMMEDIATE"


def world(database):
    with database.connect() as connection:
        ours, theirs = (make_dataset(connection, slug, open_terms()) for slug in ("ours", "theirs"))
        record = make_record(connection, ours, name="ours", flags={})
        other = make_record(connection, theirs, name="theirs", flags={})
    return ours, theirs, record, other


def withdraw(database, dataset, record_id=None):
    with database.admin() as connection:
        make_deny(connection, dataset, record_id, "partner")


def waits(work):
    """Tell whether the work, begun now, still waits after a moment."""
    time.sleep(0.3)
    return not work.done()


def test_a_dataset_withdrawn_beside_an_upload_takes_the_uploads_rows_too(database):
    ours, _, _, _ = world(database)
    with ThreadPoolExecutor(1) as pool:
        with database.admin() as uploading:
            make_record(uploading, ours, name="added meanwhile", flags={})
            uploading.execute(RELEASE_NOW)
            withdrawal = pool.submit(withdraw, database, ours)
            assert waits(withdrawal)
        withdrawal.result(timeout=10)
    assert names(Audience.PUBLIC) == names(Audience.PARTNERS) == ["theirs"]


def test_a_record_withdrawn_beside_a_merge_is_gone_from_where_it_went(database):
    ours, _, record, other = world(database)
    with ThreadPoolExecutor(1) as pool:
        with database.admin() as merging:
            merging.execute(
                "UPDATE commons.membership SET until_at = now() WHERE record_id = %s", (record.record_id,)
            )
            merging.execute(
                "INSERT INTO commons.membership (alternative_id, record_id) VALUES (%s, %s)",
                (other.alternative_id, record.record_id),
            )
            merging.execute(RELEASE_NOW)
            withdrawal = pool.submit(withdraw, database, ours, record.record_id)
            assert waits(withdrawal)
        withdrawal.result(timeout=10)
    assert names(Audience.PUBLIC) == ["theirs"]
    assert database.rows("SELECT * FROM commons.release_drift()") == []


def test_an_upload_begun_before_a_withdrawal_does_not_open_what_it_closed(database):
    ours, _, _, _ = world(database)
    with database.admin() as uploading:
        make_record(uploading, ours, name="added meanwhile", flags={})
        withdraw(database, ours)
    assert names(Audience.PUBLIC) == ["theirs"]


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_change_that_could_not_see_its_neighbours_is_refused(database, level):
    ours, _, _, _ = world(database)
    with database.admin() as connection:
        connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        make_record(connection, ours)
        with pytest.raises(psycopg.errors.ActiveSqlTransaction):
            connection.execute(RELEASE_NOW)


def act(connection, rng, datasets):
    """Do one thing of those that people do at once: add, deny, merge, lift a deny, sweep."""
    dataset = rng.choice(datasets)
    records = [row[0] for row in connection.execute("SELECT record_id FROM commons.source_record ORDER BY 1")]
    alternatives = [row[0] for row in connection.execute("SELECT alternative_id FROM commons.alternative")]
    match rng.randint(1, 5):
        case 1:
            make_record(connection, dataset, name=f"name {rng.random()}", flags={}, key=f"k{rng.random()}")
        case 2:
            make_deny(connection, dataset, None if rng.random() < 0.2 else rng.choice(records), "partners")
        case 3:
            record = rng.choice(records)
            moved = connection.execute(
                "UPDATE commons.membership SET until_at = now() WHERE record_id = %s AND until_at IS NULL RETURNING 1",
                (record,),
            ).fetchone()
            if moved:
                connection.execute(
                    "INSERT INTO commons.membership (alternative_id, record_id) VALUES (%s, %s)",
                    (rng.choice(alternatives), record),
                )
        case 4:
            connection.execute(
                "UPDATE commons.consent SET ended_at = now(), ended_as = 'withdrawn', ended_by = 'x',"
                " end_approved_by = 'y'"
                " WHERE record_id = %s AND effect = 'deny' AND ended_at IS NULL",
                (rng.choice(records),),
            )
        case 5:
            sweep_release(connection)


def test_random_interleavings_leave_no_drift_and_no_deadlock_unhandled(database):
    ours, theirs, _, _ = world(database)
    failures = []

    def work(seed):
        rng = random.Random(seed)
        for _ in range(10):
            try:
                with database.admin() as connection:
                    act(connection, rng, [ours, theirs])
                    if rng.random() < 0.5:
                        connection.execute(RELEASE_NOW)
                        time.sleep(rng.random() / 100)
            except psycopg.errors.DeadlockDetected:
                continue  # told to the caller, and nothing of it done: to be tried again
            except psycopg.Error as failure:
                failures.append(failure)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert failures == []
    with database.admin() as connection:
        assert release_drift(connection) == 0
