"""What each audience may see, read as that audience's own role after a real commit."""

from datetime import date, timedelta

import psycopg
import pytest

from builders import MATONGE, make_dataset, make_deny, make_record, names, open_terms
from commons.calendar import today
from commons.database.connection import Role
from commons.release import released
from commons.release.upkeep import release_drift, sweep_release
from commons.vocabulary import Audience, Precision, Stance, Visibility

EVERYONE = (Audience.PUBLIC, Audience.PARTNERS, Audience.RESEARCHERS)


def seen_by():
    return {audience for audience in EVERYONE if names(audience)}


def only_row(audience):
    frame = released(audience).alternatives()
    assert len(frame) == 1
    return frame.iloc[0]


def test_no_agreement_nothing_released_whatever_the_flags_say(database):
    with database.connect() as connection:
        make_record(connection, make_dataset(connection), flags={})
    assert seen_by() == set()


@pytest.mark.parametrize("precision", [Precision.EXACT, Precision.COMMUNE])
@pytest.mark.parametrize("place", [(4.399, 50.717), (4.237, 50.736), (4.425, 50.928)])
def test_what_lies_outside_the_region_is_neither_released_nor_counted(database, place, precision):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms(precision=precision))
        record = make_record(connection, dataset, place=place, flags={})
    assert seen_by() == set()
    countable = f"SELECT * FROM commons.countable(ARRAY[{record.record_id}::bigint], now())"
    assert database.rows(countable) == []


def test_an_agreement_that_asks_releases_nothing_of_a_silent_record(database):
    with database.connect() as connection:
        make_record(connection, make_dataset(connection, terms=open_terms(stance=Stance.ASK)))
    assert seen_by() == set()


def test_an_agreement_that_allows_releases_a_silent_record_to_everyone(database):
    with database.connect() as connection:
        make_record(connection, make_dataset(connection, terms=open_terms()))
    assert seen_by() == set(EVERYONE)


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [("public", set(EVERYONE)), ("partners", {Audience.PARTNERS}), ("withheld", set()), (None, set())],
)
@pytest.mark.parametrize("stance", Stance)
def test_a_records_visibility_decides_who_sees_it(database, visibility, expected, stance):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms(stance=stance))
        make_record(connection, dataset, flags={"visibility": visibility})
    assert seen_by() == expected


def test_a_record_cannot_open_what_the_agreement_does_not(database):
    with database.connect() as connection:
        terms = open_terms(visibility=Visibility.PARTNERS, precision=Precision.NEIGHBOURHOOD)
        make_record(connection, make_dataset(connection, terms=terms), flags={})
    assert seen_by() == {Audience.PARTNERS}
    assert only_row(Audience.PARTNERS)["precision"] == "neighbourhood"


@pytest.mark.parametrize("precision", ["sector", "neighbourhood", "commune"])
def test_a_coarse_place_is_a_function_of_the_district_only(database, precision):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, flags={"precision": precision}, street="rue Cachée", postcode="1050")
        make_record(
            connection,
            dataset,
            flags={"precision": precision},
            place=(MATONGE[0], MATONGE[1] - 0.0004),
            street="autre",
        )
    frame = released(Audience.PUBLIC).alternatives()
    assert frame.geometry.iloc[0] == frame.geometry.iloc[1]
    assert frame["uncertainty_m"].min() > 50
    for derived in ("street", "postcode", "house_number", "municipality"):
        assert frame[derived].isna().all()
    assert frame["sector"].isna().all() == (precision != "sector")
    assert frame["neighbourhood"].isna().all() == (precision == "commune")
    assert (frame["commune"] == "21009").all()


def test_exact_place_keeps_its_address(database):
    with database.connect() as connection:
        make_record(
            connection, make_dataset(connection, terms=open_terms()), street="rue Longue", place=MATONGE
        )
    row = only_row(Audience.PUBLIC)
    assert (row.geometry.x, row.geometry.y) == MATONGE
    assert (row["street"], row["precision"], row["uncertainty_m"]) == ("rue Longue", "exact", 0)


def test_a_sensitive_category_is_shown_to_its_neighbourhood_unless_its_record_says_exact(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, category="shelter", name="silent")
        make_record(connection, dataset, category="shelter", name="said", flags={"precision": "exact"})
    frame = released(Audience.PUBLIC).alternatives().set_index("name")
    assert frame.loc["silent", "precision"] == "neighbourhood"
    assert frame.loc["said", "precision"] == "exact"


def test_contact_follows_its_own_flag_and_a_persons_contact_never_follows_a_partners_word(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(
            connection,
            dataset,
            phone="+3225550101",
            contact_email="p@example.org",
            flags={"contact": "partners"},
        )
    assert only_row(Audience.PUBLIC)["phone"] is None
    assert only_row(Audience.PARTNERS)["phone"] == "+3225550101"
    assert {only_row(audience)["contact_email"] for audience in EVERYONE} == {None}


def test_statistics_and_reuse_are_not_implied_by_display(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, flags={"statistics": False, "reuse": False})
    row = only_row(Audience.PUBLIC)
    assert not row["counted"]
    assert not row["reusable"]


def test_no_link_rule_a_coarser_sources_text_is_not_pinned_on_a_finer_point(database):
    with database.connect() as connection:
        fine = make_dataset(connection, "fine", open_terms())
        coarse = make_dataset(connection, "coarse", open_terms(precision=Precision.COMMUNE))
        first = make_record(connection, fine, name="exact name")
        make_record(
            connection,
            coarse,
            alternative_id=first.alternative_id,
            name="commune name",
            description="told coarsely",
        )
    row = only_row(Audience.PUBLIC)
    assert (row["name"], row["description"]) == ("exact name", None)
    assert row["attributions"] == ["© fine"]
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.agreement SET ended_at = now() WHERE dataset_id = %s", (fine.dataset_id,)
        )
    row = only_row(Audience.PUBLIC)
    assert (row["name"], row["description"], row["precision"]) == ("commune name", "told coarsely", "commune")
    assert row["attributions"] == ["© coarse"]


def test_each_field_is_of_the_first_permitted_source_and_attributed(database):
    with database.connect() as connection:
        preferred = make_dataset(connection, "a-preferred", open_terms())
        other = make_dataset(connection, "b-other", open_terms(licence="CC0-1.0"))
        first = make_record(connection, preferred, name="preferred", website=None)
        make_record(
            connection,
            other,
            alternative_id=first.alternative_id,
            name="other",
            website="https://other.example.org",
        )
    row = only_row(Audience.PUBLIC)
    assert (row["name"], row["website"]) == ("preferred", "https://other.example.org")
    assert row["provenance"]["name"] == "a-preferred"
    assert row["provenance"]["website"] == "b-other"
    assert row["licences"] == ["CC-BY-4.0", "CC0-1.0"]
    assert row["attributions"] == ["© a-preferred", "© b-other"]


def test_a_source_that_shows_nothing_leaves_no_trace(database):
    def world(with_hidden):
        with database.connect() as connection:
            shown = make_dataset(connection, "shown-with" if with_hidden else "shown-without", open_terms())
            record = make_record(connection, shown, name="shown", updated_on=date(2026, 1, 2))
            if with_hidden:
                hidden = make_dataset(connection, "hidden", open_terms(visibility=Visibility.WITHHELD))
                make_record(
                    connection, hidden, alternative_id=record.alternative_id, name="secret", phone="+3225550199",
                    updated_on=date(2026, 5, 5), place=(MATONGE[0] + 0.0001, MATONGE[1]),
                )  # fmt: skip
        row = released(Audience.PUBLIC).alternatives().query("name == 'shown'").iloc[-1]
        return row.drop(["public_id", "provenance", "attributions", "geometry"]).to_dict(), row.geometry

    assert world(with_hidden=False) == world(with_hidden=True)
    assert names(Audience.PUBLIC) == ["shown", "shown"]


def test_expired_consent_releases_nothing_and_an_expiry_needs_no_job(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, flags={"consent_until": today() - timedelta(days=1)})
        soon = make_record(connection, dataset, flags={}, name="soon")
    assert names(Audience.PUBLIC) == ["soon"]
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.released_alternative SET expires_at = now() + interval '1 second' WHERE alternative_id = %s",
            (soon.alternative_id,),
        )
        assert database.rows("SELECT name FROM released_public.alternative", Role.PUBLIC) == [("soon",)]
        connection.commit()
        connection.execute("SELECT pg_sleep(1.1)")
    assert names(Audience.PUBLIC) == []


def test_a_consent_that_ended_does_not_let_the_default_come_back(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms(stance=Stance.ALLOW))
        record = make_record(connection, dataset, flags={})
    assert names(Audience.PUBLIC) == ["A name"]
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.consent SET ended_at = now(), ended_as = 'withdrawn', ended_by = 'test' WHERE record_id = %s",
            (record.record_id,),
        )
    assert seen_by() == set()


@pytest.mark.parametrize(
    ("denied", "still"),
    [
        ("partners", {Audience.RESEARCHERS}),
        ("public", {Audience.PARTNERS, Audience.RESEARCHERS}),
        ("partner", {Audience.RESEARCHERS}),
    ],
)
def test_a_deny_flows_outward_and_wins(database, denied, still):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        record = make_record(connection, dataset)
        make_deny(connection, dataset, record.record_id, denied)
    assert seen_by() == still


def test_a_deny_for_a_dataset_binds_every_record(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, flags={})
        make_record(connection, dataset)
        make_deny(connection, dataset, None, "partner")
    assert not {Audience.PUBLIC, Audience.PARTNERS} & seen_by()


def test_released_rows_are_what_consent_allows_after_every_change(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        record = make_record(connection, dataset, flags={})
        make_record(
            connection, dataset, alternative_id=record.alternative_id, flags={"visibility": "partners"}
        )
    drift = "SELECT * FROM commons.release_drift()"
    assert database.rows(drift) == []
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.released_alternative SET name = 'tampered' WHERE audience = 'public'"
        )
    assert database.rows(drift) == [("public", record.alternative_id)]


def test_public_ids_differ_by_audience_and_survive_a_change(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset)
    before = {audience: only_row(audience)["public_id"] for audience in EVERYONE}
    assert len(set(before.values())) == 3
    with database.connect() as connection:
        connection.execute("UPDATE commons.dataset SET priority = 1")
    assert {audience: only_row(audience)["public_id"] for audience in EVERYONE} == before


def test_a_record_without_a_place_is_not_shown(database):
    with database.connect() as connection:
        make_record(connection, make_dataset(connection, terms=open_terms()), place=None)
    assert seen_by() == set()


@pytest.mark.parametrize("place", [(float("nan"), 50.8), (4.35, float("inf")), (0.0, 0.0), (50.85, 4.35)])
def test_no_impossible_place_can_be_stored(database, place):
    with database.connect() as connection, pytest.raises(psycopg.errors.CheckViolation):
        make_record(connection, make_dataset(connection, terms=open_terms()), place=place)


def test_a_name_made_of_an_address_is_not_shown_where_the_address_is_not(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(
            connection,
            dataset,
            name="Arceaux, rue Cachée 69",
            name_composed=True,
            flags={"precision": "sector"},
        )
        make_record(
            connection,
            dataset,
            name="Arceaux, rue Longue 1",
            name_composed=True,
            flags={"precision": "exact"},
        )
    assert names(Audience.PUBLIC) == ["Arceaux, rue Longue 1"]


def test_a_consent_begins_by_the_clock_and_the_sweep_brings_it(database):
    with database.connect() as connection:
        fine = make_dataset(connection, "fine", open_terms())
        coarse = make_dataset(connection, "coarse", open_terms(precision=Precision.COMMUNE))
        record = make_record(connection, fine, name="fine")
        make_record(connection, coarse, alternative_id=record.alternative_id, name="coarse")
        make_record(connection, coarse, name="later", flags={"consent_on": today() + timedelta(days=9)})
    assert names(Audience.PUBLIC) == ["fine"]
    with database.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("ALTER TABLE commons.consent DISABLE TRIGGER ALL")
        connection.execute("ALTER TABLE commons.agreement DISABLE TRIGGER ALL")
        connection.execute("UPDATE commons.consent SET valid_from = now() - interval '1 day'")
        connection.execute(
            "UPDATE commons.agreement SET valid_until = now() WHERE dataset_id = %s", (fine.dataset_id,)
        )
        connection.execute("ALTER TABLE commons.consent ENABLE TRIGGER ALL")
        connection.execute("ALTER TABLE commons.agreement ENABLE TRIGGER ALL")
    with database.connect(Role.INGEST) as connection:
        assert release_drift(connection) == 2
        assert sweep_release(connection) == 2
    assert names(Audience.PUBLIC) == ["coarse", "later"]
    assert database.rows("SELECT * FROM commons.release_drift()") == []


@pytest.mark.parametrize(
    ("flags", "public", "partners"),
    [
        (
            {"precision": "commune"},
            {"precision": "commune", "phone": "1", "counted": True},
            {"precision": "commune"},
        ),
        ({"contact": "partners"}, {"phone": None, "precision": "exact"}, {"phone": "1"}),
        ({"contact": None}, {"phone": None}, {"phone": None}),
        ({"statistics": False}, {"counted": False, "reusable": True}, {"counted": False}),
        ({"reuse": None}, {"counted": True, "reusable": False}, {"reusable": False}),
    ],
)
def test_flags_without_a_visibility_only_take_away_from_the_agreement(database, flags, public, partners):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, phone="1", flags=flags, present=frozenset(flags))
    assert only_row(Audience.PUBLIC)[list(public)].to_dict() == public
    assert only_row(Audience.RESEARCHERS)[list(public)].to_dict() == public
    assert only_row(Audience.PARTNERS)[list(partners)].to_dict() == partners


def test_an_unreadable_precision_withholds_the_place(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, flags={"precision": None}, present=frozenset({"precision"}))
        make_record(connection, dataset, flags={"precision": None})
    assert seen_by() == set()
