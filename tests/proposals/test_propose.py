"""What the public's login may write: through one function, within bounds, about what everyone sees; and nobody reads it."""

import threading
from dataclasses import asdict
from uuid import UUID, uuid4

import psycopg
import pytest
from proposing import addition, error, stored

from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.partners import find_dataset
from commons.proposals.queue import forget_proposals
from commons.proposals.send import PROPOSE, send, shown

READERS = [Role.PUBLIC, Role.PARTNER, Role.RESEARCHER]


def test_an_addition_and_an_error_are_kept_with_a_reference_that_counts_nothing(database, seen):
    references = {send(addition()), send(addition()), send(error(seen["shown"], contact="a@example.org"))}
    assert len(references) == 3
    rows = database.rows(
        "SELECT reference, kind, language, contact FROM commons.proposal ORDER BY received_at"
    )
    assert {row[0] for row in rows} == references
    assert [row[1:] for row in rows] == [("addition", "fr", None)] * 2 + [("error", "nl", "a@example.org")]
    assert database.rows("SELECT cardinality(record_ids) FROM commons.proposal WHERE kind = 'error'") == [
        (1,)
    ]


@pytest.mark.parametrize("which", ["withheld", "partners", "nowhere"])
def test_what_is_hidden_is_answered_like_what_never_was(database, seen, which):
    public_id = seen.get(which, uuid4())
    assert shown(str(public_id)) is None
    assert send(error(public_id)) is None
    assert stored(database) == 0


def test_what_is_withdrawn_is_answered_so_at_once(database, seen):
    with connect(Role.INGEST) as connection:
        assert shown(str(seen["shown"]))["name"] == "Shown"
        withdraw(connection, find_dataset(connection, "voisins"), withdrawn_by="someone")
    assert shown(str(seen["shown"])) is None
    assert send(error(seen["shown"])) is None


@pytest.mark.parametrize(
    "text", ["", "x", "'; DROP TABLE commons.proposal; --", "\x00", "0" * 40, "(select 1)"]
)
def test_an_id_that_is_none_finds_nothing(unchanged_database, text):
    assert shown(text) is None


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT * FROM commons.proposal",
        "SELECT reference FROM commons.proposal",
        "SELECT count(*) FROM commons.proposal",
        "INSERT INTO commons.proposal (reference, kind, language, record_ids) VALUES ('x', 'addition', 'fr', '{}')",
        "UPDATE commons.proposal SET decision = 'accepted'",
        "DELETE FROM commons.proposal",
        "SELECT commons.forget_proposals()",
        "COPY commons.proposal TO STDOUT",
        "CREATE FUNCTION released_public.propose(text) RETURNS text LANGUAGE sql RETURN 'x'",
    ],
)
def test_no_reader_reads_or_changes_the_queue(unchanged_database, role, attempt):
    with connect(role) as connection:
        connection.read_only = False
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attempt)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.RESEARCHER, Role.INGEST])
def test_only_the_publics_login_may_propose(unchanged_database, role):
    with connect(role) as connection:
        connection.read_only = False
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(PROPOSE, asdict(addition()))


OUT_OF_BOUNDS = [
    {"kind": "other"}, {"kind": None}, {"language": "xx"}, {"name": None}, {"name": "x" * 201}, {"address": "x" * 301},
    {"address": None}, {"description": "x" * 2001}, {"why": "x" * 1001}, {"website": "x" * 301}, {"contact": "x" * 255},
    {"category": "x" * 51}, {"told": "x"}, {"about": UUID(int=7)}, {"lon": 4.35}, {"lon": 4.35, "lat": float("nan")},
    {"lon": float("inf"), "lat": 50.8}, {"lon": 40, "lat": 50.8}, {"description": "a\x1b[31mb"}, {"name": "a\u202eb"},
    {"why": "a\x9bb"},
]  # fmt: skip


@pytest.mark.parametrize("change", OUT_OF_BOUNDS, ids=[str(change)[:40] for change in OUT_OF_BOUNDS])
def test_the_database_itself_holds_the_bounds_and_quotes_nothing(database, change):
    values = asdict(addition(contact="secret@example.org")) | change
    with connect(Role.PUBLIC) as connection:
        connection.read_only = False
        with pytest.raises(psycopg.errors.CheckViolation) as told:
            connection.execute(PROPOSE, values)
    said = [getattr(told.value.diag, part) for part in dir(told.value.diag) if not part.startswith("_")]
    assert "secret" not in "\n".join(map(str, said))
    assert stored(database) == 0


@pytest.mark.parametrize(
    "change", [{"field": "x"}, {"field": None}, {"told": None}, {"name": "x"}, {"told": "x" * 1001}]
)
def test_an_error_has_a_field_and_what_is_right(database, seen, change):
    values = asdict(error(seen["shown"])) | change
    with connect(Role.PUBLIC) as connection:
        connection.read_only = False
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(PROPOSE, values)


def fill(database, count, age, *, decided=False, mark="old"):
    """Put so many proposals of that age into the table."""
    with database.admin() as connection:
        connection.execute(
            "INSERT INTO commons.proposal (reference, kind, language, received_at, record_ids, name, address, decided_at,"
            " decision, decided_by) SELECT %s || n, 'addition', 'fr', now() - %s::interval, '{}'::bigint[], 'x', 'y',"
            " CASE WHEN %s THEN now() END, CASE WHEN %s THEN 'refused' END, CASE WHEN %s THEN 't' END"
            " FROM generate_series(1, %s) n",
            (mark, age, decided, decided, decided, count),
        )


def test_a_flood_is_stopped_within_the_hour_whatever_is_decided(database):
    fill(database, 999, "10 minutes", decided=True)
    send(addition())
    with pytest.raises(CommonsError) as told:
        send(addition())
    assert told.value.key == "proposal.full"
    assert stored(database) == 1000


def test_a_slow_flood_is_stopped_by_what_waits(database):
    fill(database, 19_999, "2 days")
    send(addition())
    with pytest.raises(CommonsError):
        send(addition())
    with database.admin() as connection:
        connection.execute("UPDATE commons.proposal SET decided_at = now(), decision = 'refused', decided_by = 't'"
                           " WHERE reference = 'old1'")  # fmt: skip
    assert send(addition())


def test_many_at_once_are_not_each_the_last(database):
    fill(database, 995, "1 minute")
    outcomes = []

    def one():
        try:
            outcomes.append(send(addition()) is not None)
        except CommonsError:
            outcomes.append(False)

    threads = [threading.Thread(target=one) for _ in range(16)]
    [thread.start() for thread in threads]
    [thread.join(timeout=60) for thread in threads]
    assert sorted(outcomes) == [False] * 11 + [True] * 5
    assert stored(database) == 1000


def test_within_one_transaction_the_bound_holds_too(database):
    with connect(Role.PUBLIC) as connection:
        connection.read_only = False
        for _ in range(1000):
            connection.execute(PROPOSE, asdict(addition()))
        with pytest.raises(psycopg.errors.ProgramLimitExceeded):
            connection.execute(PROPOSE, asdict(addition()))


def test_after_twelve_months_it_is_gone_decided_or_not(database):
    fill(database, 2, "12 months 1 day", mark="waits")
    fill(database, 3, "12 months 1 day", decided=True, mark="decided")
    fill(database, 1, "11 months")
    with connect(Role.INGEST) as connection:
        assert forget_proposals(connection) == 5
    assert stored(database) == 1


def test_a_decided_proposal_cannot_hold_an_address_and_is_only_decided(database):
    send(addition(contact="a@example.org"))
    decided = "UPDATE commons.proposal SET decided_at = now(), decision = 'refused', decided_by = 't'"
    with connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(decided)
    with connect(Role.INGEST) as connection:
        connection.execute(f"{decided}, contact = NULL")
    for attempt in ("UPDATE commons.proposal SET told = 'x'", "DELETE FROM commons.proposal"):
        with connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attempt)


def test_what_it_said_stays_in_no_statistics(database):
    send(addition(contact="zqcontact@example.org", description="zqdescription"))
    with database.admin() as connection:
        connection.execute("ANALYZE commons.proposal")
        told = connection.execute("SELECT s::text FROM pg_stats s WHERE tablename = 'proposal'").fetchall()
    assert told
    assert "zq" not in str(told)
