"""A dataset's saved mapping: in versions, used by its next files, asked again when the header changed."""

from functools import partial

import psycopg
import pytest
from sending import confirmed

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.vocabulary import UploadMode
from ingest.check.set_aside import set_aside_csv
from ingest.map.document import read_mapping
from ingest.map.saved import latest_mapping, save_mapping
from ingest.upload import commit_upload, prepare_upload, preview_upload

TREE = {"columns": {"Qui": "name", "Y": "lat", "X": "lon"}}
LIST = "Qui;Y;X\nLe Potager;50,84;4,36\n"


@pytest.fixture
def dataset(database):
    with connect(Role.INGEST) as connection:
        return make_dataset(connection, "liste", open_terms())


@pytest.fixture
def send(dataset, tmp_path):
    """Upload a text as the dataset's next file, by the saved mapping unless one is chosen for it."""

    def upload(text, *, chosen=None, dry_run=False, forgetful=False):
        file = tmp_path / "list.csv"
        file.write_text(text, "utf-8")
        with connect(Role.INGEST) as connection:
            saved = None if forgetful else latest_mapping(connection, dataset)
            prepared = prepare_upload(file, saved=saved, chosen=read_mapping(chosen) if chosen else None)
            if dry_run:
                return preview_upload(
                    connection, dataset, prepared, uploaded_by="t", mode=UploadMode.FULL
                ).committed.stored
            mode = UploadMode.PARTIAL if prepared.is_correction else UploadMode.FULL
            send = partial(commit_upload, connection, dataset, prepared, uploaded_by="A. Voisin", mode=mode)
            return confirmed(connection, send).stored

    return upload


def save(dataset, tree, by="A. Voisin"):
    with connect(Role.INGEST) as connection:
        return save_mapping(connection, dataset, read_mapping(tree), saved_by=by)


def refused(do):
    with pytest.raises(CommonsError) as failure:
        do()
    return failure.value


def versions(database):
    return database.rows("SELECT version, saved_by FROM commons.saved_mapping ORDER BY version")


def test_versions_are_kept_and_the_same_again_is_no_new_one(database, dataset):
    with connect(Role.INGEST) as connection:
        assert latest_mapping(connection, dataset) is None
    first = save(dataset, TREE)
    assert save(dataset, dict(reversed(TREE.items())), by="B. Buren") == first
    second = save(dataset, TREE | {"ignore": ["Notes"]}, by="B. Buren")
    assert (first.version, second.version) == (1, 2)
    assert versions(database) == [(1, "A. Voisin"), (2, "B. Buren")]
    assert database.rows("SELECT action, detail FROM commons.audit_event WHERE action = 'save mapping'") == [
        ("save mapping", {"version": 1}),
        ("save mapping", {"version": 2}),
    ]
    assert refused(lambda: save(dataset, TREE, by=" ")).key == "consent.no_name"


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE commons.saved_mapping SET document = '{}'",
        "DELETE FROM commons.saved_mapping",
        "TRUNCATE commons.saved_mapping CASCADE",
    ],
)
def test_ingest_only_adds(database, dataset, attempt):
    save(dataset, TREE)
    with connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(attempt)


def test_a_mapping_chosen_for_a_file_is_saved_with_it_and_used_for_the_next(database, send):
    send(LIST, chosen=TREE | {"constants": {"category": "garden"}})
    done = send(LIST + "Le Four;50,85;4,36\n")
    assert (done.new, done.unchanged) == (1, 1)
    assert versions(database) == [(1, "A. Voisin")]
    used = "SELECT u.upload_id, m.version, u.preset FROM commons.upload u LEFT JOIN commons.saved_mapping m USING (saved_mapping_id)"
    assert [row[1:] for row in database.rows(f"{used} ORDER BY 1")] == [(1, None), (1, None)]
    assert database.rows("SELECT DISTINCT category FROM commons.record_version") == [("garden",)]


def test_a_trial_saves_nothing(database, send):
    assert send(LIST, chosen=TREE, dry_run=True).new == 1
    assert versions(database) == []


def test_an_upload_says_that_it_rests_on_no_saved_mapping_or_on_a_preset(database, send):
    send("nom;lat;lon\nA;50,84;4,36\n")
    send("name;addr:street;addr:city\nA;Rue Haute;Bruxelles\n")
    assert database.rows("SELECT saved_mapping_id, preset FROM commons.upload ORDER BY upload_id") == [
        (None, None),
        (None, "osm"),
    ]


def test_the_same_file_by_another_mapping_is_no_repeat(send):
    assert send(LIST, chosen=TREE).new == 1
    assert send(LIST).is_repeat
    again = send(LIST, chosen=TREE | {"constants": {"category": "food"}})
    assert (again.is_repeat, again.changed) == (False, 1)


def test_a_mapped_column_that_is_missing_is_asked_and_nothing_is_stored(database, dataset, send):
    save(dataset, TREE)
    failure = refused(lambda: send("Nom;Y;X\nLe Potager;50,84;4,36\n"))
    assert failure.key == "mapping.changed"
    assert (failure.values["missing"], failure.values["flags"]) == ("Qui", "-")
    assert "commons mapping save liste" in str(failure)
    assert database.rows("SELECT FROM commons.upload") == []


def test_a_new_column_that_looks_like_a_flag_is_asked(dataset, send):
    save(dataset, TREE | {"constants": {"visibility": "public"}})
    failure = refused(lambda: send("Qui;Y;X;Zichtbaarheid\nLe Potager;50,84;4,36;nee\n"))
    assert failure.key == "mapping.changed"
    assert (failure.values["missing"], failure.values["flags"]) == ("-", "Zichtbaarheid")


def test_a_new_column_that_is_no_flag_is_kept_aside_and_told(dataset, send):
    save(dataset, TREE)
    done = send("Qui;Y;X;Truc\nLe Potager;50,84;4,36;bleu\n")
    assert done.new == 1
    assert set(done.notices.query("code == 'COLUMN_UNMAPPED'")["column"]) == {"Truc"}


def test_a_column_to_be_ignored_may_be_gone(dataset, send):
    save(dataset, TREE | {"ignore": ["Notes"]})
    assert send(LIST).new == 1


def test_a_file_that_was_not_read_by_the_saved_mapping_is_not_stored(database, dataset, send):
    save(dataset, TREE)
    assert refused(lambda: send("nom;lat;lon\nA;50,84;4,36\n", forgetful=True)).key == "mapping.stale"
    assert database.rows("SELECT FROM commons.upload") == []


def test_another_datasets_mapping_is_refused(database, send, tmp_path):
    with connect(Role.INGEST) as connection:
        other = make_dataset(connection, "autre", open_terms())
        theirs = save_mapping(connection, other, read_mapping(TREE), saved_by="C.")
    file = tmp_path / "list.csv"
    file.write_text(LIST, "utf-8")
    prepared = prepare_upload(file, saved=theirs)
    with connect(Role.INGEST) as connection:
        mine = make_dataset(connection, "mienne", open_terms())
        assert (
            refused(
                lambda: commit_upload(connection, mine, prepared, uploaded_by="t", mode=UploadMode.FULL)
            ).key
            == "mapping.stale"
        )


def test_rows_set_aside_come_back_by_the_same_mapping(database, dataset, send, tmp_path):
    text = "Qui;Y;X;Notes\n;50,84;4,36;secret\nLe Four;50,85;4,36;secret\n"
    send(text, chosen=TREE | {"ignore": ["Notes"]})
    with connect(Role.INGEST) as connection:
        saved = latest_mapping(connection, dataset)
    aside = prepare_upload(tmp_path / "list.csv", saved=saved).set_aside().assign(Qui="Corrigé")
    csv = set_aside_csv(aside).decode("utf-8-sig")
    assert "secret" not in csv
    assert send(csv).new == 1
    assert database.rows("SELECT FROM commons.set_aside_row WHERE values::text ~ 'secret'") == []
