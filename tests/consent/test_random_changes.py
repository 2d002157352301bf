"""In random worlds: one person's word never opens anything to anybody; two people's open no more than is wanted."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from worlds import make_world, read_places, store_worlds

from builders import make_dataset, make_record, names, open_terms
from commons.consent import Wanted, Word, approve, decide, set_consent
from commons.consent.agreement import agreement_in_force
from commons.consent.cells import SPOKEN_OF
from commons.consent.record_change import opens_anything, permissions
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.partners import find_dataset
from commons.vocabulary import Audience, Precision, Visibility

WORLDS = 25
ANN = Word(given_by="Ann")


def make_wanted(rng):
    return Wanted(
        visibility=rng.choice(list(Visibility)), precision=rng.choice(list(Precision)), contact=rng.choice(list(Visibility)),
        statistics=rng.random() < 0.5, reuse=rng.random() < 0.5, licence=rng.choice([None, None, "CC0-1.0"]),
    )  # fmt: skip


@pytest.fixture(scope="module")
def ground(cluster, template, clone):
    with clone(cluster, template) as database, database.admin() as connection:
        places, ids = read_places(connection)
        store_worlds(connection, [make_world(seed, places) for seed in range(1, WORLDS + 1)], ids)
        connection.commit()
        yield connection


def test_one_opens_nothing_and_two_no_more_than_is_wanted(ground):
    rng = random.Random(7)
    records = ground.execute(
        "SELECT r.record_id, r.partner_key, d.slug FROM commons.source_record r JOIN commons.dataset d USING (dataset_id)"
        " WHERE r.gone_at IS NULL ORDER BY 1"
    ).fetchall()
    opened = closed = 0
    for record_id, key, slug in records:
        dataset, wanted = find_dataset(ground, slug), make_wanted(rng)
        before = permissions(ground, record_id)
        if agreement_in_force(ground, dataset) is None:
            assert before == {}
            continue
        change = set_consent(ground, dataset, wanted, ANN, record_key=key)
        after = permissions(ground, record_id)
        assert not opens_anything(before, after)
        closed += after != before
        for (reader, purpose), permission in after.items():
            spoken = {(group, purpose) for group in permission.groups} & SPOKEN_OF
            assert spoken <= wanted.cells(reader.audience)
        if not change.widens:
            continue
        opened += 1
        approve(ground, change.proposal_id, approved_by="Bob")
        final = permissions(ground, record_id)
        assert opens_anything(after, final)
        for (reader, purpose), permission in final.items():
            assert {(group, purpose) for group in permission.groups} & SPOKEN_OF <= wanted.cells(
                reader.audience
            )
            assert list(Precision).index(permission.precision) >= list(Precision).index(wanted.precision)
        # Said again, there is nothing left to do.
        again = set_consent(ground, dataset, wanted, ANN, record_key=key)
        assert (again.narrows, again.widens) == (False, False)
    ground.commit()
    assert opened > WORLDS / 4
    assert closed > WORLDS / 4
    assert ground.execute("SELECT * FROM commons.release_drift()").fetchall() == []


def closed_and_proposed(database, number=0):
    """Return a dataset whose record someone closed, and the proposal to open it again."""
    with database.connect() as connection:
        dataset = make_dataset(connection, f"list-{number}", open_terms())
        make_record(connection, dataset, key="key", name=f"n{number}", flags={})
    closed = Wanted(
        visibility=Visibility.WITHHELD, precision=Precision.EXACT, contact=Visibility.WITHHELD, statistics=True, reuse=True
    )  # fmt: skip
    with database.connect(Role.INGEST) as connection:
        set_consent(connection, dataset, closed, ANN, record_key="key")
        wanted = Wanted(**{**vars(closed), "visibility": Visibility.PUBLIC})
        return dataset, set_consent(connection, dataset, wanted, ANN, record_key="key").proposal_id


def withdraw_key(database, dataset):
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="key", withdrawn_by="the person")


def approve_key(database, proposal_id):
    with database.connect(Role.INGEST) as connection:
        approve(connection, proposal_id, approved_by="Bob")


def test_a_withdrawal_between_an_approvals_check_and_its_change_is_not_lifted(database, monkeypatch):
    dataset, proposal_id = closed_and_proposed(database)
    check = decide._check_open

    def check_then_wait(*args):
        checked = check(*args)
        withdraw_key(database, dataset)
        return checked

    monkeypatch.setattr(decide, "_check_open", check_then_wait)
    approve_key(database, proposal_id)
    assert names(Audience.PARTNERS) == []


def test_a_withdrawal_beside_an_approval_holds_whoever_commits_first(database):
    for number in range(12):
        dataset, proposal_id = closed_and_proposed(database, number)

        def approve_it(proposal_id=proposal_id):
            approve_key(database, proposal_id)

        def withdraw_it(dataset=dataset):
            withdraw_key(database, dataset)

        with ThreadPoolExecutor(2) as pool:
            works = [
                pool.submit(work)
                for work in ((approve_it, withdraw_it) if number % 2 else (withdraw_it, approve_it))
            ]
            failures = [work.exception(timeout=30) for work in works]
        assert {failure.key for failure in failures if failure} <= {"consent.overtaken"}
        assert names(Audience.PARTNERS) == []
    assert database.rows("SELECT * FROM commons.release_drift()") == []
