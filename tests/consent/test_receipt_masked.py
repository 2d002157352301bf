"""The page of a consent link says that a contact in a text is masked, and shows the text as its readers see it."""

import pytest

from builders import make_dataset, make_record, open_terms
from commons.consent.link import follow_link, issue_link
from commons.consent.receipt import read_receipt
from commons.database.connection import Role
from commons.i18n import translate
from commons.vocabulary import Language, Visibility
from dashboard.components.consent_words import ConsentWords

TEXT = "Un jardin. Écrivez à anne@exemple.be"


def groups(database, language, **record):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms(contact=Visibility.PUBLIC))
        make_record(connection, dataset, key="one", name="Jardin", **record)
    with database.connect(Role.INGEST) as connection:
        token = issue_link(connection, dataset, "one").removeprefix("/consent/")
        receipt = read_receipt(connection, follow_link(connection, token))
        return ConsentWords(language, receipt, None).context["groups"]


@pytest.mark.parametrize("language", Language)
def test_a_masked_text_is_shown_masked_and_said_to_be(database, language):
    link = "https://wa.me/32475123456"
    found = groups(database, language, flags={"contact": "withheld"}, description=TEXT, website=link)
    said = {value for group in found for _, value in group["told"]}
    assert "Un jardin. Écrivez à […]" in said
    assert "[…]" in said
    assert not said & {TEXT, link}
    notes = {group["label"]: group["masked"] for group in found}
    assert notes.pop(translate("field_group.description", language)) == translate(
        "consent_page.masked", language
    )
    assert set(notes.values()) == {""}


@pytest.mark.parametrize(("person", "is_whole"), [({}, True), ({"contact_person": "Anne"}, False)])
def test_a_text_whose_contacts_may_be_seen_is_shown_whole(database, person, is_whole):
    found = groups(database, Language.FR, flags={"contact": "public"}, description=TEXT, **person)
    said = {value for group in found for _, value in group["told"]}
    assert (TEXT in said) == is_whole
    assert any(group["masked"] for group in found) != is_whole
