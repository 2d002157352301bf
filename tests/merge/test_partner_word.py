"""A partner speaks of its own records: of what it may be told, at once, with its name; and of nothing else."""

import psycopg
import pytest
from psycopg.types.json import Jsonb

from builders import make_dataset, make_deny, make_record, open_terms
from commons.database.connection import Role
from commons.errors import CommonsError
from commons.partners import Partner, find_dataset, find_partner
from commons.vocabulary import Precision, Verdict, Visibility
from ingest.link.compare import COMPARISONS
from ingest.link.model import shipped_model
from ingest.merge.matches import matches_of
from ingest.merge.merge import merge
from ingest.merge.partner_word import partner_pairs, say_for, take_back_for
from ingest.merge.people import RecordRef, say

HERE = (4.3667, 50.8333)
NAME = "Le Potager du Coin"
PHONE = "+32 2 555 01 02"
LIVE = "SELECT verdict, decided_by, partner_id, reason FROM commons.match_decision WHERE is_human AND retired_at IS NULL"


def beside(metres):
    return (HERE[0], HERE[1] + metres / 111_200)


@pytest.fixture
def pair(database):
    """Store a record of `a` and one of `b` of which a person is asked; `c` has a record elsewhere."""
    return stored(database)


def stored(database, **terms):
    with database.connect() as connection:
        made = {}
        for slug, name, metres in (("a", NAME, 0), ("b", NAME, 150), ("c", "Atelier des Cyclistes", 2000)):
            dataset = make_dataset(connection, slug, open_terms(**(terms if slug == "b" else {})))
            made[slug] = make_record(
                connection, dataset, name=name, place=beside(metres), phone=PHONE, email="b@example.org",
                contact_person="CANARY-PERSON", street="Rue Haute", house_number="7",
            ).record_id  # fmt: skip
        connection.execute(
            "UPDATE commons.record_version SET phone = %s WHERE record_id = %s", ("+32 2 9", made["c"])
        )
        # Nothing that is the same but the name: a person is asked.
        connection.execute("UPDATE commons.record_version SET phone = NULL, email = NULL, street = NULL WHERE record_id = %s",
                           (made["a"],))  # fmt: skip
    with database.connect(Role.INGEST) as connection:
        merge(connection)
    return made


def partner(connection, slug) -> Partner:
    dataset = find_dataset(connection, slug)
    row = connection.execute(
        "SELECT slug FROM commons.partner WHERE partner_id = %s", (dataset.partner_id,)
    ).fetchone()
    return find_partner(connection, row[0])


def told(database, slug):
    with database.connect(Role.INGEST) as connection:
        return partner_pairs(connection, partner(connection, slug), find_dataset(connection, slug))


def speak(database, slug, one, other, verdict=Verdict.SAME, name="A. Voisin", note=""):
    with database.connect(Role.INGEST) as connection:
        say_for(connection, partner(connection, slug), (one, other), verdict, said_by=name, note=note)


def together(database, one, other, audience="partners"):
    rows = database.rows(
        "SELECT count(DISTINCT (alternative_id, anchor_id)) FROM commons.contribution"
        f" WHERE audience = '{audience}' AND record_id IN ({one}, {other})"
    )
    return rows == [(1,)]


def test_a_partner_says_yes_and_it_holds_at_once_for_everyone_and_is_taken_back(database, pair):
    (asked,) = told(database, "a")
    assert (asked.own_id, asked.other_id, asked.verdict) == (pair["a"], pair["b"], Verdict.UNSURE)
    assert asked.evidence
    before = database.rows("SELECT r::text FROM commons.released_alternative r ORDER BY 1")
    speak(database, "a", pair["a"], pair["b"], note="same garden")
    assert together(database, pair["a"], pair["b"])
    assert together(database, pair["a"], pair["b"], "public")
    for slug, is_own in (("a", True), ("b", False)):
        (said,) = told(database, slug)
        assert (said.verdict, said.said_by, said.note) == (Verdict.SAME, "A. Voisin", "same garden")
        assert said.is_own_word is is_own
        assert said.said_for
    with database.connect(Role.INGEST) as connection, pytest.raises(CommonsError):
        take_back_for(connection, partner(connection, "b"), (pair["a"], pair["b"]))
    with database.connect(Role.INGEST) as connection:
        take_back_for(connection, partner(connection, "a"), (pair["b"], pair["a"]))
    assert database.rows("SELECT r::text FROM commons.released_alternative r ORDER BY 1") == before
    assert told(database, "a") == [asked]
    assert database.rows("SELECT * FROM commons.release_drift()") == []
    actions = database.rows(
        "SELECT action FROM commons.audit_event WHERE object_kind = 'pair' ORDER BY event_id"
    )
    assert actions == [("say same",), ("take back",)]


def test_a_no_keeps_apart_and_wins_over_another_partners_yes(database, pair):
    speak(database, "a", pair["a"], pair["b"])
    (said,) = told(database, "b")
    assert said.may_refuse
    speak(database, "b", pair["b"], pair["a"], Verdict.DIFFERENT, name="B. Buren")
    assert not together(database, pair["a"], pair["b"])
    with pytest.raises(CommonsError):
        speak(database, "a", pair["a"], pair["b"])
    assert [(row[0], row[1]) for row in database.rows(LIVE)] == [("different", "B. Buren")]
    assert not told(database, "a")[0].may_refuse


def test_what_the_commons_team_said_is_not_for_a_partner_to_change(database, pair):
    one, other = (RecordRef(pair[slug], 0, slug) for slug in "ab")
    with database.connect(Role.INGEST) as connection:
        say(connection, one, other, Verdict.SAME, said_by="T. Team")
    (said,) = told(database, "a")
    assert (said.said_by, said.said_for, said.may_refuse) == ("T. Team", "", False)
    for verdict in (Verdict.SAME, Verdict.DIFFERENT):
        with pytest.raises(CommonsError):
            speak(database, "a", pair["a"], pair["b"], verdict)
    assert together(database, pair["a"], pair["b"])


def test_nobody_speaks_without_a_name_or_says_that_they_do_not_know(database, pair):
    for how in ({"name": "  "}, {"verdict": Verdict.UNSURE}):
        with pytest.raises(CommonsError):
            speak(database, "a", pair["a"], pair["b"], **how)
    assert database.rows(LIVE) == []


def refused(database, *asked):
    """Return in what words the database refuses, asked as the login that the pages have."""
    with (
        database.connect(Role.INGEST) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege) as told,
    ):
        connection.execute("SELECT commons.say_for_partner(%s, %s, %s, %s, 'A', '')", asked)
    return told.value.diag.message_primary


def test_forged_ids_are_refused_by_the_database_in_the_same_words(database, pair):
    with database.connect(Role.INGEST) as connection:
        ids = {slug: partner(connection, slug).partner_id for slug in "abc"}
    words = {
        refused(database, ids["c"], pair["a"], pair["b"], "same"),  # none of both is its own
        refused(database, ids["c"], pair["c"], pair["a"], "same"),  # nothing is asked of these
        refused(database, ids["a"], pair["a"], pair["a"], "same"),
        refused(database, ids["a"], pair["a"], 10**9, "same"),  # there is no such record
        refused(database, 10**9, pair["a"], pair["b"], "same"),
        refused(database, None, pair["a"], pair["b"], "same"),
        refused(database, ids["a"], None, pair["b"], "same"),
        refused(database, ids["a"], pair["a"], pair["b"], None),
    }
    assert len(words) == 1
    assert database.rows(LIVE) == []
    with database.connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(
            "INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, reason, decided_by, is_human,"
            " partner_id) VALUES (%s, %s, 'same', '{}', 'A', true, %s)",
            (pair["a"], pair["b"], ids["c"]),
        )


def hide(connection, how, record_id):
    dataset = find_dataset(connection, "b")
    if how == "record":
        make_deny(connection, dataset, record_id, "partners")
    elif how == "dataset":
        make_deny(connection, dataset, None, "partners")
    elif how == "gone":
        connection.execute(
            "UPDATE commons.source_record SET gone_at = now() WHERE record_id = %s", (record_id,)
        )
    else:
        connection.execute(
            "UPDATE commons.contribution SET expires_at = now() WHERE record_id = %s", (record_id,)
        )


@pytest.mark.parametrize("how", ["record", "dataset", "gone", "by the clock"])
@pytest.mark.parametrize("has_spoken", [False, True])
def test_of_a_record_that_partners_do_not_see_a_partner_learns_nothing(database, pair, how, has_spoken):
    if has_spoken:
        speak(database, "b", pair["a"], pair["b"], Verdict.DIFFERENT)
    with database.connect() as connection:
        hide(connection, how, pair["b"])
        a = partner(connection, "a").partner_id
    assert told(database, "a") == []
    never = refused(database, a, pair["a"], 10**9, "same")
    assert refused(database, a, pair["a"], pair["b"], "same") == never
    if how != "gone":
        assert len(told(database, "b")) == 1, "its own partner still knows it, and what is asked"


def ask_of(connection, one, other):
    """Have a person asked of two records, whatever a model finds: for a reason that rests on everything."""
    pattern = 0
    for comparison in COMPARISONS:
        pattern = pattern * comparison.size + comparison.size - 1
    reason = Jsonb({"pattern": pattern, "weight": 1.0, "apart_m": 3})
    connection.execute(
        "INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, score, reason, decided_by, is_human)"
        " VALUES (%s, %s, 'unsure', 0.5, %s, %s, false) ON CONFLICT DO NOTHING",
        (*sorted((one, other)), reason, shipped_model().name),
    )


def test_of_the_other_record_no_more_is_told_than_partners_see(database):
    made = stored(database, precision=Precision.NEIGHBOURHOOD, contact=Visibility.WITHHELD)
    with database.connect() as connection:
        ask_of(connection, made["a"], made["b"])
    (asked,) = told(database, "a")
    assert asked.other["name"] == NAME
    assert not {"phone", "email", "street", "house_number", "contact_person"} & set(asked.other)
    assert {e.comparison for e in asked.evidence} == {"name", "category", "enterprise"}
    (own,) = told(database, "b")
    assert own.own["phone"] == PHONE
    assert {"phone", "place"} <= {e.comparison for e in own.evidence}


def test_two_rows_of_ones_own_list_are_ones_own_to_decide_even_where_nobody_sees_them(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "a", open_terms())
        ids = [make_record(connection, dataset, name=NAME, phone=PHONE).record_id for _ in range(2)]
        make_deny(connection, dataset, None, "partners")
        ask_of(connection, *ids)
    (asked,) = told(database, "a")
    assert {asked.own_id, asked.other_id} == set(ids)
    assert asked.other["phone"] == PHONE
    speak(database, "a", *ids)
    assert told(database, "a")[0].verdict is Verdict.SAME


def test_the_contacts_in_the_texts_of_anothers_record_are_masked(database, pair):
    name, text = f"{NAME} (anne@exemple.be)", "Appelez Anne, 0475 12 34 56"
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.record_version SET name = %s, description = %s WHERE record_id IN (%s, %s)",
            (name, text, pair["a"], pair["b"]),
        )
    (seen,) = told(database, "a")
    assert (seen.own["name"], seen.own["description"]) == (name, text)
    assert (seen.other["name"], seen.other["description"]) == (f"{NAME} ([…])", "Appelez Anne, […]")
    speak(database, "a", pair["a"], pair["b"])
    with database.connect(Role.INGEST) as connection:
        (match,) = matches_of(connection, find_dataset(connection, "a"))
    assert (match.name, match.other_name) == (name, f"{NAME} ([…])")
