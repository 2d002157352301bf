"""What is handed out is written down before it leaves, with whose values it held; nothing of it ever changes."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import psycopg
import pytest

from builders import SCHEMA_OF, make_dataset, make_record, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.errors import CommonsError
from commons.partners import find_dataset, find_partner
from commons.release import released
from commons.release.egress import handed_out, hold_release, note_egress
from commons.release.readers import give_login
from commons.vocabulary import Audience, EgressKind, Precision


@pytest.fixture
def world(database):
    with database.connect() as connection:
        fine = make_dataset(connection, "fine", open_terms())
        coarse = make_dataset(connection, "coarse", open_terms(precision=Precision.COMMUNE))
        shown = make_record(connection, fine, key="shown", flags={}, name="shown")
        make_record(connection, coarse, key="coarse", alternative_id=shown.alternative_id, name="too coarse")
        make_record(connection, fine, key="partners", flags={"visibility": "partners"}, name="for partners")
    return fine


def ids_of(audience, *names):
    frame = released(audience).alternatives()
    return frame[frame["name"].isin(names)]["public_id"].tolist()


def note(database, audience=Audience.PUBLIC, ids=(), partner=None, what="all of it, as CSV"):
    with database.connect(Role.INGEST) as connection:
        return note_egress(
            connection,
            audience,
            EgressKind.DOWNLOAD,
            what=what,
            public_ids=ids,
            content=b"the file",
            partner=partner,
        )


def record_id(database, key):
    return database.rows(f"SELECT record_id FROM commons.source_record WHERE partner_key = '{key}'")[0][0]


def held(database, key):
    with database.connect(Role.INGEST) as connection:
        return [
            (told.audience, told.partner, told.what)
            for told in handed_out(connection, [record_id(database, key)])
        ]


def test_it_is_kept_whose_values_were_handed_out_and_of_no_other(database, world):
    note(database, ids=ids_of(Audience.PUBLIC, "shown"))
    friend = find_partner_of(database, "coarse")
    note(
        database,
        Audience.PARTNERS,
        ids_of(Audience.PARTNERS, "shown", "for partners"),
        friend,
        "partners' list",
    )
    assert held(database, "shown") == [
        (Audience.PARTNERS, "Partner of coarse", "partners' list"),
        (Audience.PUBLIC, None, "all of it, as CSV"),
    ]
    assert held(database, "partners") == [(Audience.PARTNERS, "Partner of coarse", "partners' list")]
    assert held(database, "coarse") == []
    assert database.rows("SELECT DISTINCT sha256 FROM commons.egress") == [(sha256(b"the file").digest(),)]


def find_partner_of(database, slug):
    with database.connect(Role.INGEST) as connection:
        return find_partner(connection, f"partner-of-{slug}")


def test_it_is_still_known_after_the_withdrawal_and_after_the_record_left_the_alternative(database, world):
    note(database, ids=ids_of(Audience.PUBLIC, "shown"))
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, world, record_key="shown", withdrawn_by="x")
    with database.connect() as connection:
        connection.execute("UPDATE commons.membership SET until_at = now()")
    assert len(held(database, "shown")) == 1


def test_what_was_withdrawn_after_it_was_read_is_not_handed_out(database, world):
    ids = ids_of(Audience.PUBLIC, "shown")
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, world, withdrawn_by="x")
        withdraw(connection, find_dataset(connection, "coarse"), withdrawn_by="x")
    with pytest.raises(CommonsError) as told:
        note(database, ids=ids)
    assert told.value.key == "egress.changed"
    assert database.rows("SELECT * FROM commons.egress") == []


def withdraw_shown(database, dataset):
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="shown", withdrawn_by="x")


def test_what_is_read_and_noted_is_the_same_although_a_withdrawal_waits(database, world):
    with ThreadPoolExecutor(1) as pool:
        with database.connect(Role.INGEST) as connection:
            hold_release(connection)
            ids = ids_of(Audience.PUBLIC, "shown")
            withdrawal = pool.submit(withdraw_shown, database, world)
            with pytest.raises(TimeoutError):
                withdrawal.result(timeout=0.5)
            note_egress(
                connection,
                Audience.PUBLIC,
                EgressKind.FEED,
                what="page 1",
                public_ids=ids,
                content=b"its values",
            )
        withdrawal.result(timeout=10)
    assert held(database, "shown") == [(Audience.PUBLIC, None, "page 1")]


@pytest.mark.parametrize("audience", SCHEMA_OF)
def test_an_id_of_another_audience_is_no_id(database, world, audience):
    other = Audience.PARTNERS if audience is not Audience.PARTNERS else Audience.RESEARCHERS
    with pytest.raises(CommonsError):
        note(database, audience, ids_of(other, "shown"))


def test_of_nothing_nothing_is_written_down(database, world):
    note(database)
    assert database.rows("SELECT * FROM commons.egress") == []


def test_only_what_has_not_left_today_by_the_same_way_to_the_same_reader_is_written_down(database, world):
    shown = ids_of(Audience.PARTNERS, "shown")
    both = ids_of(Audience.PARTNERS, "shown", "for partners")
    coarse, fine = find_partner_of(database, "coarse"), find_partner_of(database, "fine")
    note(database, Audience.PARTNERS, shown, coarse)
    note(database, Audience.PARTNERS, both, coarse)
    note(database, Audience.PARTNERS, both, coarse)
    assert [
        len(ids) for (ids,) in database.rows("SELECT record_ids FROM commons.egress ORDER BY egress_id")
    ] == [1, 1]
    note(database, Audience.PARTNERS, both, fine)
    note(database, Audience.PARTNERS, both, coarse, what="another way")
    for audience in (Audience.PUBLIC, Audience.RESEARCHERS):
        note(database, audience, ids_of(audience, "shown"))
    assert len(held(database, "shown")) == 5
    assert len(held(database, "partners")) == 3


def test_a_named_partner_has_its_own_and_what_all_partners_have(database, world):
    friend = find_partner_of(database, "coarse")
    with pytest.raises(CommonsError):
        note(database, Audience.PARTNER, ids_of(Audience.PARTNERS, "shown"))
    with database.connect() as connection:
        give_login(connection, friend)
    note(database, Audience.PARTNER, ids_of(Audience.PARTNERS, "shown", "for partners"), friend)
    assert held(database, "partners") == [(Audience.PARTNER, "Partner of coarse", "all of it, as CSV")]


@pytest.mark.parametrize("role", [Role.INGEST, Role.ADMIN])
def test_the_ledger_only_grows_and_only_ingest_writes_it(database, world, role):
    note(database, ids=ids_of(Audience.PUBLIC, "shown"))
    for attempt in (
        "UPDATE commons.egress SET record_ids = '{}'",
        "DELETE FROM commons.egress",
        "TRUNCATE commons.egress",
    ):
        with database.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attempt)
    for reader in (Role.PUBLIC, Role.PARTNER, Role.RESEARCHER):
        for attempt in ("SELECT * FROM commons.egress", "INSERT INTO commons.egress DEFAULT VALUES"):
            with (
                database.connect(reader) as connection,
                pytest.raises(psycopg.Error, match=r"permission denied|read-only"),
            ):
                connection.execute(attempt)
