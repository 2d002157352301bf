"""A contact in a free text is a contact: masked, wherever it stands, unless the contact groups are granted."""

import json

import pytest
from contacts_in_texts import CONTACTS, NOT_CONTACTS

from builders import make_dataset, make_record, open_terms
from commons.charter import assess
from commons.database.connection import Role
from commons.partners import add_partner
from commons.release import released
from commons.vocabulary import Audience, CharterGrade, Visibility

MARK = "[…]"


def only_row(audience):
    frame = released(audience).alternatives()
    assert len(frame) == 1
    return frame.iloc[0]


def masked(database, texts):
    """Return what the database makes of the texts."""
    with database.admin() as connection:
        rows = connection.execute(
            "SELECT commons.without_contacts(body) FROM unnest(%s::text[]) WITH ORDINALITY AS t (body, n) ORDER BY n",
            (texts,),
        ).fetchall()
    return [text for (text,) in rows]


@pytest.mark.parametrize(
    "around", ["{}", "Écrivez à {}.", "({})", "Tous les jours ; {} / local 3", "le 3 mai 2024 {}"]
)
def test_a_contact_is_masked_in_a_text(database, around):
    found = masked(database, [around.format(contact) for contact in CONTACTS])
    for contact, text in zip(CONTACTS, found, strict=True):
        assert MARK in text, contact
        assert not any(part in text for part in contact.split() if len(part) > 3), (contact, text)


def test_a_contact_is_masked_in_what_a_record_asserts_as_it_is_in_a_text(database):
    texts = [f"Voir {text}." for text in (*CONTACTS, *NOT_CONTACTS)]
    with database.admin() as connection:
        (found,) = connection.execute(
            "SELECT array_agg(commons.without_contacts(jsonb_build_object('name', 'Lieu', 'description', body)) ORDER BY n)"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS t (body, n)",
            (texts,),
        ).fetchone()
    assert found == [{"name": "Lieu", "description": text} for text in masked(database, texts)]


def test_a_charter_without_reasons_stays_beside_a_contact(database):
    charter = {"charter_reasons": None, "charter_assessed_on": "2020-01-01"}
    with database.admin() as connection:
        (found,) = connection.execute(
            "SELECT commons.without_contacts(%s::jsonb)",
            (json.dumps({"name": "a@exemple.be", "charter": charter}),),
        ).fetchone()
    assert found == {"name": MARK, "charter": charter}


def test_what_is_no_contact_stays(database):
    assert masked(database, list(NOT_CONTACTS)) == list(NOT_CONTACTS)


FIELDS = (
    "name",
    "name_fr",
    "description",
    "description_nl",
    "opening_hours",
    "street",
    "municipality",
    "legal_form",
)


@pytest.mark.parametrize(
    ("contact", "open_to"),
    [
        ("withheld", set()),
        (None, set()),
        ("partners", {Audience.PARTNERS}),
        ("public", set(Audience) - {Audience.PARTNER}),
    ],
)
def test_the_contact_flag_decides_who_reads_the_contacts_in_texts(database, contact, open_to):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms(contact=Visibility.PUBLIC))
        texts = {field: f"Chez nous, token@{field.replace('_', '')}.example" for field in FIELDS}
        link = "https://wa.me/32475123456"
        make_record(connection, dataset, flags={"contact": contact}, website=link, **texts)
    for audience in (Audience.PUBLIC, Audience.PARTNERS, Audience.RESEARCHERS):
        row = only_row(audience)
        for field in FIELDS:
            assert row[field] == (texts[field] if audience in open_to else f"Chez nous, {MARK}"), (
                audience,
                field,
            )
        assert (row["website"] == link) == (audience in open_to)
    words = "SELECT audience FROM commons.released_alternative WHERE title ~ 'token' OR words @@ 'token'"
    assert {reader for (reader,) in database.rows(words)} == {
        str(audience) for audience in open_to if audience is not Audience.RESEARCHERS
    }


@pytest.mark.parametrize("field", ["contact_email", "contact_phone", "contact_person"])
def test_beside_a_persons_contact_a_contact_in_a_text_could_be_that_persons(database, field):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms(contact=Visibility.PUBLIC))
        told = {field: "Anne Exemple"}
        make_record(connection, dataset, flags={"contact": "public"}, description="anne@exemple.be", **told)
    assert only_row(Audience.PUBLIC)["description"] == MARK


def test_the_assertion_is_kept_as_it_was_made(database):
    text = "Anne, 0475 12 34 56"
    with database.connect() as connection:
        make_record(
            connection,
            make_dataset(connection, terms=open_terms()),
            flags={"contact": "withheld"},
            description=text,
        )
    assert database.rows("SELECT description FROM commons.record_version", Role.ADMIN) == [(text,)]
    assert only_row(Audience.PUBLIC)["description"] == f"Anne, {MARK}"


def test_a_charters_reasons_and_the_title_of_what_is_pooled_are_texts_too(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, key="1", flags={"contact": "withheld"})
        jury = add_partner(connection, "jury", "The Jury")
        assess(connection, dataset, "1", jury, CharterGrade.A, reasons="vu avec a@exemple.be")
        (mutualisation,) = connection.execute(
            "INSERT INTO commons.mutualisation (mutualisation_key, title) VALUES ('x', 'x') RETURNING mutualisation_id"
        ).fetchone()
        connection.execute(
            "INSERT INTO commons.participation (version_id, mutualisation_id, record_id, title)"
            " SELECT version_id, %s, record_id, 'Remorque 0475 12 34 56' FROM commons.record_version",
            (mutualisation,),
        )
    assert only_row(Audience.PUBLIC)["charter_reasons"] == f"vu avec {MARK}"
    assert database.rows("SELECT DISTINCT title FROM commons.released_participation") == [
        (f"Remorque {MARK}",)
    ]
