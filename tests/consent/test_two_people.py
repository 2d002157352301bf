"""The database refuses what one person's name alone would open, whoever asks."""

from datetime import date

import psycopg
import pytest

from builders import make_dataset, make_deny, make_record, open_terms
from commons.consent.agreement import sign_agreement
from commons.database.connection import Role
from commons.vocabulary import Precision, Stance, Visibility

ALLOW = (
    "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by, approved_by,"
    " evidence_kind, valid_from, valid_until)"
    " VALUES (%s, %s, 'allow', 'public', '{existence}', '{display}', %s, %s, %s, now(), 'infinity')"
)
NOT_TWO = [
    ("Ann Peeters", None),
    ("Ann Peeters", ""),
    ("Ann Peeters", "Ann Peeters"),
    ("Ann Peeters", "  ann   PEETERS "),
    ("Ann Peeters", "A.n.n-Peeters"),
    ("Hélène", "He\N{COMBINING ACUTE ACCENT}le\N{COMBINING GRAVE ACCENT}ne"),
    ("Hélène", "HELENE"),
    ("ÉLODIE", "élodie"),
    ("Ann", "A\N{ZERO WIDTH SPACE}nn"),
    ("Ann", "\N{NO-BREAK SPACE}"),
    ("?", "!"),
    ("\N{FULLWIDTH LATIN CAPITAL LETTER A}nn", "ann"),
]


@pytest.fixture
def world(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms())
        record = make_record(connection, dataset, name="one", flags={})
    return dataset, record


@pytest.mark.parametrize(("one", "other"), NOT_TWO)
def test_one_person_is_one_person_however_the_name_is_written(unchanged_database, one, other):
    with unchanged_database.connect(Role.INGEST) as connection:
        asked = connection.execute(
            "SELECT commons.are_two(%s, %s), commons.are_two(%s, %s)", (one, other, other, one)
        )
        assert asked.fetchone() == (False, False)


def test_two_people_are_two(unchanged_database):
    with unchanged_database.connect(Role.INGEST) as connection:
        for one, other in [("Ann Peeters", "Jan Peeters"), ("Ω", "Я"), ("王芳", "李娜")]:
            assert connection.execute("SELECT commons.are_two(%s, %s)", (one, other)).fetchone() == (True,)


@pytest.mark.parametrize("role", [Role.INGEST, Role.ADMIN])
def test_an_allowance_takes_two_whoever_asks(database, world, role):
    dataset, record = world
    for approved_by in (None, "t", " T. "):
        with database.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(ALLOW, (dataset.dataset_id, record.record_id, "t", approved_by, "form"))
    with database.connect(role) as connection:
        connection.execute(ALLOW, (dataset.dataset_id, record.record_id, "t", "u", "form"))


def test_nobody_passes_for_a_files_flag_without_an_upload(database, world):
    dataset, record = world
    with database.connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(ALLOW, (dataset.dataset_id, record.record_id, "t", None, "import flag"))


def test_triggers_hold_for_a_session_that_replays(database, world):
    dataset, record = world
    with database.admin() as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(ALLOW, (dataset.dataset_id, record.record_id, "t", None, "form"))


def test_a_restriction_is_lifted_by_two_and_withdrawing_takes_one(database, world):
    dataset, record = world
    with database.connect() as connection:
        make_deny(connection, dataset, record.record_id, "partners")
    end = "UPDATE commons.consent SET ended_at = now(), ended_as = 'lifted', ended_by = %s, end_approved_by = %s WHERE effect = %s"
    for second in (None, "ANN"):
        with database.connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(end, ("Ann", second, "deny"))
    with database.connect(Role.INGEST) as connection:
        connection.execute(end, ("Ann", None, "allow"))
        connection.execute(end, ("Ann", "Bob", "deny"))


def test_what_a_file_restricts_another_file_may_open_within_the_agreement(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms())
        make_record(connection, dataset, flags={"precision": "commune"}, present=frozenset({"precision"}))
    with database.connect(Role.INGEST) as connection:
        ended = connection.execute(
            "UPDATE commons.consent SET ended_at = now(), ended_as = 'superseded', ended_by = 'upload' WHERE effect = 'coarsen'"
        )
        assert ended.rowcount == 2


CLOSED = {
    "visibility": Visibility.PARTNERS,
    "precision": Precision.COMMUNE,
    "contact": Visibility.WITHHELD,
    "statistics": False,
    "reuse": False,
    "stance": Stance.ASK,
    "valid_until": date(2090, 1, 1),
}
WIDER = {
    "visibility": Visibility.PUBLIC,
    "precision": Precision.NEIGHBOURHOOD,
    "contact": Visibility.PARTNERS,
    "statistics": True,
    "reuse": True,
    "stance": Stance.ALLOW,
    "valid_until": date(2090, 1, 2),
    "licence": "CC0-1.0",
}


@pytest.mark.parametrize("what", WIDER)
def test_an_agreement_that_opens_anything_takes_two(database, what):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms(**CLOSED))
    wider = open_terms(**CLOSED | {what: WIDER[what]})
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect(Role.INGEST) as connection:
        sign_agreement(connection, dataset, wider)
    with database.connect(Role.INGEST) as connection:
        sign_agreement(connection, dataset, wider, "Someone else")
    with database.connect(Role.INGEST) as connection:
        # Back to what was closed: one is enough, but for another licence, which is never narrower.
        sign_agreement(
            connection, dataset, open_terms(**CLOSED | ({what: WIDER[what]} if what == "licence" else {}))
        )


def test_the_first_agreement_and_one_after_a_gap_take_two(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect(Role.INGEST) as connection:
        sign_agreement(connection, dataset, open_terms())
    with database.connect(Role.INGEST) as connection:
        sign_agreement(connection, dataset, open_terms(), "Someone else")
    with database.connect(Role.INGEST) as connection:
        connection.execute("UPDATE commons.agreement SET ended_at = now()")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect(Role.INGEST) as connection:
        sign_agreement(connection, dataset, open_terms())


def test_an_agreement_that_has_run_out_opens_nothing_by_being_signed_again(database):
    with database.connect() as connection:
        dataset = make_dataset(
            connection, "list", open_terms(signed_on=date(2020, 1, 1), valid_until=date(2021, 1, 1))
        )
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect(Role.INGEST) as connection:
        sign_agreement(
            connection, dataset, open_terms(signed_on=date(2020, 1, 1), valid_until=date(2021, 1, 1))
        )


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE commons.agreement SET ended_at = 'infinity'",
        "UPDATE commons.agreement SET ended_at = now() - interval '1 day'",
        """INSERT INTO commons.agreement_term (agreement_id, audience, field_groups, purposes, precision)
           SELECT agreement_id, 'public', '{contact_person}', '{display}', 'exact' FROM commons.agreement""",
        """INSERT INTO commons.agreement (dataset_id, version, stance, licence, signed_by, signed_on, valid_from,
                                          valid_until, ended_at)
           SELECT dataset_id, 9, 'allow', 'CC0-1.0', 'x', signed_on, valid_from, valid_until, now()
             FROM commons.agreement""",
    ],
)
def test_there_is_no_way_round_by_dates_or_by_later_terms(database, attempt):
    with database.connect() as connection:
        make_dataset(connection, "list", open_terms())
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect(Role.INGEST) as connection:
        connection.execute(attempt)


def test_terms_that_come_before_the_check_is_deferred_again_are_checked_too(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms(**CLOSED))
    with database.connect(Role.INGEST) as connection:
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sign_agreement(connection, dataset, open_terms(**CLOSED | {"visibility": Visibility.PUBLIC}))


def test_a_proposal_is_decided_once_and_approved_by_another(database, world):
    dataset, _ = world
    with database.connect(Role.INGEST) as connection:
        connection.execute(
            "INSERT INTO commons.consent_proposal (dataset_id, wanted, lifts, proposed_by, evidence_kind)"
            " VALUES (%s, '{}', '{}', 'Ann', 'form')",
            (dataset.dataset_id,),
        )
    decide = "UPDATE commons.consent_proposal SET decided_at = now(), decision = %s, decided_by = %s"
    for attempt in (
        "UPDATE commons.consent_proposal SET wanted = '{\"a\": 1}'",
        "DELETE FROM commons.consent_proposal",
    ):
        with database.connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attempt)
    with database.connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(decide, ("approved", " ANN "))
    with database.connect(Role.INGEST) as connection:
        connection.execute(decide, ("approved", "Bob"))
    with database.connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(decide, ("refused", "Bob"))
