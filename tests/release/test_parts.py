"""What a reader sees as one is held together by records that it sees; ids outlive their first source and lead on."""

from builders import SCHEMA_OF, make_dataset, make_record, names, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.release import released
from commons.vocabulary import Audience, Precision, Visibility


def decide(connection, one, other, verdict="same"):
    connection.execute(
        "INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, reason, decided_by, is_human)"
        " VALUES (least(%s::bigint, %s), greatest(%s::bigint, %s), %s, '{}', 't', true)",
        (one.record_id, other.record_id, one.record_id, other.record_id, verdict),
    )


def join(connection, record, alternative_id):
    """Move a record to another alternative, as a merge does."""
    connection.execute(
        "UPDATE commons.membership SET until_at = now() WHERE record_id = %s AND until_at IS NULL",
        (record.record_id,),
    )
    connection.execute(
        "INSERT INTO commons.membership (alternative_id, record_id) VALUES (%s, %s)",
        (alternative_id, record.record_id),
    )


def identity(database, audience=Audience.PUBLIC):
    schema, role = SCHEMA_OF[audience]
    shown = database.rows(f"SELECT name, public_id FROM {schema}.alternative", role)
    gone = database.rows(f"SELECT public_id FROM {schema}.tombstone", role)
    led = database.rows(f"SELECT public_id, to_public_id FROM {schema}.redirect", role)
    return dict(shown), {row[0] for row in gone}, dict(led)


def test_two_that_only_a_hidden_record_joins_are_shown_apart_to_whom_it_is_hidden(database):
    with database.connect() as connection:
        a, b = (make_dataset(connection, slug, open_terms()) for slug in "ab")
        kept = make_dataset(connection, "kept", open_terms(visibility=Visibility.PARTNERS))
        first = make_record(connection, a, name="first")
        second = make_record(connection, b, name="second")
        bridge = make_record(connection, kept, name="bridge")
        for end in (first, second):
            decide(connection, end, bridge)
            join(connection, end, bridge.alternative_id)
    assert names(Audience.PUBLIC) == names(Audience.RESEARCHERS) == ["first", "second"]
    assert names(Audience.PARTNERS) == ["first"]
    assert database.rows("SELECT * FROM commons.release_drift()") == []


def test_what_a_withdrawn_record_joined_falls_apart_at_its_withdrawal(database):
    with database.connect() as connection:
        a, b, c = (make_dataset(connection, slug, open_terms()) for slug in "abc")
        first, second = make_record(connection, a, name="first"), make_record(connection, b, name="second")
        bridge = make_record(connection, c, name="bridge", key="bridge")
        for end in (first, second):
            decide(connection, end, bridge)
            join(connection, end, bridge.alternative_id)
    assert names(Audience.PUBLIC) == ["first"]
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, c, record_key="bridge", withdrawn_by="x")
    assert names(Audience.PUBLIC) == ["first", "second"]
    with database.connect() as connection:
        decide(connection, first, second)
    assert names(Audience.PUBLIC) == ["first"]


def test_a_merged_id_leads_to_the_one_that_stays_and_comes_back_when_they_part(database):
    with database.connect() as connection:
        a, b = (make_dataset(connection, slug, open_terms()) for slug in "ab")
        first, second = make_record(connection, a, name="first"), make_record(connection, b, name="second")
    ids, _, _ = identity(database)
    with database.connect() as connection:
        decide(connection, first, second)
        join(connection, second, first.alternative_id)
    assert identity(database) == ({"first": ids["first"]}, set(), {ids["second"]: ids["first"]})
    with database.connect() as connection:
        connection.execute("UPDATE commons.match_decision SET retired_at = now()")
        join(connection, second, second.alternative_id)
    assert identity(database) == (ids, set(), {})


def test_an_id_outlives_the_source_that_it_began_with(database):
    with database.connect() as connection:
        fine = make_dataset(connection, "fine", open_terms())
        coarse = make_dataset(connection, "coarse", open_terms(precision=Precision.COMMUNE))
        first = make_record(connection, fine, name="fine", key="first")
        make_record(connection, coarse, alternative_id=first.alternative_id, name="coarse", key="second")
    ids, _, _ = identity(database)
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, fine, withdrawn_by="x")
    assert identity(database) == ({"coarse": ids["fine"]}, set(), {})
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, coarse, withdrawn_by="x")
    assert identity(database) == ({}, {ids["fine"]}, {})


def test_a_hidden_record_changes_no_id_when_it_comes_and_none_when_it_goes(database):
    with database.connect() as connection:
        a = make_dataset(connection, "a", open_terms())
        kept = make_dataset(connection, "kept", open_terms(visibility=Visibility.WITHHELD))
        hidden = make_record(connection, kept, name="hidden")
        shown = make_record(connection, a, name="shown", alternative_id=hidden.alternative_id)
    before = identity(database)
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.source_record SET gone_at = now() WHERE record_id = %s", (hidden.record_id,)
        )
        join(connection, shown, connection.execute(
            "INSERT INTO commons.alternative DEFAULT VALUES RETURNING alternative_id").fetchone()[0])  # fmt: skip
    assert identity(database) == before


def test_a_share_alike_record_is_never_made_into_one_with_what_only_partners_have(database):
    with database.connect() as connection:
        commons = make_dataset(connection, "osm", open_terms(licence="ODbL-1.0"))
        everyones = make_dataset(connection, "everyones", open_terms())
        ours = make_dataset(connection, "ours", open_terms(visibility=Visibility.PARTNERS))
        shared = make_record(connection, commons, name="shared alike", website="https://example.org")
        place = shared.alternative_id
        make_record(connection, everyones, name="for everyone", alternative_id=place)
        make_record(connection, ours, name="among us", alternative_id=place, phone="+3225550000")
    assert len(names(Audience.PUBLIC)) == len(names(Audience.RESEARCHERS)) == 1
    rows = released(Audience.PARTNERS).alternatives()
    assert sorted(rows["website"].notna()) == [False, True]
    assert rows.loc[rows["website"].notna(), "phone"].isna().all()
    assert sorted(map(tuple, rows["licences"])) == [("CC-BY-4.0",), ("ODbL-1.0",)]
    with database.connect() as connection:
        withdraw(connection, ours, withdrawn_by="x")
    assert len(names(Audience.PARTNERS)) == 1
    assert database.rows("SELECT * FROM commons.release_drift()") == []
