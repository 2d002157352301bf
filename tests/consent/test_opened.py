"""An old file whose flags close what two people had opened says so, before it is stored and after."""

import pytest

from builders import make_dataset, open_terms
from commons.consent.change import set_consent
from commons.consent.decide import approve
from commons.consent.statements import Word
from commons.consent.wanted import Wanted
from commons.database.connection import Role, connect
from commons.release import released
from commons.vocabulary import Audience, Precision, UploadMode, Visibility
from ingest.notices import NoticeCode
from ingest.upload import commit_upload, prepare_upload, preview_upload

HEADER = "id,nom,latitude,longitude,precision,reuse"
OLD = ["1,Un,50.84,4.36,exact,non", "2,Deux,50.85,4.37,exact,oui", "3,Trois,50.86,4.38,commune,oui"]


@pytest.fixture
def sender(database, tmp_path):
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "list", open_terms())

    def send(rows, work=commit_upload, mode=UploadMode.PARTIAL):
        file = tmp_path / "list.csv"
        file.write_text("\n".join([HEADER, *rows]), "utf-8")
        with connect(Role.INGEST) as connection:
            done = work(connection, dataset, prepare_upload(file), uploaded_by="t", mode=mode)
            return getattr(done, "committed", done).stored

    send.dataset = dataset
    return send


def open_record(dataset, key):
    """Let two people open a record altogether, whatever its file said."""
    wanted = Wanted(
        visibility=Visibility.PUBLIC,
        precision=Precision.EXACT,
        contact=Visibility.PUBLIC,
        statistics=True,
        reuse=True,
    )
    with connect(Role.INGEST) as connection:
        change = set_consent(connection, dataset, wanted, Word(given_by="A. One"), record_key=key)
        approve(connection, change.proposal_id, approved_by="B. Two")


def shown():
    return released(Audience.PUBLIC).alternatives().set_index("name")[["precision", "reusable"]].T.to_dict()


def closed_rows(database):
    return [
        row
        for (row,) in database.rows(
            "SELECT row_number FROM commons.notice WHERE code = 'OPENED_CLOSED' ORDER BY upload_id, row_number"
        )
    ]


@pytest.mark.parametrize("key", ["1", "3"], ids=["reuse", "precision"])
def test_the_trial_of_an_old_file_tells_which_rows_close_what_was_opened(database, sender, key):
    sender(OLD)
    before = shown()
    open_record(sender.dataset, key)
    opened = shown()
    assert opened != before
    old = [*OLD, "4,Quatre,50.87,4.39,exact,oui"]
    assert sender(old, preview_upload).remarks == {NoticeCode.OPENED_CLOSED: 1}
    assert shown() == opened
    assert sender(old).remarks == {NoticeCode.OPENED_CLOSED: 1}
    assert {name: row for name, row in shown().items() if name != "Quatre"} == before
    assert closed_rows(database) == [int(key)]


@pytest.mark.parametrize(
    ("rows", "mode"),
    [
        (["1,Un,50.84,4.36,exact,oui", *OLD[1:]], UploadMode.PARTIAL),
        ([OLD[1], "3,Trois,50.86,4.38,withheld,oui"], UploadMode.PARTIAL),
        ([OLD[1]], UploadMode.FULL),
    ],
    ids=["as wide as they opened it", "another row narrows", "it is no longer in the list"],
)
def test_what_closes_nothing_of_theirs_is_not_told(sender, rows, mode):
    sender(OLD)
    open_record(sender.dataset, "1")
    assert sender(rows, preview_upload, mode).remarks == {}


def test_a_file_alone_opens_and_closes_without_a_word(sender):
    sender(OLD)
    sender(["1,Un,50.84,4.36,exact,oui"])
    assert sender(OLD[:1]).remarks == {}
