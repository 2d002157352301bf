"""A complete list ends many records only where a person gives their number; a partial one ends none."""

from functools import partial

import pytest

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.vocabulary import UploadMode
from ingest.read.table import Format
from ingest.store.ending import EndsManyError
from ingest.store.store import UploadedFile, store
from ingest.upload import commit_upload, commit_with_account, prepare_upload, preview_upload

LIVE = "SELECT count(*) FROM commons.source_record WHERE gone_at IS NULL"
EVERYTHING = (
    f"SELECT ({LIVE}), (SELECT count(*) FROM commons.record_version), (SELECT count(*) FROM commons.upload)"
)


@pytest.fixture
def dataset(database):
    with connect(Role.INGEST) as connection:
        return make_dataset(connection, "list", open_terms())


@pytest.fixture
def listed(tmp_path):
    """Return a list of so many places, or of those from one number on."""

    def prepared(*numbers):
        file = tmp_path / "list.csv"
        rows = [f"{n},Lieu {n},{50.82 + n / 10_000},4.36" for n in range(*numbers)]
        file.write_text("\n".join(["id,nom,latitude,longitude", *rows]), "utf-8")
        return prepare_upload(file)

    return prepared


def send(dataset, prepared, **values):
    with connect(Role.INGEST) as connection:
        return commit_upload(connection, dataset, prepared, uploaded_by="t", **values).stored


FULL = {"mode": UploadMode.FULL}


@pytest.mark.parametrize(
    ("before", "left", "is_asked"),
    [
        (250, 5, True),
        (250, 229, True),
        (250, 230, False),
        (20, 18, False),
        (20, 17, True),
        (3, 2, True),
        (3, 3, False),
    ],
)
def test_more_than_twenty_records_or_a_tenth_are_asked_about(
    database, dataset, listed, before, left, is_asked
):
    send(dataset, listed(before), **FULL)
    kept = database.rows(EVERYTHING)
    if not is_asked:
        assert send(dataset, listed(left), **FULL).gone == before - left
        return
    with pytest.raises(EndsManyError) as refused:
        send(dataset, listed(left), **FULL)
    assert (refused.value.gone, refused.value.before) == (before - left, before)
    assert database.rows(EVERYTHING) == kept
    assert send(dataset, listed(left), **FULL, ends=before - left).gone == before - left
    assert database.rows(LIVE) == [(left,)]


@pytest.mark.parametrize("ends", [0, 1, 244, 246, 250])
def test_another_number_is_no_yes(database, dataset, listed, ends):
    send(dataset, listed(250), **FULL)
    with pytest.raises(EndsManyError):
        send(dataset, listed(5), **FULL, ends=ends)
    assert database.rows(LIVE) == [(250,)]


def test_a_number_that_is_given_holds_for_few_records_too(database, dataset, listed):
    send(dataset, listed(100), **FULL)
    with pytest.raises(EndsManyError):
        send(dataset, listed(98), **FULL, ends=1)
    assert send(dataset, listed(98), **FULL, ends=2).gone == 2


def test_a_renamed_id_is_asked_about_although_every_row_is_there(database, dataset, listed):
    send(dataset, listed(30), **FULL)
    with pytest.raises(EndsManyError):
        send(dataset, listed(1000, 1030), **FULL)


@pytest.mark.parametrize("values", [{}, {"mode": UploadMode.PARTIAL}])
def test_who_does_not_say_that_a_list_is_complete_ends_nothing(database, dataset, listed, values):
    send(dataset, listed(250), **values)
    assert send(dataset, listed(5), **values).gone == 0
    assert database.rows(LIVE) == [(250,)]


def test_no_way_of_storing_forgets_to_ask(database, dataset, listed):
    send(dataset, listed(250), **FULL)
    prepared = listed(5)
    file = UploadedFile(prepared.sha256, "list.csv", Format.CSV.value, prepared.mapping.column_of)
    with connect(Role.INGEST) as outside, connect(Role.INGEST) as connection:
        for way in (
            partial(commit_upload, connection, dataset, prepared, uploaded_by="t", **FULL),
            partial(commit_with_account, connection, outside, dataset, prepared, uploaded_by="t", **FULL),
            partial(store, connection, dataset, file, prepared.chunks(), uploaded_by="t", **FULL),
        ):
            with pytest.raises(EndsManyError):
                way()
            connection.rollback()
    assert database.rows(LIVE) == [(250,)]


def test_a_trial_says_how_many_would_end_of_how_many(database, dataset, listed):
    send(dataset, listed(250), **FULL)
    kept = database.rows(EVERYTHING)
    with connect(Role.INGEST) as connection:
        trial = preview_upload(connection, dataset, listed(5), uploaded_by="t", **FULL).committed.stored
    assert (trial.gone, trial.before) == (245, 250)
    assert database.rows(EVERYTHING) == kept


def test_the_number_is_of_records_that_are_there_now(database, dataset, listed):
    send(dataset, listed(100), **FULL)
    send(dataset, listed(10), **FULL, ends=90)
    with pytest.raises(EndsManyError) as refused:
        send(dataset, listed(8), **FULL)
    assert (refused.value.gone, refused.value.before) == (2, 10)


def test_rejected_rows_are_never_the_whole_list(database, dataset, tmp_path, listed):
    send(dataset, listed(3), **FULL)
    file = tmp_path / "list.csv"
    file.write_text("_row,_codes,_fix,id,nom,latitude,longitude\n1,NAME_MISSING,x,1,Un,50.84,4.36\n", "utf-8")
    prepared = prepare_upload(file)
    assert prepared.is_correction
    with pytest.raises(CommonsError) as refused:
        send(dataset, prepared, **FULL)
    assert refused.value.key == "upload.correction"
    assert send(dataset, prepared).gone == 0
