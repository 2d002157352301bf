"""The catalogue of fields: what is generated from it, and the texts that it asks for."""

import pytest

from commons.database.owner import routine
from commons.i18n import translate
from commons.schema.fields import FIELDS, read_fields
from commons.schema.routine import fields_routine
from commons.vocabulary import Language
from ingest.headers import words_of_fields
from maps.entries import PLAIN_FIELDS


def test_the_generated_routine_is_what_the_catalogue_says():
    assert routine("fields") == fields_routine(), "run `make fields`"


@pytest.mark.parametrize(
    "entry", ["{ kind = 'text' }", "{ type = 'number' }", "{ group = 'contacts' }", "{ chosen_by = 'luck' }"]
)
def test_a_catalogue_with_a_word_that_it_does_not_know_is_refused(entry):
    with pytest.raises((TypeError, ValueError)):
        read_fields(f"name = {entry}")


def test_every_field_has_its_labels():
    languages = tuple(f"_{language}" for language in Language)
    keys = {
        *(f"dashboard.field.{name}" for name in words_of_fields()),
        *(f"dashboard.card.{name}" for name in PLAIN_FIELDS),
        # A text in one language is called as the field, with the language beside it.
        *(f"consent_page.field.{f.name}" for f in FIELDS if f.group and not f.name.endswith(languages)),
    }
    assert all(translate(key, language) for key in keys for language in Language)
