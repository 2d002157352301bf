"""What tells of who filled in a form, on what and when, is not the place's own: it is asked about and shown to nobody."""

import pytest

from ingest.upload import prepare_upload

MAIL, PHONE, DAY = "tania@exemple.be", "0475 12 34 56", "2026-03-01"
NAMES = ("Potager", "Atelier", "Bibliothèque d'objets")


@pytest.fixture
def listed(checked):
    """Return a function that checks a list of three places with one more column."""

    def run(header, value):
        rows = [f"{name};{50.84 + n / 1000};4.36;{value}" for n, name in enumerate(NAMES)]
        return checked("\n".join([f"nom;latitude;longitude;{header}", *rows]))

    return run


def about(result, column):
    return set(result.notices.loc[result.notices["column"].eq(column), "code"])


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("username", MAIL),
        ("Nom d'utilisateur", MAIL),
        ("created_by", MAIL),
        ("last_edited_user", MAIL),
        ("Modifié par", MAIL),
        ("Gewijzigd door", MAIL),
        ("Adresse e-mail du répondant", MAIL),
        ("Enquêteur email", MAIL),
        ("GSM encodeur", PHONE),
        ("Téléphone de l'enquêtrice", PHONE),
    ],
)
def test_the_particulars_of_who_filled_in_are_not_the_places(listed, header, value):
    result = listed(header, value)
    assert about(result, header) == {"COLUMN_OF_REPORTERS"}
    for field in ("email", "phone", "contact_email", "contact_phone"):
        assert result.frame[field].isna().all()
    assert [extras[header] for extras in result.frame["extras"]] == [value] * 3


@pytest.mark.parametrize("header", ["Email Address", "Votre adresse e-mail", "E-mail de l'association"])
def test_an_address_that_the_place_gave_is_its_own(listed, header):
    assert listed(header, MAIL).frame["email"].tolist() == [MAIL] * 3


@pytest.mark.parametrize("header", ["created_at", "createdAt", "CreationDate", "date_created"])
def test_the_day_of_a_rows_first_writing_is_no_founding(listed, header):
    result = listed(header, DAY)
    assert about(result, header) == {"COLUMN_OF_TIMES"}
    assert result.frame["founded_on"].isna().all()


@pytest.mark.parametrize("header", ["Date de création", "Created on", "opgericht op"])
def test_a_day_of_creation_is_one(listed, header):
    assert listed(header, DAY).frame["founded_on"].notna().all()


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("deviceid", "ee.kobotoolbox.org:8Wjk2l"),
        ("audit_URL", "https://forms.example.org/audit.csv"),
        ("_attachments", "https://forms.example.org/attachment/1"),
        ("Pièce jointe", "https://forms.example.org/attachment/1"),
    ],
)
def test_what_the_form_keeps_is_no_website(listed, header, value):
    result = listed(header, value)
    assert result.frame["website"].isna().all()


def test_the_telephone_of_a_form_is_not_the_places(tmp_path):
    head = "_uuid;_submission_time;_validation_status;simserial;phonenumber;nom;latitude;longitude"
    rows = [f"u{n};2026-03-01T10:0{n}:00;;9{n};{PHONE};{name};50.84;4.3{n}" for n, name in enumerate(NAMES)]
    (tmp_path / "form.csv").write_text("\n".join([head, *rows]), "utf-8")
    result = prepare_upload(tmp_path / "form.csv").checked
    assert result.frame["phone"].isna().all()
    assert about(result, "phonenumber") == {"COLUMN_IGNORED"}
