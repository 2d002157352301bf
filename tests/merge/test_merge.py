"""What is taken for one alternative: found by what is allowed, decided by people before models, the same in any order."""

import random
from contextlib import contextmanager

import pandas as pd
import pytest

from builders import make_dataset, make_record, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.errors import CommonsError
from commons.partners import find_dataset
from commons.release import released
from commons.vocabulary import Audience, FieldGroup, Precision, Verdict
from ingest.link import stored as stored_module
from ingest.link.linker import RECORD_COLUMNS
from ingest.link.stored import learn_linker, matchable
from ingest.merge.merge import merge
from ingest.merge.people import find_record, say, take_back
from ingest.merge.told import count_waiting_pairs, pairs_among, waiting_pairs

HERE = (4.3667, 50.8333)
PHONE = "+32 2 555 01 02"
NAMES = (
    "Le Potager du Coin",
    "Repair Café Matonge",
    "Atelier des Cyclistes",
    "Buurthuis De Pianofabriek",
    "La Ferme du Parc",
)
STATE = (
    "SELECT alternative_id, redirected_to FROM commons.alternative WHERE redirected_to IS NULL ORDER BY 1",
    "SELECT record_id, alternative_id FROM commons.membership WHERE until_at IS NULL ORDER BY 1",
    "SELECT r::text FROM commons.released_alternative r ORDER BY 1",
    "SELECT r::text FROM commons.released_redirect r ORDER BY 1",
    "SELECT audience, record_id, public_id FROM commons.released_identity ORDER BY 1, 2",
    "SELECT left_record_id, right_record_id, verdict, score FROM commons.match_decision WHERE retired_at IS NULL ORDER BY 1, 2",
)


def near(metres, place=HERE):
    return (place[0], place[1] + metres / 111_200)


def stored(database, *told, may_repeat=False, **terms):
    """Store records, (dataset, key, name, place, values) each, and merge; datasets are made as they are named."""
    made = []
    with database.connect() as connection:
        for slug, key, name, place, values in told:
            row = connection.execute("SELECT FROM commons.dataset WHERE slug = %s", (slug,)).fetchone()
            if row is None:
                make_dataset(connection, slug, open_terms(**terms))
                connection.execute(
                    "UPDATE commons.dataset SET may_repeat = %s WHERE slug = %s", (may_repeat, slug)
                )
            dataset = find(connection, slug)
            made.append(make_record(connection, dataset, key=key, name=name, place=place, **values))
    return made


def find(connection, slug):
    return find_dataset(connection, slug)


def run(database, **how):
    with database.connect(Role.INGEST) as connection:
        return merge(connection, **how)


def parts(database, audience="public"):
    """Return what the audience sees as one: sets of dataset/key."""
    rows = database.rows(
        "SELECT array_agg(d.slug || '/' || r.partner_key ORDER BY 1) FROM commons.contribution c"
        " JOIN commons.source_record r USING (record_id) JOIN commons.dataset d ON d.dataset_id = r.dataset_id"
        f" WHERE c.audience = '{audience}' GROUP BY c.alternative_id, c.anchor_id"
    )
    return sorted(sorted(row[0]) for row in rows)


@pytest.fixture
def ground(cluster, template, clone, monkeypatch):
    """Return the context manager that makes a database with districts, to which connections then go."""

    @contextmanager
    def make():
        with clone(cluster, template) as made:
            monkeypatch.setenv("DATABASE_URL", made.url)
            yield made

    return make


def everything(database):
    return [database.rows(query) for query in STATE]


def person(database, one, other, verdict=Verdict.SAME):
    with database.connect(Role.INGEST) as connection:
        say(
            connection,
            find_record(connection, one),
            find_record(connection, other),
            verdict,
            said_by="A. Voisin",
        )


def test_what_a_person_merges_and_takes_back_is_as_it_was_to_the_byte(database):
    stored(database, ("a", "1", NAMES[0], HERE, {}), ("b", "1", NAMES[2], near(400), {"phone": PHONE}),
           ("c", "1", NAMES[2] + " asbl", near(410), {"phone": PHONE}))  # fmt: skip
    run(database)
    before = everything(database)
    assert parts(database) == [["a/1"], ["b/1", "c/1"]]
    person(database, "b/1", "a/1")
    assert parts(database) == [["a/1", "b/1", "c/1"]]
    with database.connect(Role.INGEST) as connection:
        take_back(
            connection, find_record(connection, "a/1"), find_record(connection, "b/1"), said_by="A. Voisin"
        )
    assert everything(database) == before
    with database.connect(Role.INGEST) as connection, pytest.raises(CommonsError, match="a/1"):
        take_back(
            connection, find_record(connection, "a/1"), find_record(connection, "b/1"), said_by="A. Voisin"
        )
    said = "SELECT verdict, decided_by, retired_at IS NULL FROM commons.match_decision WHERE is_human"
    assert database.rows(said) == [("same", "A. Voisin", False)]


def test_a_persons_no_and_yes_outlive_every_run_and_every_model(database):
    stored(database, *[(slug, "1", NAMES[0], near(n), {"phone": PHONE}) for n, slug in enumerate("abc")],
           ("d", "1", NAMES[3], near(900), {}))  # fmt: skip
    run(database)
    assert parts(database) == [["a/1", "b/1", "c/1"], ["d/1"]]
    person(database, "a/1", "b/1", Verdict.DIFFERENT)
    person(database, "d/1", "a/1", Verdict.SAME)
    apart = parts(database)
    assert sorted(map(len, apart)) == [1, 3]
    assert not any({"a/1", "b/1"} <= set(part) for part in apart)
    assert any({"a/1", "d/1"} <= set(part) for part in apart)
    run(database, everything=True)
    with database.connect(Role.INGEST) as connection:
        merge(connection, learn_linker(connection, learned_by="t"), everything=True)
        learn_linker(connection, learned_by="t")
    assert parts(database) == apart
    assert database.rows("SELECT count(*) FROM commons.link_model") == [(1,)], "the same is not kept twice"
    assert database.rows("SELECT * FROM commons.release_drift()") == []


def test_of_a_list_that_holds_each_thing_once_the_surer_is_joined_and_the_other_asked(database):
    stored(database, ("a", "1", NAMES[0], near(0), {"phone": PHONE}), ("a", "2", NAMES[0], near(60), {}),
           ("b", "1", NAMES[0], near(2), {"phone": PHONE}))  # fmt: skip
    run(database)
    assert parts(database) == [["a/1", "b/1"], ["a/2"]]
    person(database, "a/1", "a/2")
    assert parts(database) == [["a/1", "a/2", "b/1"]]


def test_a_list_that_may_repeat_itself_is_merged_within(database):
    stored(database, ("a", "1", NAMES[0], near(0), {"phone": PHONE}), ("a", "2", NAMES[0] + " asbl", near(3), {"phone": PHONE}),
           may_repeat=True)  # fmt: skip
    run(database)
    assert parts(database) == [["a/1", "a/2"]]


def test_without_consent_for_matching_nothing_is_compared_and_no_key_is_kept(database):
    told = [(slug, "1", NAMES[0], near(n), {"phone": PHONE}) for n, slug in enumerate("ab")]
    stored(database, *told)
    run(database)
    assert parts(database) == [["a/1", "b/1"]]
    keys = "SELECT DISTINCT k.record_id FROM commons.record_key k"
    assert len(database.rows(keys)) == 2
    with database.connect() as connection:
        dataset = find(connection, "b")
        connection.execute(
            "INSERT INTO commons.consent (dataset_id, effect, audience, field_groups, purposes, given_by, evidence_kind,"
            " valid_from, valid_until) VALUES (%s, 'deny', 'partners', '{identity}', '{matching}', 't', 'form', now(),"
            " 'infinity')",
            (dataset.dataset_id,),
        )
    assert parts(database) == [["a/1"], ["b/1"]], "at the commit, not at the next run"
    assert len(database.rows(keys)) == 1
    assert run(database, everything=True).decisions_added == 0
    assert parts(database) == [["a/1"], ["b/1"]]
    assert database.rows("SELECT * FROM commons.release_drift()") == []


@pytest.mark.parametrize(
    ("group", "column"),
    [("contact_organisation", "phone"), ("contact_organisation", "email"), ("location", "x"),
     ("location", "street"), ("identity", "name")],
)  # fmt: skip
def test_of_a_record_only_what_is_granted_for_matching_is_compared(database, group, column):
    values = {
        "phone": PHONE,
        "email": "a@example.org",
        "website": "https://a.example.org",
        "street": "Rue Haute",
    }
    (record,) = stored(database, ("a", "1", NAMES[0], HERE, values))
    with database.connect(Role.INGEST) as connection:
        found = matchable(connection, [record.record_id])
        assert found[column].notna().all()
        assert found["website"].isna().all(), "no agreement offers texts for matching"
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO commons.consent (dataset_id, effect, audience, field_groups, purposes, given_by, evidence_kind,"
            " valid_from, valid_until) VALUES (%s, 'deny', 'partners', %s::reference.field_group[], '{matching}', 't', 'form',"
            " now(), 'infinity')",
            (find(connection, "a").dataset_id, [FieldGroup(group).value]),
        )
        found = matchable(connection, [record.record_id])
    assert found[column].isna().all()
    assert set(RECORD_COLUMNS) <= set(found.columns)


def test_a_place_counts_for_matching_as_finely_as_it_may_be_known(database):
    (record,) = stored(
        database, ("a", "1", NAMES[0], HERE, {"street": "Rue Haute"}), precision=Precision.NEIGHBOURHOOD
    )
    with database.connect(Role.INGEST) as connection:
        found = matchable(connection, [record.record_id]).iloc[0]
    assert found["uncertainty_m"] > 100
    assert pd.isna(found["street"])


def test_what_has_no_name_but_its_address_is_asked_where_the_address_is_the_same_and_never_merged(database):
    stood = {
        "street": "Rue Josse Impens",
        "postcode": "1030",
        "municipality": "Schaerbeek",
        "name_composed": True,
    }
    stored(
        database,
        ("racks", "126", "Arceaux, Rue Josse Impens 126", HERE, {**stood, "house_number": "126"}),
        ("parking", "126", "Rue Josse Impens 126", near(4), {**stood, "house_number": "126"}),
        ("parking", "79", "Rue Josse Impens 79", near(150), {**stood, "house_number": "79"}),
        (
            "named",
            "126",
            "Rue Josse Impens 126",
            near(4),
            {**stood, "house_number": "126", "name_composed": False},
        ),
    )
    run(database)
    assert parts(database) == [["named/126"], ["parking/126"], ["parking/79"], ["racks/126"]]
    with database.connect(Role.INGEST) as connection:
        asked = [{pair.one, pair.other} for pair in waiting_pairs(connection)]
    assert not [pair for pair in asked if "parking/79" in pair]


def list_of(rng, slugs=("a", "b", "c")):
    """Return records of several lists: some of one alternative, spelt and placed a little differently."""
    told = []
    for n, name in enumerate(NAMES):
        for slug in slugs:
            for key in range(rng.randint(0, 2)):
                spelt = rng.choice([name, name + " asbl", name.upper(), name.replace("é", "e")[:-1]])
                values = {"phone": PHONE[:-1] + str(n)} if rng.random() < 0.6 else {}
                told.append((slug, f"{n}-{key}", spelt, near(350 * n + rng.randint(0, 30)), values))
    return told


@pytest.mark.parametrize(("seed", "few"), [(0, 1.0), (1, 1.0), (1, 0.0)])
def test_the_order_of_uploads_changes_no_cluster_and_what_was_compared_need_not_be_again(
    seed, few, ground, monkeypatch
):
    monkeypatch.setattr(stored_module, "FEW_SHARE", few)  # found by the database, or all compared in memory
    rng = random.Random(seed)
    told = list_of(rng)
    seen = []
    for _ in range(2):
        with ground() as other:
            for record in told:
                stored(other, record)
                if rng.random() < 0.5:
                    run(other)
            run(other)
            seen.append((parts(other), parts(other, "partners")))
            again = run(other, everything=True)
            assert (again.decisions_added, again.decisions_retired, again.records_moved) == (0, 0, 0)
            assert other.rows("SELECT * FROM commons.release_drift()") == []
        rng.shuffle(told)
    assert seen[0] == seen[1]
    assert any(len(part) > 1 for part in seen[0][0])


@pytest.mark.parametrize("seed", range(2))
def test_after_a_withdrawal_it_is_as_if_the_source_had_never_been(seed, ground):
    told = list_of(random.Random(seed))
    with ground() as with_it:
        stored(with_it, *told)
        run(with_it)
        with with_it.connect(Role.INGEST) as connection:
            withdraw(connection, find(connection, "b"), withdrawn_by="x")
        left = parts(with_it), released(Audience.PUBLIC).alternatives().drop(columns="public_id")
    with ground() as without:
        stored(without, *[record for record in told if record[0] != "b"])
        run(without)
        never = parts(without), released(Audience.PUBLIC).alternatives().drop(columns="public_id")
    assert left[0] == never[0]
    order = [column for column in never[1].columns if column not in {"geom", "geometry"}]
    assert sorted(map(str, left[1][order].to_numpy().tolist())) == sorted(
        map(str, never[1][order].to_numpy().tolist())
    )


def test_what_is_not_sure_is_asked_and_told_with_its_reasons(database):
    stored(database, ("a", "1", NAMES[0], near(0), {}), ("b", "1", NAMES[0], near(150), {}))
    run(database)
    with database.connect(Role.INGEST) as connection:
        (pair,) = waiting_pairs(connection)
        assert (pair.one, pair.other) == ("a/1", "b/1")
        assert count_waiting_pairs(connection) == 1
        assert sum(e.weight for e in pair.evidence) == pytest.approx(
            float(
                connection.execute(
                    "SELECT (reason ->> 'weight')::float8 FROM commons.match_decision"
                ).fetchone()[0]
            ),
            abs=0.01,
        )
    assert parts(database) == [["a/1"], ["b/1"]]
    person(database, "a/1", "b/1")
    with database.connect(Role.INGEST) as connection:
        assert waiting_pairs(connection) == []
        assert count_waiting_pairs(connection) == 0
        told = pairs_among(connection, find_record(connection, "b/1").alternative_id)
    assert [(pair.is_human, pair.verdict) for pair in told] == [(True, "same"), (False, "unsure")]
    assert parts(database) == [["a/1", "b/1"]]
