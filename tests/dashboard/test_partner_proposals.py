"""A partner finds on its page what visitors propose to it, as text, and decides with a name and a note."""

import pytest
from proposing import addition, error, public_id_of

from builders import make_dataset, make_record, names, open_terms
from commons.database.connection import Role
from commons.i18n import translate
from commons.partners import find_partner, issue_token
from commons.proposals.send import send
from commons.vocabulary import Audience, Language
from dashboard.desk.proposals import corrections_csv

HOSTILE = '[x](https://evil.example) <img src=x onerror="alert(1)"> :smile: $x$ www.evil.example'


@pytest.fixture
def enter(database, open_page):
    """Return a function that opens the page as a partner of two that tell of one alternative each."""
    with database.connect() as connection:
        made = {
            name: make_record(
                connection,
                make_dataset(connection, name, open_terms()),
                key=f"key-{name}",
                name=name,
                flags={},
            )
            for name in ("ours", "theirs")
        }
        tokens = {
            name: issue_token(connection, find_partner(connection, f"partner-of-{name}")) for name in made
        }

    def entered(name="ours", language=Language.EN):
        app = open_page("upload", lang=language.value)
        app.text_input[0].set_value(tokens[name])
        return app.button[0].click().run()

    entered.made = made
    return entered


def told(app):
    return [element.value for element in app.text]


def press(app, label, **filled):
    for name, text in filled.items():
        next(box for box in app.text_input if box.label == name).set_value(text)
    return next(button for button in app.button if button.label == label).click().run()


@pytest.mark.parametrize("language", Language)
def test_what_strangers_wrote_is_text_and_another_partner_s_is_not_there(database, enter, language):
    send(
        error(public_id_of(database, enter.made["ours"]), told=HOSTILE, why=HOSTILE, contact="zq@example.org")
    )
    app = enter("ours", language)
    assert not app.exception
    assert [error.value for error in app.error] == []
    assert told(app).count(HOSTILE) == 2
    assert "zq@example.org" in told(app)
    markdown = [
        element.value for kind in ("markdown", "caption", "header", "info") for element in getattr(app, kind)
    ]
    assert not [text for text in markdown if "evil" in text or "dashboard." in text or "{" in text]
    other = enter("theirs", language)
    assert told(other) == []
    assert translate("dashboard.proposals.none", language) in [element.value for element in other.markdown]


def test_an_addition_is_accepted_into_the_partner_s_list(database, enter):
    reference = send(addition(name="Un potager", lon=4.35, lat=50.85))
    app = press(enter(), "Accept", **{"Your name": "A. Voisin", "Note (optional)": "seen"})
    assert not app.exception
    assert "record of your list" in app.success[0].value
    assert names(Audience.PUBLIC) == ["Un potager", "ours", "theirs"]
    assert database.rows("SELECT decision, decided_by, note FROM commons.proposal") == [
        ("accepted", "A. Voisin", "seen")
    ]
    assert database.rows(
        "SELECT detail ->> 'partner' FROM commons.audit_event WHERE object_kind = 'proposal'"
    ) == [("partner-of-ours",)]
    assert reference not in str(told(enter("theirs")))


def test_an_error_is_accepted_as_a_correction_to_be_made_and_a_refusal_needs_a_name(database, enter):
    public_id = public_id_of(database, enter.made["ours"])
    for text in ("=cmd()", "Another"):
        send(error(public_id, told=text))
    app = press(enter(), "Accept", **{"Your name": "A. Voisin"})
    assert "correct it in your file" in app.success[0].value
    app = press(app, "Refuse")
    assert len(app.error) == 1
    app = press(app, "Refuse", **{"Your name": "A. Voisin"})
    assert app.success[0].value == "Refused."
    assert not app.exception
    assert names(Audience.PUBLIC) == ["ours", "theirs"]


def test_the_corrections_are_a_file_that_no_spreadsheet_runs(database, enter, monkeypatch):
    from commons.proposals.queue import Decider, accept_error, corrections  # noqa: PLC0415

    reference = send(error(public_id_of(database, enter.made["ours"]), told="=cmd()"))
    with database.connect(Role.INGEST) as connection:
        accept_error(connection, reference, Decider("A. Voisin"))
        found = corrections(connection)
    monkeypatch.setattr("dashboard.desk.proposals.language", lambda: Language.EN)
    text = corrections_csv(found).decode("utf-8-sig")
    assert text.splitlines()[0] == "reference,list,key,name,field,at present,proposed,why"
    assert ",'=cmd()," in text
