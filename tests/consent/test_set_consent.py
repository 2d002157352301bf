"""Setting consent: what closes does so at once, what opens waits for another person, and both mean what the flags say."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pandas as pd
import pytest

from builders import FLAGS, SCHEMA_OF, make_dataset, make_deny, make_record, names, open_terms
from commons.calendar import today
from commons.consent import approve, refuse, set_agreement, set_consent
from commons.consent.proposal import open_proposals
from commons.consent.record_flags import record_flags
from commons.consent.statements import Word
from commons.consent.wanted import Wanted
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.errors import CommonsError
from commons.release import released
from commons.vocabulary import Audience, Precision, Stance, Visibility

ANN = Word(given_by="Ann Peeters")
OPEN = {
    "visibility": Visibility.PUBLIC,
    "precision": Precision.EXACT,
    "contact": Visibility.PUBLIC,
    "statistics": True,
    "reuse": True,
}
VALUES = {"name": "one", "phone": "+32 1", "street": "Rue", "description": "told", "offers": ["place"]}


def wanted(**changes):
    return Wanted(**{**OPEN, **changes})


def set_(database, dataset, key="key", word=ANN, *, dry_run=False, **changes):
    with database.connect(Role.INGEST) as connection:
        return set_consent(connection, dataset, wanted(**changes), word, record_key=key, dry_run=dry_run)


def approve_(database, number, by="Bob", *, dry_run=False):
    with database.connect(Role.INGEST) as connection:
        return approve(connection, number, approved_by=by, dry_run=dry_run)


def told(effects):
    return {effect.audience: (effect.vanished, effect.appeared, effect.changed) for effect in effects}


def state(database):
    rows = "SELECT r::text FROM commons.released_alternative r ORDER BY 1"
    said = "SELECT c::text FROM commons.consent c ORDER BY consent_id"
    signed = "SELECT a::text FROM commons.agreement a ORDER BY agreement_id"
    proposed = "SELECT p::text FROM commons.consent_proposal p ORDER BY proposal_id"
    return [database.rows(query) for query in (rows, said, signed, proposed)]


def seen(audience):
    """What the audience sees, but for ids and days."""
    frame = released(audience).alternatives()
    return frame.drop(columns=["public_id", "updated_on"]).to_wkt().to_dict("records")


def upload_again(database, dataset, record_id, flags, present=frozenset(FLAGS)):
    with database.connect(Role.INGEST) as connection:
        upload = connection.execute("SELECT max(upload_id) FROM commons.upload").fetchone()[0]
        frame = pd.DataFrame([{**FLAGS, **flags, "record_id": record_id}]).astype(object)
        record_flags(connection, dataset.dataset_id, upload, frame, present)


@pytest.fixture
def world(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms())
        record = make_record(connection, dataset, key="key", flags={}, **VALUES)
    return dataset, record


def test_narrowing_takes_one_person_and_effect_at_once(database, world):
    dataset, _ = world
    change = set_(database, dataset, visibility=Visibility.PARTNERS)
    assert (change.narrows, change.widens, change.proposal_id) == (True, False, None)
    assert told(change.effects) == {"public": (1, 0, 0), "partners": (0, 0, 1), "researchers": (1, 0, 0)}
    assert names(Audience.PUBLIC) == names(Audience.RESEARCHERS) == []
    assert names(Audience.PARTNERS) == ["one"]


def test_what_was_narrowed_outlasts_the_next_file_and_a_wider_agreement(database, world):
    dataset, record = world
    set_(database, dataset, visibility=Visibility.PARTNERS, precision=Precision.COMMUNE)
    upload_again(database, dataset, record.record_id, {})
    with database.connect(Role.INGEST) as connection:
        set_agreement(connection, dataset, open_terms(valid_until=date(2099, 1, 1)))
    assert names(Audience.PUBLIC) == []
    assert released(Audience.PARTNERS).alternatives()["precision"].tolist() == ["commune"]


def test_narrowing_twice_adds_nothing(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.PARTNERS, until=today() + timedelta(days=40))
    before = state(database)[1]
    change = set_(database, dataset, visibility=Visibility.PARTNERS, until=today() + timedelta(days=40))
    assert not change.narrows
    assert state(database)[1] == before


def test_a_dry_run_says_what_would_happen_and_changes_nothing(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.PARTNERS)
    before = state(database)
    change = set_(database, dataset, dry_run=True, statistics=False)
    assert (change.narrows, change.widens, change.proposal_id) == (True, True, None)
    assert told(change.effects) == {"public": (0, 0, 0), "partners": (0, 0, 0), "researchers": (0, 0, 0)}
    assert told(change.if_approved) == {"public": (0, 1, 0), "partners": (0, 0, 0), "researchers": (0, 1, 0)}
    assert state(database) == before


def test_widening_waits_for_another_person(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.WITHHELD)
    change = set_(database, dataset)
    assert change.widens
    assert names(Audience.PARTNERS) == []
    with database.connect(Role.INGEST) as connection:
        assert [p.proposal_id for p in open_proposals(connection)] == [change.proposal_id]
    for same in ("Ann Peeters", " ann  peeters", "ANN-PEETERS.", "Ánn Peeters"):
        with pytest.raises(CommonsError, match="another person") as refused:
            approve_(database, change.proposal_id, same)
        assert refused.value.key == "consent.same_person"
    before = state(database)
    dry = approve_(database, change.proposal_id, dry_run=True)
    assert state(database) == before
    done = approve_(database, change.proposal_id)
    assert told(done.effects) == told(dry.effects)
    assert told(done.effects) == {"public": (0, 1, 0), "partners": (0, 1, 0), "researchers": (0, 1, 0)}
    assert names(Audience.PUBLIC) == ["one"]
    assert database.rows("SELECT * FROM commons.release_drift()") == []
    who = "SELECT DISTINCT given_by, approved_by FROM commons.consent WHERE effect = 'allow' AND ended_at IS NULL"
    assert database.rows(who) == [("Ann Peeters", "Bob")]


def test_what_is_set_is_what_a_file_with_these_flags_would_have_said(database):
    """From open and from closed; by one person where it closes, by two where it opens."""
    contact, either = (Visibility.PUBLIC, Visibility.WITHHELD), (True, False)
    # Every third of them: with those three, five and two times two choices, each pair of choices is met.
    combinations = list(itertools.product(Visibility, Precision, contact, either, either))[::3]
    with database.connect() as connection:
        expected = make_dataset(connection, "expected", open_terms())
        records = {}
        for slug, start in (("opened", {"visibility": "withheld", "contact": "withheld"}), ("closed", {})):
            records[slug] = make_dataset(connection, slug, open_terms())
            for number, _ in enumerate(combinations):
                make_record(
                    connection,
                    records[slug],
                    key=f"{number}",
                    flags=start,
                    **VALUES | {"name": f"{slug} {number}"},
                )
        for number, flags in enumerate(combinations):
            told = dict(zip(OPEN, flags, strict=True))
            make_record(
                connection, expected, key=f"{number}", flags=told, **VALUES | {"name": f"expected {number}"}
            )
    with database.connect(Role.INGEST) as connection:
        for slug, number in itertools.product(records, range(len(combinations))):
            flags = dict(zip(OPEN, combinations[number], strict=True))
            change = set_consent(connection, records[slug], Wanted(**flags), ANN, record_key=f"{number}")
            if slug == "closed":
                assert not change.widens
            elif change.widens:
                approve(connection, change.proposal_id, approved_by="Bob")
    for audience in SCHEMA_OF:
        frame = released(audience).alternatives().drop(columns=["public_id", "updated_on", "geometry"])
        sets = {
            slug: frame[frame["name"].str.startswith(slug)].assign(
                name=lambda f, slug=slug: f["name"].str.removeprefix(slug),
                attributions="", provenance=lambda f: f["provenance"].map(sorted).map(str), licences="",
            ).sort_values("name").reset_index(drop=True)
            for slug in ("expected", "opened", "closed")
        }  # fmt: skip
        assert len(sets["expected"]) > 5
        pd.testing.assert_frame_equal(sets["closed"], sets["expected"])
        pd.testing.assert_frame_equal(sets["opened"], sets["expected"])
    assert database.rows("SELECT * FROM commons.release_drift()") == []


def test_what_both_opens_and_closes_closes_at_once_and_opens_once_approved(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms())
        make_record(connection, dataset, key="key", flags={"precision": "commune"}, **VALUES)
    change = set_(database, dataset, contact=Visibility.WITHHELD)
    assert change.narrows
    assert change.widens
    row = released(Audience.PUBLIC).alternatives().iloc[0]
    assert (row["precision"], row["phone"]) == ("commune", None)
    approve_(database, change.proposal_id)
    row = released(Audience.PUBLIC).alternatives().iloc[0]
    assert (row["precision"], row["phone"], row["street"]) == ("exact", None, "Rue")


def test_an_end_is_kept_by_the_views_without_any_job(database, world):
    dataset, _ = world
    until = today() + timedelta(days=10)
    change = set_(database, dataset, until=until)
    assert not change.widens
    assert database.rows("SELECT DISTINCT expires_at::date FROM commons.released_alternative") == [(until,)]
    later = set_(database, dataset, until=until + timedelta(days=1))
    assert later.widens
    approve_(database, later.proposal_id)
    ends = "SELECT DISTINCT expires_at::date FROM commons.released_alternative"
    assert database.rows(ends) == [(until + timedelta(days=1),)]


def test_without_an_end_what_is_widened_lasts_24_months(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.WITHHELD)
    approve_(database, set_(database, dataset).proposal_id)
    ends = database.rows("SELECT DISTINCT expires_at::date FROM commons.released_alternative")
    assert ends == [((pd.Timestamp(today()) + pd.DateOffset(months=24)).date(),)]


def test_a_withdrawal_after_the_proposal_is_not_undone_by_it(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.PARTNERS)
    change = set_(database, dataset)
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="key", withdrawn_by="the person concerned")
    with pytest.raises(CommonsError) as refused:
        approve_(database, change.proposal_id)
    assert refused.value.key == "consent.overtaken"
    assert names(Audience.PARTNERS) == []
    # Whoever knows of the withdrawal may propose anew; what flags do not speak of stays closed.
    again = set_(database, dataset)
    approve_(database, again.proposal_id)
    assert names(Audience.PUBLIC) == ["one"]
    kept = "SELECT count(*) FROM commons.consent WHERE effect = 'deny' AND 'contact_person' = ANY (field_groups) AND ended_at IS NULL"
    assert database.rows(kept)[0][0] > 0


def test_a_withdrawal_of_the_whole_list_is_not_lifted_for_one_record(database, world):
    dataset, _ = world
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, withdrawn_by="x")
    change = set_(database, dataset)
    assert not change.widens
    assert change.exceeds
    assert names(Audience.PARTNERS) == []


def test_an_older_proposal_does_not_undo_a_later_narrowing(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.PARTNERS)
    change = set_(database, dataset)
    set_(database, dataset, visibility=Visibility.WITHHELD)
    with pytest.raises(CommonsError) as refused:
        approve_(database, change.proposal_id)
    assert refused.value.key == "consent.overtaken"
    assert names(Audience.PARTNERS) == []


def test_a_proposal_is_decided_once_even_by_two_at_once(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.PARTNERS)
    change = set_(database, dataset)

    def try_(name):
        try:
            return approve_(database, change.proposal_id, name).proposal_id
        except CommonsError as failure:
            return failure.key

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(try_, ["Bob", "Carla", "Dirk", "Eve"]))
    assert sorted(answers, key=str) == [change.proposal_id, *["consent.decided"] * 3]
    assert len(database.rows("SELECT FROM commons.audit_event WHERE action = 'approve consent'")) == 1


def test_the_same_proposal_waits_once(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.PARTNERS)
    first = set_(database, dataset)
    assert set_(database, dataset).proposal_id == first.proposal_id
    assert set_(database, dataset, word=Word(given_by="Carla")).proposal_id != first.proposal_id


def test_a_refused_proposal_opens_nothing_ever(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.PARTNERS)
    change = set_(database, dataset)
    with database.connect(Role.INGEST) as connection:
        refuse(connection, change.proposal_id, refused_by="Bob")
        assert open_proposals(connection) == []
    with pytest.raises(CommonsError) as refused:
        approve_(database, change.proposal_id, "Carla")
    assert refused.value.key == "consent.decided"
    assert names(Audience.PUBLIC) == []


def test_a_record_that_has_gone_since_is_not_opened(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.PARTNERS)
    change = set_(database, dataset)
    with database.connect(Role.INGEST) as connection:
        connection.execute("UPDATE commons.source_record SET gone_at = now()")
    for attempt in (lambda: approve_(database, change.proposal_id), lambda: set_(database, dataset)):
        with pytest.raises(CommonsError) as refused:
            attempt()
        assert refused.value.key == "consent.record_gone"


def test_a_proposal_whose_end_is_past_is_not_approved(database, world):
    dataset, _ = world
    set_(database, dataset, visibility=Visibility.PARTNERS)
    change = set_(database, dataset, until=today() + timedelta(days=5))
    with database.admin() as connection:
        connection.execute("ALTER TABLE commons.consent_proposal DISABLE TRIGGER decide_once")
        connection.execute(
            'UPDATE commons.consent_proposal SET wanted = wanted || \'{"until": "2026-01-01"}\''
        )
    with pytest.raises(CommonsError) as refused:
        approve_(database, change.proposal_id)
    assert refused.value.key == "consent.until_past"


@pytest.mark.parametrize(
    ("key", "changes", "word", "error"),
    [
        ("nobody", {}, ANN, "consent.no_record"),
        ("key", {"until": date(2020, 1, 1)}, ANN, "consent.until_past"),
        ("key", {}, Word(given_by=" . "), "consent.no_name"),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_what_cannot_be_is_refused_and_nothing_changes(database, world, key, changes, word, error, dry_run):
    dataset, _ = world
    before = state(database)
    with pytest.raises(CommonsError) as refused:
        set_(database, dataset, key, word, dry_run=dry_run, **changes)
    assert refused.value.key == error
    assert str(refused.value)
    assert state(database) == before


@pytest.mark.parametrize(
    "terms",
    [
        None,
        open_terms(signed_on=date(2020, 1, 1), valid_until=date(2021, 1, 1)),
        open_terms(signed_on=date(2090, 1, 1)),
    ],
    ids=["none", "run out", "not begun"],
)
def test_without_an_agreement_in_force_nothing_is_set(database, terms):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", terms)
        make_record(connection, dataset, key="key", flags={})
    for key in (None, "key"):
        with pytest.raises(CommonsError) as refused:
            set_(database, dataset, key)
        assert refused.value.key == "consent.no_agreement"
    assert names(Audience.PARTNERS) == []


def test_what_the_agreement_does_not_allow_is_neither_opened_nor_proposed(database):
    with database.connect() as connection:
        dataset = make_dataset(
            connection, "list", open_terms(visibility=Visibility.PARTNERS, precision=Precision.COMMUNE)
        )
        make_record(connection, dataset, key="key", **VALUES)
    change = set_(database, dataset)
    assert (change.widens, change.exceeds) == (False, True)
    assert names(Audience.PUBLIC) == []


def test_a_record_that_was_silent_under_ask_is_opened_by_two(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms(stance=Stance.ASK))
        make_record(connection, dataset, key="key", **VALUES)
    change = set_(database, dataset)
    assert names(Audience.PARTNERS) == []
    approve_(database, change.proposal_id)
    assert names(Audience.PUBLIC) == ["one"]


def test_another_licence_takes_two(database, world):
    dataset, _ = world
    change = set_(database, dataset, licence="CC0-1.0")
    assert change.widens
    assert released(Audience.PUBLIC).alternatives()["licences"].tolist() == [["CC-BY-4.0"]]
    approve_(database, change.proposal_id)
    assert released(Audience.PUBLIC).alternatives()["licences"].tolist() == [["CC0-1.0"]]


# A whole dataset: the agreement.


def set_all(database, dataset, **changes):
    return set_(database, dataset, None, **changes)


def test_a_narrower_agreement_is_signed_by_one_at_once(database, world):
    dataset, _ = world
    change = set_all(database, dataset, visibility=Visibility.PARTNERS)
    assert (change.narrows, change.widens) == (True, False)
    assert names(Audience.PUBLIC) == []
    assert names(Audience.PARTNERS) == ["one"]
    signed = (
        "SELECT version, signed_by, approved_by, ended_at IS NULL FROM commons.agreement ORDER BY version"
    )
    assert database.rows(signed) == [(1, "Someone", "Someone else", False), (2, "Ann Peeters", None, True)]


def test_a_wider_agreement_waits_for_another_person(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, dataset, key="key", **VALUES)
    before = state(database)
    dry = set_all(database, dataset, dry_run=True)
    assert told(dry.if_approved) == {"public": (0, 1, 0), "partners": (0, 0, 1), "researchers": (0, 1, 0)}
    assert state(database) == before
    change = set_all(database, dataset)
    assert (change.narrows, change.widens) == (False, True)
    assert names(Audience.PUBLIC) == []
    with pytest.raises(CommonsError):
        approve_(database, change.proposal_id, "ann peeters")
    approve_(database, change.proposal_id)
    assert names(Audience.PUBLIC) == ["one"]
    assert database.rows("SELECT signed_by, approved_by FROM commons.agreement WHERE ended_at IS NULL") == [
        ("Ann Peeters", "Bob")
    ]


def test_what_an_agreement_closes_is_closed_at_once_although_the_rest_waits(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, dataset, key="key", **VALUES)
    change = set_all(database, dataset, contact=Visibility.WITHHELD, precision=Precision.COMMUNE)
    assert (change.narrows, change.widens) == (True, True)
    row = released(Audience.PARTNERS).alternatives().iloc[0]
    assert (row["precision"], row["phone"]) == ("commune", None)
    assert names(Audience.PUBLIC) == []
    approve_(database, change.proposal_id)
    row = released(Audience.PUBLIC).alternatives().iloc[0]
    assert (row["precision"], row["phone"]) == ("commune", None)


def test_an_agreement_narrowed_since_is_not_widened_by_an_older_proposal(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, dataset, key="key", **VALUES)
    change = set_all(database, dataset)
    set_all(database, dataset, visibility=Visibility.WITHHELD)
    with pytest.raises(CommonsError) as refused:
        approve_(database, change.proposal_id)
    assert refused.value.key == "consent.overtaken"


def test_a_withdrawal_of_the_whole_list_is_lifted_by_two(database, world):
    dataset, record = world
    with database.connect(Role.INGEST) as connection:
        make_record(connection, dataset, name="silent")
        withdraw(connection, dataset, withdrawn_by="x")
    change = set_all(database, dataset)
    assert change.widens
    assert names(Audience.PARTNERS) == []
    approve_(database, change.proposal_id)
    assert names(Audience.PUBLIC) == ["silent"]
    # What a record had said itself was withdrawn with the rest: the next file says it anew.
    upload_again(database, dataset, record.record_id, {})
    assert names(Audience.PUBLIC) == ["one", "silent"]


def test_the_first_agreement_is_proposed_then_approved(database):
    with database.connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "list")
        change = set_agreement(connection, dataset, open_terms(signed_by="Ann"))
    assert change.widens
    with database.connect() as connection:
        make_record(connection, dataset, key="key", **VALUES)
    assert names(Audience.PUBLIC) == []
    approve_(database, change.proposal_id)
    assert names(Audience.PUBLIC) == ["one"]


def test_effects_count_districts_that_fall_under_five(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms())
        for number in range(5):
            make_record(connection, dataset, key=f"{number}", flags={}, **VALUES | {"name": f"n{number}"})
    change = set_(database, dataset, "0", dry_run=True, visibility=Visibility.PARTNERS)
    below = {effect.audience: effect.districts_below for effect in change.effects}
    assert below == {
        "public": 3,
        "partners": None,
        "researchers": None,
    }  # a commune, a neighbourhood, a sector
    set_(database, dataset, "0", visibility=Visibility.PARTNERS)
    again = set_(database, dataset, "1", dry_run=True, visibility=Visibility.PARTNERS)
    assert next(effect for effect in again.effects if effect.audience == "public").districts_below == 0


def test_a_restriction_for_a_named_partner_stands_unless_two_lift_it(database, world):
    dataset, record = world
    with database.connect() as connection:
        make_deny(connection, dataset, record.record_id, "partner")
    change = set_(database, dataset)
    assert change.widens
    assert names(Audience.PUBLIC) == []
    approve_(database, change.proposal_id)
    assert names(Audience.PUBLIC) == ["one"]
