"""What holds and why: every reason, as PostgreSQL itself resolves it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from oracle import granted
from worlds import make_world, read_places, store_worlds

from builders import make_dataset, make_deny, make_record, open_terms
from commons.calendar import today
from commons.consent.agreement import sign_agreement
from commons.consent.explain import ReasonCode, views
from commons.consent.record_change import permissions
from commons.consent.records import About
from commons.consent.show import show
from commons.consent.tell import names, tell
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.errors import CommonsError
from commons.i18n import translate
from commons.vocabulary import Audience, FieldGroup, Language, Precision, Stance, Visibility

THEN = {"signed_on": date(2020, 1, 1), "valid_until": date(2021, 1, 1)}
NEEDED = {(group, "display") for group in ("existence", "identity", "location")}


def view_of(database, dataset, key="key", audience=Audience.PUBLIC):
    with database.connect(Role.INGEST) as connection:
        found = show(connection, dataset, key)
    return next(view for view in found.views if view.audience is audience)


def why(database, dataset, key="key", audience=Audience.PUBLIC):
    return [reason.code for reason in view_of(database, dataset, key, audience).why_not]


def make(database, terms=None, *, stance=None, **record):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", terms)
        make_record(connection, dataset, key="key", **record)
    return dataset


def state(database):
    tables = ("consent", "agreement", "released_alternative", "release_queue", "audit_event")
    return [database.rows(f"SELECT t::text FROM commons.{table} t ORDER BY 1") for table in tables]


def test_what_each_reader_is_shown(database):
    dataset = make(database, open_terms(), flags={"visibility": "partners", "precision": "neighbourhood"})
    before = state(database)
    view = view_of(database, dataset, audience=Audience.PARTNERS)
    assert view.precision is Precision.NEIGHBOURHOOD
    assert set(view.shown) == set(FieldGroup) - {FieldGroup.CONTACT_PERSON}
    assert view.reusable
    assert view.hidden.keys() == {FieldGroup.CONTACT_PERSON}
    assert [reason.code for reason in view.hidden[FieldGroup.CONTACT_PERSON]] == [ReasonCode.NOT_AGREED]
    assert why(database, dataset) == [ReasonCode.RECORD_SAYS_NO]
    assert state(database) == before  # what was tried to find the reasons has left no trace


@pytest.mark.parametrize(
    ("terms", "record", "expected"),
    [
        (None, {"flags": {}}, ReasonCode.NO_AGREEMENT),
        (open_terms(**THEN), {"flags": {}}, ReasonCode.AGREEMENT_OVER),
        (open_terms(signed_on=date(2090, 1, 1)), {"flags": {}}, ReasonCode.AGREEMENT_LATER),
        (open_terms(visibility=Visibility.PARTNERS), {"flags": {}}, ReasonCode.NOT_AGREED),
        (open_terms(stance=Stance.ASK), {}, ReasonCode.RECORD_SILENT),
        (open_terms(), {"flags": {"visibility": "withheld"}}, ReasonCode.RECORD_SAYS_NO),
        (open_terms(), {"flags": {"visibility": None}}, ReasonCode.RECORD_SAYS_NO),
        (open_terms(), {"flags": {"consent_on": date(2020, 1, 1), "consent_until": date(2021, 1, 1)}}, ReasonCode.RECORD_OVER),
        (open_terms(), {"flags": {"consent_on": date(2090, 1, 1)}}, ReasonCode.RECORD_LATER),
        (open_terms(), {"flags": {}, "place": None}, ReasonCode.NO_PLACE),
        (open_terms(), {"flags": {"precision": "commune"}, "name_composed": True}, ReasonCode.COMPOSED_NAME),
    ],
    ids=lambda value: value.value if isinstance(value, ReasonCode) else "",
)  # fmt: skip
def test_a_reason(database, terms, record, expected):
    dataset = make(database, terms, **record)
    assert why(database, dataset) == [expected]


def test_a_flag_that_withholds_the_place_alone_is_the_reason(database):
    dataset = make(database, open_terms(), flags={"precision": "withheld"}, present=frozenset({"precision"}))
    with database.connect(Role.INGEST) as connection:
        found = show(connection, dataset, "key")
    reasons = found.views[0].why_not
    assert {reason.code for reason in reasons} == {ReasonCode.RESTRICTED}
    assert {reason.consent_id for reason in reasons} <= {told.consent_id for told in found.statements}


def test_a_record_that_has_gone_or_lies_outside_the_region(database):
    dataset = make(database, open_terms(), flags={"precision": "commune"})
    with database.connect() as connection:
        connection.execute("UPDATE commons.record_version SET commune_id = NULL, neighbourhood_id = NULL")
    assert why(database, dataset) == [ReasonCode.OUTSIDE_REGION]
    with database.connect() as connection:
        connection.execute("UPDATE commons.source_record SET gone_at = now()")
    assert why(database, dataset) == [ReasonCode.GONE]


def test_who_closed_it_is_named_for_each_that_did_and_for_no_other(database):
    dataset = make(database, open_terms(), flags={})
    with database.connect() as connection:
        record_id = connection.execute("SELECT record_id FROM commons.source_record").fetchone()[0]
        make_deny(connection, dataset, record_id, "researchers")
        make_deny(connection, dataset, None, "partners")
        withdraw(
            connection,
            dataset,
            record_key="key",
            field_groups=[FieldGroup.CONTACT_ORGANISATION],
            withdrawn_by="w",
        )
        found = show(connection, dataset, "key")
        told = tell(found, Language.EN)
    numbers = {view.audience: [reason.consent_id for reason in view.why_not] for view in found.views}
    by_flag, researchers, partners = 3, *sorted({n for view in numbers.values() for n in view})
    assert by_flag < researchers < partners
    assert numbers == {
        Audience.PUBLIC: [researchers, partners],
        Audience.PARTNERS: [partners],
        Audience.RESEARCHERS: [researchers],
    }
    public = told[(told["part"] == "reader") & (told["who"] == "public")].iloc[0]
    this_day = today().isoformat()
    assert public["what"] == "sees nothing of it; counted in statistics"
    assert (
        public["why"]
        == f"closed by t on {this_day} (form); closed for the whole list by t on {this_day} (form)"
    )


def test_a_coarser_source_is_not_pinned_on_a_finer_place(database):
    dataset = make(database, open_terms(precision=Precision.COMMUNE), name="coarse")
    with database.connect() as connection:
        alternative = connection.execute("SELECT alternative_id FROM commons.membership").fetchone()[0]
        fine = make_dataset(connection, "fine", open_terms())
        make_record(connection, fine, key="its", alternative_id=alternative)
    assert why(database, dataset) == [ReasonCode.COARSER]
    assert view_of(database, fine, "its").shown


def test_a_withdrawn_consent_is_told_with_what_ended_it(database):
    dataset = make(database, open_terms(), flags={})
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="key", withdrawn_by="Ann")
        told = tell(show(connection, dataset, "key"), Language.FR)
    states = told[told["part"] == "record"]["state"].tolist()
    assert sum(state.startswith("retiré le ") and state.endswith("(Ann)") for state in states) == 4
    assert states[-2:] == ["vaut", "vaut"]


@pytest.mark.parametrize("language", Language)
def test_everything_is_told_in_plain_words(database, language):
    dataset = make(
        database, open_terms(visibility=Visibility.PARTNERS, contact=Visibility.WITHHELD), flags={}
    )
    with database.connect(Role.INGEST) as connection:
        withdraw(
            connection, dataset, record_key="key", field_groups=[FieldGroup.DESCRIPTION], withdrawn_by="Ann"
        )
        told = tell(show(connection, dataset, "key"), language)
        whole = tell(show(connection, dataset), language)
    assert set(told["part"]) == {"agreement", "term", "record", "reader"}
    assert set(whole["part"]) == {"agreement", "term"}
    agreement = told.iloc[0]
    assert (agreement["number"], agreement["by"], agreement["what"][-9:]) == (
        1,
        names(language, "Someone", "Someone else"),
        "CC-BY-4.0",
    )
    text = " ".join(told.astype(str).to_numpy().ravel())
    assert "_" not in text  # no code is left untold


def test_every_reason_has_its_words():
    for code in ReasonCode:
        assert translate(f"consent_reason.{code}", Language.NL, on="x")


def test_an_expired_agreement_says_since_when_and_nothing_of_it_is_shown(database):
    dataset = make(database, open_terms(**THEN), flags={})
    with database.connect(Role.INGEST) as connection:
        told = tell(show(connection, dataset, "key"), Language.EN)
    assert told.iloc[0]["what"] == "no agreement in force: nothing is shared"
    assert (
        told[told["part"] == "reader"]["why"].tolist()
        == ["the agreement of the list ended on 2021-01-01"] * 3
    )


def test_a_later_agreement_takes_the_place_of_the_one_that_ended(database):
    dataset = make(database, open_terms(), flags={})
    with database.connect(Role.INGEST) as connection:
        sign_agreement(connection, dataset, open_terms(visibility=Visibility.WITHHELD))
    assert why(database, dataset) == [ReasonCode.NOT_AGREED]


def test_a_record_that_is_not_there_is_told(database):
    dataset = make(database, open_terms())
    with database.connect(Role.INGEST) as connection, pytest.raises(CommonsError) as told:
        show(connection, dataset, "nobody")
    assert told.value.key == "consent.no_record"


@pytest.fixture(scope="module")
def told(cluster, template, clone):
    with clone(cluster, template) as database, database.admin() as connection:
        places, ids = read_places(connection)
        worlds = [make_world(seed, places) for seed in range(1, 61)]
        store_worlds(connection, worlds, ids)
        connection.commit()
        yield connection, [record for records, _ in worlds for record in records]


def test_in_random_worlds_the_reasons_are_those_of_the_second_telling(told):
    connection, records = told
    now = datetime.now(UTC) + timedelta(seconds=1)
    met = set()
    for record_id, record in enumerate(records, start=1000):
        dataset_id = connection.execute(
            "SELECT dataset_id FROM commons.source_record WHERE record_id = %s", (record_id,)
        ).fetchone()[0]
        contributes = {
            audience: True
            for (audience,) in connection.execute(
                "SELECT DISTINCT audience FROM commons.contribution WHERE record_id = %s AND partner_id = 0 AND rank IS NOT NULL",
                (record_id,),
            )
        }
        for view in views(connection, About(dataset_id, record_id)):
            if view.partner is not None:
                continue
            assert bool(view.shown) == (view.audience.value in contributes)
            assert bool(view.shown) != bool(view.why_not)
            codes = {reason.code for reason in view.why_not}
            met |= codes
            assert ReasonCode.NOT_YET not in codes
            given = granted(record, view.audience.value, now)
            agreement = record.dataset.agreement
            live = agreement is not None and agreement.holds(now)
            terms = [term for term in agreement.terms if term.speaks_to(view.audience.value)] if live else []
            ceiling = set().union(*(term.cells for term in terms))
            if record.gone:
                assert codes == {ReasonCode.GONE}
                continue
            assert (ReasonCode.NO_AGREEMENT in codes) == (agreement is None)
            if not live or record.place is None:
                continue
            if record.place.commune is None:
                assert codes == {ReasonCode.OUTSIDE_REGION}
                continue
            assert ReasonCode.OUTSIDE_REGION not in codes
            assert (ReasonCode.NOT_AGREED in codes) == (not ceiling >= NEEDED)
            against = [
                s for s in record.said + record.dataset.said
                if s.effect == "deny" and s.holds(now) and s.keeps_from(view.audience.value) and s.cells & NEEDED
            ]  # fmt: skip
            if ReasonCode.RESTRICTED in codes and given.rights < NEEDED and not given.rights >= NEEDED:
                assert against
            if ceiling >= NEEDED and against:
                assert not view.shown
                says_no = codes & {
                    ReasonCode.RECORD_SILENT, ReasonCode.RECORD_SAYS_NO, ReasonCode.RECORD_OVER,
                    ReasonCode.RECORD_ENDED, ReasonCode.RECORD_LATER,
                }  # fmt: skip
                assert says_no or ReasonCode.RESTRICTED in codes
    assert len(met) > 8
    assert permissions(connection, 1000) is not None
