"""What cannot be read, or cannot be, is closed or refused; it is said clearly, and nothing of it is released."""

from datetime import date

import pytest
from command_line import commons

from builders import SCHEMA_OF, make_dataset, names, open_terms
from commons.consent import Wanted, Word, set_agreement, set_consent, show
from commons.consent.tell import tell
from commons.database.connection import Role
from commons.errors import CommonsError
from commons.vocabulary import Audience, Language, Precision, UploadMode, Visibility
from ingest.upload import commit_upload, prepare_upload

HEADER = "id;nom;lat;lon;visibility;precision;contact;statistics;reuse;licence;consent_on;consent_until\n"
GOOD = "public;exact;public;oui;oui;CC0-1.0;2026-01-01;2099-01-01"


def send(database, dataset, tmp_path, *rows):
    file = tmp_path / "list.csv"
    lines = [f"{number};Le {number};50.8358;4.3663;{row}\n" for number, row in enumerate(rows, start=1)]
    file.write_text(HEADER + "".join(lines), "utf-8")
    prepared = prepare_upload(file)
    with database.connect(Role.INGEST) as connection:
        commit_upload(connection, dataset, prepared, uploaded_by="t", mode=UploadMode.FULL)
    return {
        (int(row), code)
        for row, code in prepared.checked.notices[["row_number", "code"]].dropna().itertuples(index=False)
    }


@pytest.fixture
def dataset(database):
    with database.connect() as connection:
        return make_dataset(connection, "list", open_terms())


@pytest.mark.parametrize(
    "word", ["à vérifier", "maybe", "NA", "", "public?", "True; DROP TABLE", "publik", "non", "0"]
)
def test_a_visibility_that_nobody_understands_shows_nothing_to_anybody(database, dataset, tmp_path, word):
    row = GOOD.replace("public", f'"{word}"', 1)
    said = send(database, dataset, tmp_path, row, GOOD)
    for audience in SCHEMA_OF:
        assert names(audience) == ["Le 2"]
    if word not in {"non", "0"}:
        assert any(number == 1 for number, _ in said), said


def test_a_licence_a_precision_and_a_contact_that_nobody_understands_open_nothing(
    database, dataset, tmp_path
):
    said = send(
        database, dataset, tmp_path,
        GOOD.replace("CC0-1.0", "gratuit"), GOOD.replace("exact", "assez"), GOOD.replace("exact;public", "exact;demande-moi"),
    )  # fmt: skip
    assert names(Audience.PUBLIC) == ["Le 1", "Le 3"]  # under the agreement's licence; without its contact
    assert {number for number, _ in said} == {1, 2, 3}
    assert database.rows("SELECT DISTINCT licences FROM released_public.alternative WHERE name = 'Le 1'") == [
        (["CC-BY-4.0"],)
    ]


@pytest.mark.parametrize(
    "dates",
    [
        "2099-01-01;2026-01-01",
        "2026-01-01;2026-01-01",
        "hier;2099-01-01",
        "2026-01-01;un jour",
        "2026-02-31;2099-01-01",
    ],
)
def test_dates_the_wrong_way_round_or_unreadable_show_nothing(database, dataset, tmp_path, dates):
    said = send(database, dataset, tmp_path, GOOD.replace("2026-01-01;2099-01-01", dates), GOOD)
    for audience in SCHEMA_OF:
        assert names(audience) == ["Le 2"]
    assert any(number == 1 for number, _ in said)


def test_under_an_agreement_that_has_run_out_nothing_is_shown_and_it_is_said(database, tmp_path):
    with database.connect() as connection:
        over = make_dataset(
            connection, "over", open_terms(signed_on=date(2020, 1, 1), valid_until=date(2021, 1, 1))
        )
    send(database, over, tmp_path, GOOD)
    for audience in SCHEMA_OF:
        assert names(audience) == []
    with database.connect(Role.INGEST) as connection:
        told = tell(show(connection, over, "1"), Language.EN)
    assert set(told[told["part"] == "reader"]["why"]) == {"the agreement of the list ended on 2021-01-01"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"valid_until": date(2026, 1, 1)}, "consent.until_past"),
        ({"licence": "gratuit"}, "consent.licence"),
        ({"signed_by": " "}, "consent.no_name"),
    ],
)
def test_an_agreement_that_cannot_be_is_refused(database, dataset, changes, error):
    before = database.rows("SELECT count(*) FROM commons.agreement")
    with database.connect(Role.INGEST) as connection, pytest.raises(CommonsError) as refused:
        set_agreement(connection, dataset, open_terms(**changes))
    assert refused.value.key == error
    assert database.rows("SELECT count(*) FROM commons.agreement") == before


def test_an_unknown_licence_is_refused_for_a_record(database, dataset, tmp_path):
    send(database, dataset, tmp_path, GOOD)
    wanted = Wanted(
        visibility=Visibility.PUBLIC, precision=Precision.EXACT, contact=Visibility.PUBLIC, statistics=True, reuse=True,
        licence="gratuit",
    )  # fmt: skip
    with database.connect(Role.INGEST) as connection, pytest.raises(CommonsError) as refused:
        set_consent(connection, dataset, wanted, Word(given_by="Ann"), record_key="1")
    assert refused.value.key == "consent.licence"
    assert "CC-BY-4.0" in str(refused.value)


FLAGS = [
    "--visibility",
    "partners",
    "--precision",
    "exact",
    "--contact",
    "public",
    "--statistics",
    "--reuse",
    "--by",
    "Ann",
]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["set", "list", *FLAGS, "--record", "nobody"], 1, "no record of this key"),
        (["set", "nowhere", *FLAGS], 1, "no dataset called"),
        (["set", "list", *FLAGS, "--until", "2020-01-01"], 1, "past already"),
        (["set", "list", *FLAGS, "--until", "demain"], 2, "--until"),
        (["set", "list", *FLAGS, "--visibility", "everybody"], 2, "--visibility"),
        (["set", "list", *FLAGS, "--evidence-kind", "import flag"], 2, "--evidence-kind"),
        (["set", "list", "--visibility", "public", "--by", "Ann"], 2, "Missing option"),
        (["approve", "99", "--by", "Bob"], 1, "no proposal no. 99"),
        (["show", "list", "--record", "nobody"], 1, "no record of this key"),
        (["receipt", "list", "nobody"], 1, "no record of this key"),
    ],
)
def test_a_mistake_at_the_terminal_is_told_and_changes_nothing(database, dataset, words, status, said):
    before = database.rows(
        "SELECT (SELECT count(*) FROM commons.consent), (SELECT count(*) FROM commons.agreement)"
    )
    done = commons("consent", *words)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert (
        database.rows(
            "SELECT (SELECT count(*) FROM commons.consent), (SELECT count(*) FROM commons.agreement)"
        )
        == before
    )
