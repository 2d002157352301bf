"""Places found for addresses: kept apart, undone with their upload, and never saying more than consent allows."""

import time

import pytest

from builders import make_dataset, make_deny, make_record, names, open_terms
from commons.database.connection import Role, connect
from commons.release import released
from commons.release.upkeep import release_drift, sweep_release
from commons.vocabulary import Audience, Precision, UploadMode, Visibility
from ingest.locate.locate import count_waiting, locate, waiting_records
from ingest.store.undo import undo_upload
from ingest.upload import commit_upload, prepare_upload

STREET = {"street": "Rue de la Paix", "postcode": "1050", "municipality": "Ixelles"}
NAMES = ["Potager", "Ressourcerie", "Bibliothèque"]
HOUSES = [(4.3663, 50.8358), (4.3664, 50.8359), (4.3665, 50.8360)]
LIVE = "SELECT count(*) FROM commons.record_location WHERE retired_at IS NULL"


def make_street(connection, dataset, **options):
    """Store a street of three known houses, numbers 2, 4 and 6."""
    return [
        make_record(
            connection,
            dataset,
            place=place,
            name=NAMES[n],
            house_number=str(2 * n + 2),
            **STREET,
            **options,
        )
        for n, place in enumerate(HOUSES)
    ]


def make_waiting(connection, dataset, **values):
    told = (
        STREET | {"street": "Paix straat - rue de la Paix", "house_number": "4", "name": "Waiting"} | values
    )
    return make_record(connection, dataset, place=None, **told)


def run_locate(dataset=None):
    with connect(Role.INGEST) as connection:
        return locate(connection, dataset, located_by="t")


def point_of(audience=Audience.PUBLIC, name="Waiting"):
    shown = released(audience).alternatives().set_index("name")
    return (shown.geometry[name].x, shown.geometry[name].y) if name in shown.index else None


def no_drift():
    with connect(Role.INGEST) as connection:
        return release_drift(connection) == 0


def test_a_found_place_is_shown_as_found_and_beside_what_the_partner_said(database):
    with database.connect() as connection:
        make_street(connection, make_dataset(connection, "known", open_terms()))
        list_ = make_dataset(connection, "list", open_terms())
        waiting = make_waiting(connection, list_)
        assert count_waiting(connection, list_) == 1
    assert "Waiting" not in names(Audience.PUBLIC)
    assert run_locate().found == 1
    shown = released(Audience.PUBLIC).alternatives().set_index("name").loc["Waiting"]
    assert (shown.geometry.x, shown.geometry.y) == pytest.approx(HOUSES[1], abs=1e-5)
    assert (shown["precision"], shown["uncertainty_m"]) == ("exact", 40)
    assert shown["provenance"]["geom"] == "found:street"
    assert shown["attributions"] == ["© known", "© list"]
    assert database.rows(
        f"SELECT geom FROM commons.record_version WHERE record_id = {waiting.record_id}"
    ) == [(None,)]
    assert no_drift()
    with connect(Role.INGEST) as connection:
        assert waiting_records(connection).empty
        assert count_waiting(connection, list_) == 0
    assert run_locate().found == 0


def test_a_found_place_that_brings_lists_together_stays(database):
    """What it is merged with may show another record's place: the lender still is what the public may see."""
    with database.connect() as connection:
        make_waiting(connection, make_dataset(connection, "a-list", open_terms()), name="Ressourcerie")
        make_street(connection, make_dataset(connection, "known", open_terms()))
        make_record(
            connection, make_dataset(connection, "b-list", open_terms()), place=HOUSES[2], name="Ressourcerie"
        )
    assert [run_locate().found, run_locate().found] == [1, 0]
    assert database.rows(LIVE) == [(1,)]
    assert no_drift()


def test_beside_a_given_place_a_found_one_counts_less_and_the_two_stay_one(database):
    with database.connect() as connection:
        make_waiting(
            connection,
            make_dataset(connection, "a-list", open_terms()),
            name="Ressourcerie",
            website="https://a.example",
        )
        make_street(connection, make_dataset(connection, "known", open_terms()))
    for found in (1, 0):
        assert run_locate().found == found
        shown = released(Audience.PUBLIC).alternatives().set_index("name")
        assert len(shown) == 3
        assert shown.loc["Ressourcerie", "uncertainty_m"] == 0
        assert shown.loc["Ressourcerie", "provenance"]["geom"] == "known"
        assert shown.loc["Ressourcerie", "website"] == "https://a.example"
    assert database.rows(LIVE) == [(1,)]
    assert no_drift()


HIDDEN = [
    {"visibility": "withheld"},
    {"visibility": "partners"},
    {"precision": "sector"},
    {"precision": "withheld"},
    {"reuse": False},
    {"licence": "ODbL-1.0"},
]


@pytest.mark.parametrize("flags", HIDDEN, ids=str)
def test_canary_a_position_that_the_public_may_not_have_exactly_is_lent_to_no_other_list(database, flags):
    with database.connect() as connection:
        make_street(connection, make_dataset(connection, terms=open_terms()), flags=flags)
        make_waiting(connection, make_dataset(connection, terms=open_terms()))
    found = run_locate()
    assert found.found == 0
    assert found.queue["outcome"].tolist() == ["unknown_street"]
    assert database.rows(LIVE) == [(0,)]


@pytest.mark.parametrize("flags", [HIDDEN[0], *HIDDEN[2:4], {"licence": "CC0-1.0"}], ids=str)
def test_canary_within_a_list_too_a_position_is_lent_only_where_the_same_was_said(database, flags):
    terms = open_terms(visibility=Visibility.PARTNERS)
    with database.connect() as connection:
        list_ = make_dataset(connection, terms=terms)
        make_street(connection, list_, flags=flags)
        make_waiting(connection, list_, flags={"visibility": "partners"})
    assert run_locate().found == 0


def test_within_a_list_of_which_the_same_was_said_its_own_positions_help(database):
    with database.connect() as connection:
        list_ = make_dataset(connection, terms=open_terms(visibility=Visibility.PARTNERS))
        make_street(connection, list_)
        make_waiting(connection, list_)
    assert run_locate().found == 1
    assert point_of(Audience.PARTNERS) == pytest.approx(HOUSES[1], abs=1e-5)
    assert point_of(Audience.PUBLIC) is None


def test_a_sensitive_record_lends_its_place_to_none_that_is_shown_more_finely(database):
    with database.connect() as connection:
        list_ = make_dataset(connection, terms=open_terms())
        make_street(connection, list_, category="shelter")
        make_waiting(connection, list_)
    assert run_locate().found == 0


@pytest.mark.parametrize("precision", [Precision.NEIGHBOURHOOD, Precision.COMMUNE])
def test_the_records_own_precision_applies_to_a_found_place(database, precision):
    with database.connect() as connection:
        make_street(connection, make_dataset(connection, terms=open_terms()))
        make_waiting(connection, make_dataset(connection, terms=open_terms(precision=precision)))
    assert run_locate().found == 1
    shown = released(Audience.PUBLIC).alternatives().set_index("name").loc["Waiting"]
    assert shown["precision"] == precision.value
    assert shown["uncertainty_m"] > 100
    assert (shown.geometry.x, shown.geometry.y) != pytest.approx(HOUSES[1], abs=1e-4)


def test_what_consent_withholds_stays_withheld_with_a_place(database):
    with database.connect() as connection:
        make_street(connection, make_dataset(connection, terms=open_terms()))
        make_waiting(
            connection, make_dataset(connection, terms=open_terms()), flags={"visibility": "withheld"}
        )
    assert run_locate().found == 1
    assert point_of() is None
    assert point_of(Audience.PARTNERS) is None


def deny_lender(connection, known, records):
    make_deny(connection, known, records[1].record_id, "public")


def deny_list(connection, known, records):
    make_deny(connection, known, None, "public")


def lender_goes(connection, known, records):
    connection.execute(
        "UPDATE commons.source_record SET gone_at = now() WHERE record_id = %s", (records[1].record_id,)
    )


def lender_moves(connection, known, records):
    connection.execute(
        "UPDATE commons.record_version SET geom = ST_SetSRID(ST_MakePoint(4.37, 50.83), 4326) WHERE record_id = %s",
        (records[1].record_id,),
    )


def lender_changes_street(connection, known, records):
    connection.execute(
        "UPDATE commons.record_version SET street = 'Rue Haute' WHERE record_id = %s", (records[1].record_id,)
    )


@pytest.mark.parametrize(
    "happening", [deny_lender, deny_list, lender_goes, lender_moves, lender_changes_street]
)
def test_a_found_place_goes_at_once_with_what_it_rests_on(database, happening):
    with database.connect() as connection:
        known = make_dataset(connection, terms=open_terms())
        records = make_street(connection, known)
        make_waiting(connection, make_dataset(connection, terms=open_terms()))
    run_locate()
    assert point_of() is not None
    with database.connect() as connection:
        happening(connection, known, records)
    assert point_of() is None
    assert database.rows(LIVE) == [(0,)]
    assert no_drift()


def test_within_a_list_it_goes_when_something_else_is_said_of_either(database):
    with database.connect() as connection:
        list_ = make_dataset(connection, terms=open_terms(visibility=Visibility.PARTNERS))
        make_street(connection, list_)
        waiting = make_waiting(connection, list_)
    run_locate()
    with database.connect() as connection:
        make_deny(connection, list_, waiting.record_id, "partners")
    assert database.rows(LIVE) == [(0,)]
    assert no_drift()


def test_a_found_place_ends_with_the_consent_that_it_rests_on_the_job_stopped_too(database):
    with database.connect() as connection:
        known = make_dataset(connection, terms=open_terms())
        make_street(connection, known)
        make_waiting(connection, make_dataset(connection, terms=open_terms()))
        connection.execute(
            "INSERT INTO commons.consent (dataset_id, effect, audience, field_groups, purposes, given_by, evidence_kind,"
            " valid_from, valid_until) VALUES (%s, 'deny', 'public', '{existence}', '{display}', 't', 'form',"
            " now() + interval '4 seconds', 'infinity')",
            (known.dataset_id,),
        )
    assert run_locate().found == 1
    assert point_of() is not None
    time.sleep(5)
    assert point_of() is None
    with connect(Role.INGEST) as connection:
        sweep_release(connection)
    assert no_drift()


LIST = "id;nom;rue;numero;code postal;commune;latitude;longitude\n"
KNOWN_ROWS = "".join(
    f"k{n};Connu {n};Rue de la Paix;{2 * n + 2};1050;Ixelles;{lat};{lon}\n"
    for n, (lon, lat) in enumerate(HOUSES)
)
WAITING_ROW = "w;Waiting;{street};4;1050;Ixelles;;\n"


def send(dataset, tmp_path, text):
    path = tmp_path / "liste.csv"
    path.write_text(text)
    with connect(Role.INGEST) as connection:
        return commit_upload(connection, dataset, prepare_upload(path), uploaded_by="t", mode=UploadMode.FULL)


@pytest.fixture
def uploaded(database, tmp_path):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms())
    done = send(dataset, tmp_path, LIST + KNOWN_ROWS + WAITING_ROW.format(street="rue de la paix"))
    assert done.waiting == 1
    assert run_locate(dataset).found == 1
    assert point_of() is not None
    return dataset


def test_a_found_place_holds_for_the_address_and_comes_back_with_it(uploaded, tmp_path):
    same = KNOWN_ROWS + WAITING_ROW.format(street="rue de la paix")
    assert send(uploaded, tmp_path, LIST + same.replace("Waiting", "Renamed")).waiting == 0
    assert point_of(name="Renamed") is not None
    moved = send(uploaded, tmp_path, LIST + KNOWN_ROWS + WAITING_ROW.format(street="rue Inconnue"))
    assert moved.waiting == 1
    assert point_of() is None
    with connect(Role.INGEST) as connection:
        undo_upload(connection, uploaded, moved.stored.upload_id, undone_by="t")
    assert point_of(name="Renamed") is not None
    assert no_drift()


def test_what_the_partner_says_later_is_what_counts(uploaded, tmp_path):
    told = "w;Waiting;rue de la paix;4;1050;Ixelles;50.8300;4.3700\n"
    send(uploaded, tmp_path, LIST + KNOWN_ROWS + told)
    assert point_of() == pytest.approx((4.37, 50.83))
    shown = released(Audience.PUBLIC).alternatives().set_index("name").loc["Waiting"]
    assert shown["uncertainty_m"] == 0
    assert shown["provenance"]["geom"] == "list"


def test_undoing_the_upload_takes_back_what_was_found_of_it(uploaded, database, tmp_path):
    number = database.rows("SELECT max(upload_id) FROM commons.upload")[0][0]
    with connect(Role.INGEST) as connection:
        undo_upload(connection, uploaded, number, undone_by="t")
    assert names(Audience.PUBLIC) == []
    assert database.rows(LIVE) == [(0,)]
    assert no_drift()


def test_ingest_cannot_store_a_place_that_rests_on_what_may_not_be_lent(database):
    with database.connect() as connection:
        hidden = make_street(
            connection, make_dataset(connection, terms=open_terms()), flags={"visibility": "withheld"}
        )
        waiting = make_waiting(connection, make_dataset(connection, terms=open_terms()))
    with connect(Role.INGEST) as connection:
        connection.execute(
            "WITH made AS (INSERT INTO commons.record_location (record_id, address_hash, method, kind, uncertainty_m, geom,"
            " licences, attributions, holds_until) SELECT p.record_id, p.address_hash, 'street', 'address', 40,"
            " ST_SetSRID(ST_MakePoint(4.3664, 50.8359), 4326), '{}', '{}', 'infinity' FROM commons.place p"
            " WHERE p.record_id = %s RETURNING location_id)"
            " INSERT INTO commons.location_source SELECT location_id, %s, 0 FROM made",
            (waiting.record_id, hidden[0].record_id),
        )
    assert database.rows(LIVE) == [(0,)]
    assert point_of() is None


def test_a_dry_run_changes_nothing(database):
    with database.connect() as connection:
        make_street(connection, make_dataset(connection, terms=open_terms()))
        make_waiting(connection, make_dataset(connection, terms=open_terms()))
    with connect(Role.INGEST) as connection, connection.transaction(force_rollback=True):
        assert locate(connection, located_by="t").found == 1
    assert database.rows(LIVE) == [(0,)]
