"""Lists with headers that the table was not made for map themselves by what their values are and how a header begins."""

import hashlib
import tomllib
from collections import Counter

import pandas as pd
import pytest

from ingest.map import propose_mapping
from ingest.read.table import Format, RawTable
from tests.conftest import PROJECT

TRUTH = tomllib.loads((PROJECT / "tests" / "ingest" / "mapping_held_out.toml").read_text("utf-8"))
AT_LEAST = {"dev": 0.9, "test": 0.75}
"""What was tuned to has to stay; the other is what a new list may expect (docs/mapping.md has the figures)."""


def part_of(name):
    return "dev" if hashlib.sha256(name.encode()).digest()[0] % 2 else "test"


def taken(columns):
    """Return what each column of a list is taken for."""
    cells = {
        header: pd.Series(values, index=range(1, len(values) + 1), dtype="str").replace("", pd.NA)
        for header, values in columns.items()
    }
    mapping = propose_mapping(RawTable(pd.DataFrame(cells), None, None, Format.CSV, "utf-8"))
    fields = [match.field for match in mapping.matches]
    assert len(fields) == len(set(fields))
    parted = {split.column: " ".join(split.fields) for split in mapping.splits}
    return {match.column: match.field for match in mapping.matches} | parted


@pytest.mark.parametrize("part", AT_LEAST)
@pytest.mark.parametrize("language", ["fr", "nl"])
def test_headers_that_were_not_foreseen_are_mostly_right(language, part):
    counted = Counter()
    for name, told in TRUTH.items():
        if told["language"] == language and part_of(name) == part:
            found = taken({header: values for header, _, *values in told["columns"]})
            counted.update(found.get(header, "") == field for header, field, *_ in told["columns"])
    assert counted[True] / counted.total() >= AT_LEAST[part], counted


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Statistiques annuelles", ["oui", "non"]),
        ("Publication papier", ["oui", "non"]),
        ("Numéro de dossier", ["12", "13"]),
        ("Notes", ["Rue Haute en travaux 2 mois", "x"]),
    ],
)
def test_no_consent_and_no_number_is_taken_from_a_part_of_a_header(header, values):
    assert header not in taken({"nom": ["A", "B"], header: values})


@pytest.mark.parametrize(
    ("header", "value", "field"),
    [
        ("GSM du responsable", "0475 12 34 56", "contact_phone"),
        ("Ligne directe", "0475 12 34 56", "phone"),
        ("Où ?", "Hoogstraat 12", "address"),
        ("Où ?", "Hoogstraat", "street"),
        ("Où ?", "Sint Gillis", "municipality"),
        ("Où ?", "50.8466, 4.3528", "coordinates"),
        ("Quand ?", "Mo-Fr 10:00-18:00", "opening_hours"),
        ("Statut", "vzw", "legal_form"),
        ("Horaires d'accueil", "le matin", "opening_hours"),
    ],
)
def test_values_and_phrases_tell_a_column(header, value, field):
    assert taken({"nom": ["A", "B"], header: [value, value]})[header] == field
