"""A mapping as a document: what it may say, and what is refused, each with what to do."""

import pytest

from commons.errors import CommonsError
from commons.vocabulary import Language
from ingest.map.document import as_toml, as_tree, parse_mapping, read_mapping
from tests.conftest import PROJECT

FULL = """
ignore = ["Notes internes"]

[columns]
"Nom de l'asbl" = "name"
"Sorte" = "category"
"Diffuser ?" = "visibility"

[constants]
licence = "CC-BY-4.0"
reuse = true
consent_on = 2026-05-01
postcode = 1030

[splits]
"Adresse" = { pattern = "street number" }
"Lieu-dit" = { separator = " / ", fields = ["municipality", "description"] }

[values.category]
"Resto solidaire" = "food"

[values.visibility]
"Nos membres" = "partners"
"""
NAMED = '[columns]\n"Nom" = "name"\n'


def refused(text):
    with pytest.raises(CommonsError) as failure:
        parse_mapping(text.encode())
    for language in Language:
        assert "{" not in failure.value.what(language) + failure.value.remedy(language)
    return failure.value


def test_a_document_says_columns_constants_splits_values_and_what_to_leave_out():
    mapping = parse_mapping(FULL.encode())
    assert mapping.column_of == {
        "name": "Nom de l'asbl", "category": "Sorte", "visibility": "Diffuser ?",
        "street": "Adresse", "house_number": "Adresse", "municipality": "Lieu-dit", "description": "Lieu-dit",
    }  # fmt: skip
    assert mapping.constants == {
        "licence": "CC-BY-4.0",
        "reuse": "yes",
        "consent_on": "2026-05-01",
        "postcode": "1030",
    }
    assert mapping.values["visibility"] == {"Nos membres": "partners"}
    assert mapping.ignore == ("Notes internes",)
    assert mapping.flags_present == {"visibility", "licence", "reuse", "consent_on"}


def test_what_is_written_is_read_again():
    mapping = parse_mapping(FULL.encode())
    assert parse_mapping(as_toml(mapping).encode()) == mapping
    assert read_mapping(as_tree(mapping)) == mapping


@pytest.mark.parametrize("header", ['a "quoted" one', "back\\slash", "tab\there", "del\x7f", "é\n#x", ""])
def test_any_header_can_be_written(header):
    mapping = read_mapping({"columns": {header: "name"}})
    assert parse_mapping(as_toml(mapping, {header: "sure"}).encode()) == mapping


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[columns", "not_toml"),
        ("x = 1\n" * 2, "not_toml"),
        ('[column]\n"Nom" = "name"', "unknown_part"),
        ('[columns]\n"Nom" = ["name"]', "malformed"),
        ('columns = "x"', "malformed"),
        ('ignore = "Notes"', "malformed"),
        ('[columns]\n"Nom" = "nom"', "unknown_field"),
        ('[columns]\n"Nom" = "name"\n"Titre" = "name"', "field_twice"),
        ('[columns]\n"X" = "category"\n[constants]\ncategory = "food"', "field_twice"),
        ('ignore = ["Nom"]\n' + NAMED, "column_twice"),
        ('[columns]\n"A" = "name"\n[splits]\n"A" = { pattern = "lon lat" }', "column_twice"),
        ('[splits]\n"A" = { pattern = "(.*)(.*)" }', "split_pattern"),
        ('[splits]\n"A" = { separator = ",", fields = ["street"] }', "split_form"),
        ('[splits]\n"A" = { separator = "", fields = ["street", "postcode"] }', "split_form"),
        ('[splits]\n"A" = { regex = "(.*)" }', "split_form"),
        ('[splits]\n"A" = { separator = ",", fields = ["name", "street"] }', "split_field"),
        ('[splits]\n"A" = { separator = ",", fields = ["visibility", "street"] }', "split_field"),
        ('[splits]\n"A" = { separator = ",", fields = ["partner_key", "street"] }', "split_field"),
        ('[constants]\nname = "Tous"', "constant_field"),
        ('[constants]\nemail = "a@b.be"', "constant_field"),
        ('[constants]\ncategory = "Sorte inconnue"', "constant_value"),
        ('[constants]\nvisibility = "à vérifier"', "constant_value"),
        ('[constants]\nvisibility = ""', "constant_value"),
        ('[constants]\nvisibility = "public"\nconsent_until = "bientôt"', "constant_value"),
        ('[constants]\nlicence = "CC0-1.0"', "constant_idle"),
        ("[constants]\nstatistics = true\nconsent_until = 2027-01-01", "constant_idle"),
        ('[values.name]\n"a" = "b"', "value_field"),
        ('[values.category]\n"a" = "food"', "value_idle"),
        ('[columns]\n"S" = "category"\n[values.category]\n"a" = "b"', "value_unknown"),
        ('[columns]\n"S" = "category"\n[values.category]\n"É " = "food"\n"e" = "food"', "value_twice"),
        ('[columns]\n"V" = "visibility"\n[values.visibility]\n"" = "public"', "value_twice"),
        ('[columns]\n"V" = "visibility"\n[values.visibility]\n"Non" = "public"', "value_contradicts"),
        ('[columns]\n"V" = "statistics"\n[values.statistics]\n"nee" = true', "value_contradicts"),
        ('[columns]\n"V" = "visibility"\n[values.visibility]\n"partenaires" = "public"', "value_contradicts"),
        ('[columns]\n"V" = "visibility"\n[values.visibility]\n"A" = "everybody and more"', "value_unknown"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(text, key):
    assert refused(text).key == f"mapping.{key}"


def test_an_error_names_an_entry_by_its_number_and_never_quotes_a_partners_word():
    told = refused('[columns]\n"S" = "category"\n[values.category]\n"a" = "food"\n"Jan J." = "Piet P."')
    assert (told.values["field"], told.values["number"]) == ("category", 2)
    assert "Jan" not in str(told)
    assert "Piet" not in str(told)
    assert "garden" in told.remedy(Language.EN)


def test_a_word_that_means_the_same_already_may_be_told_again():
    text = '[columns]\n"V" = "visibility"\n[values.visibility]\n"Non" = "withheld"\n"Iedereen" = "public"'
    assert parse_mapping(text.encode()).values["visibility"]["Non"] == "withheld"


def test_a_document_that_is_no_mapping_is_not_read_to_its_end():
    assert refused("#" * 1_000_001).key == "mapping.too_large"
    assert refused("x = " + "[" * 10_000).key == "mapping.not_toml"


def test_the_example_of_the_page_is_a_mapping():
    page = (PROJECT / "docs" / "mapping.md").read_text("utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    assert parse_mapping(example.encode()).values["category"] == {"Resto solidaire": "food"}
