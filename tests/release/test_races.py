"""A withdrawal beside an upload, a merge or an expiry: whoever commits last, nothing stays released without a live grant."""

import os
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
SHOWN_AND_DRIFTED = """
SELECT r.audience, r.alternative_id
  FROM commons.release_drift() drift
  JOIN commons.released_alternative r USING (audience, alternative_id)
 WHERE r.expires_at > clock_timestamp()
"""
INTERLEAVINGS = int(os.environ.get("COMMONS_INTERLEAVINGS", "80"))
TRIES = 3


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


def act(connection, rng, datasets, *, with_expiry=False):
    """Do one thing of those that happen at once: add, deny, merge, lift a deny, sweep, give a consent that soon ends."""
    dataset = rng.choice(datasets)
    records = [row[0] for row in connection.execute("SELECT record_id FROM commons.source_record ORDER BY 1")]
    alternatives = [row[0] for row in connection.execute("SELECT alternative_id FROM commons.alternative")]
    match rng.randint(1, 6 if with_expiry else 5):
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
                to = rng.choice(alternatives)
                connection.execute(
                    "INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, reason, decided_by,"
                    " is_human) SELECT least(record_id, %s), greatest(record_id, %s), 'same', '{}', 't', true"
                    " FROM commons.membership WHERE alternative_id = %s AND until_at IS NULL AND record_id <> %s"
                    " ON CONFLICT DO NOTHING",
                    (record, record, to, record),
                )
                connection.execute(
                    "INSERT INTO commons.membership (alternative_id, record_id) VALUES (%s, %s)", (to, record)
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
        case 6:
            connection.execute(
                "INSERT INTO commons.consent (dataset_id, record_id, upload_id, effect, audience, field_groups, purposes,"
                " precision, given_by, evidence_kind, valid_from, valid_until)"
                " SELECT dataset_id, record_id, max(upload_id), 'allow', 'public', enum_range(NULL::reference.field_group),"
                " '{display}', 'exact', 'x', 'import flag', now(), clock_timestamp() + interval '15 ms'"
                " FROM commons.record_version JOIN commons.source_record USING (record_id)"
                " WHERE record_id = %s GROUP BY dataset_id, record_id",
                (rng.choice(records),),
            )


def test_random_interleavings_leave_no_drift(database):
    """Four at once, each beginning and committing at a moment of its own; afterwards nothing is released without a grant."""
    ours, theirs, _, _ = world(database)
    failures = []

    def work(seed, begin, with_expiry):
        rng = random.Random(seed)
        begin.wait()
        for _ in range(TRIES):
            try:
                with database.admin() as connection:
                    time.sleep(rng.random() / 100)
                    act(connection, rng, [ours, theirs], with_expiry=with_expiry)
                    if rng.random() < 0.5:
                        connection.execute(RELEASE_NOW)
                    time.sleep(rng.random() / 100)
            except psycopg.errors.DeadlockDetected:
                continue  # told to the caller, and nothing of it done: tried again
            except psycopg.Error as failure:
                failures.append(failure)
            return
        failures.append(seed)

    with ThreadPoolExecutor(4) as pool, database.admin() as watching:
        for number in range(INTERLEAVINGS):
            begin = threading.Barrier(4)
            with_expiry = number % 4 == 0
            done = [pool.submit(work, number * 4 + n, begin, with_expiry) for n in range(4)]
            for one in done:
                one.result(timeout=60)
            assert failures == [], f"interleaving {number}"
            if with_expiry:  # what the clock ended is hidden by the views until the sweep
                assert watching.execute(SHOWN_AND_DRIFTED).fetchall() == [], f"interleaving {number}"
                sweep_release(watching)
            assert release_drift(watching) == 0, f"interleaving {number}"
            watching.commit()
