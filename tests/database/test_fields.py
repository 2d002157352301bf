"""The catalogue of fields: what is generated from it, and the texts that it asks for."""

import json
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from commons.database.owner import routine
from commons.i18n import translate
from commons.schema.fields import FIELDS, read_fields
from commons.schema.routine import fields_routine
from commons.vocabulary import Language
from ingest.headers import words_of_fields
from maps.entries import PLAIN_FIELDS, SHOWN_APART

PROJECT = Path(__file__).resolve().parents[2]
ADDED_FIELD = "fediverse"
LABEL = f'{ADDED_FIELD} = {{ fr = "Compte Mastodon", nl = "Mastodonaccount", en = "Mastodon account" }}'
ADDED = {
    "commons/schema/fields.toml": f'{ADDED_FIELD} = {{ group = "contact_organisation", chosen_by = "freshness", personal = true }}\n',
    "ingest/headers.toml": f'{ADDED_FIELD} = ["{ADDED_FIELD}", "compte mastodon"]\n',
    "commons/i18n/added.toml": f"[dashboard.card]\n{LABEL}\n[dashboard.field]\n{LABEL}\n[consent_page.field]\n{LABEL}\n",
}
"""What is written to add a field: its line in the catalogue, and texts."""


def test_the_generated_routine_is_what_the_catalogue_says():
    assert routine("fields") == fields_routine(), "run `make fields`"


@pytest.mark.parametrize(
    "entry",
    [
        "{ kind = 'text' }",
        "{ type = 'number' }",
        "{ group = 'contacts' }",
        "{ chosen_by = 'luck' }",
        "{ group = 'location' }",
    ],
)
def test_a_catalogue_with_a_word_that_it_does_not_know_is_refused(entry):
    with pytest.raises((TypeError, ValueError)):
        read_fields(f"name = {entry}")


def test_a_field_that_is_no_text_is_written_out_where_cards_and_exports_are_made():
    shown = {field.name for field in FIELDS if field.group}
    written_out = {
        "street",
        "house_number",
        "postcode",
        "municipality",
        "founded_on",
        "charter",
        "offers",
        "needs",
    }
    told_by_nothing = {"ended_on"}  # what has ended is not shown
    assert shown - {*PLAIN_FIELDS, *SHOWN_APART} == written_out | told_by_nothing


def test_every_field_has_its_labels():
    languages = tuple(f"_{language}" for language in Language)
    keys = {
        *(f"dashboard.field.{name}" for name in words_of_fields()),
        *(f"dashboard.card.{name}" for name in PLAIN_FIELDS),
        # A text in one language is called as the field, with the language beside it.
        *(f"consent_page.field.{f.name}" for f in FIELDS if f.group and not f.name.endswith(languages)),
    }
    assert all(translate(key, language) for key in keys for language in Language)


def test_a_field_that_is_added_to_the_catalogue_needs_nothing_more_but_its_texts(database, tmp_path):
    for room in ("commons", "ingest", "maps"):
        shutil.copytree(PROJECT / room, tmp_path / room)
    for file, line in ADDED.items():
        with (tmp_path / file).open("a", encoding="utf-8") as text:
            text.write(line)
    python = partial(subprocess.run, check=True, stdout=subprocess.PIPE, cwd=tmp_path, env=os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(PROJECT / "tests" / "support")]),
    })  # fmt: skip
    python([sys.executable, "-m", "commons.database.generate"])
    done = python([sys.executable, PROJECT / "tests" / "database" / "another_field.py", ADDED_FIELD])
    value = "@lieu@canary.example"
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "mapped": "Compte Mastodon",
        "counts": [1, 1],
        "held": ["commons.record_version", "commons.set_aside_row", "released_partners.alternative_row"],
        "released": {"public": [None], "partners": [value], "researchers": [None]},
        "exported": {"public": False, "partners": True},
        "held_after": [],
    }
