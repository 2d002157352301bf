"""The commands about merging, as a person at a terminal uses them."""

import json

import pytest
from command_line import commons

from builders import make_dataset, make_record, open_terms

PHONE = "+32 2 555 01 02"


@pytest.fixture
def lists(database):
    with database.connect() as connection:
        for n, slug in enumerate("abc"):
            dataset = make_dataset(connection, slug, open_terms())
            make_record(connection, dataset, key="1", name="Lanterne Bleue", place=(4.35, 50.85 + n * 0.0013))
        make_record(connection, dataset, key="2", name="Le Fil Rouge", phone=PHONE)
    return database


def told(*words, **how):
    said = commons(*words, **how)
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_a_pair_is_asked_told_decided_and_taken_back(lists):
    assert "4 records compared anew" in told("link", "--dry-run")
    assert lists.rows("SELECT FROM commons.match_decision") == []
    assert "wait for a person's word" in told("link")
    asked = json.loads(told("review", "a", "--format", "json"))
    assert [(pair["one"], pair["other"], pair["decision"]) for pair in asked] == [
        ("a/1", "b/1", "for a person to decide")
    ]
    assert "même nom" in told("review", "a", language="fr")
    assert "Kept; 1 records" in told(
        "alternatives", "merge", "a/1", "b/1", "--by", "A. Voisin", "--note", "le même"
    )
    shown = told("alternatives", "show", "b/1")
    assert "A. Voisin" in shown
    assert "le même" in shown
    overlap = json.loads(told("overlap", "--format", "json"))
    assert [(line["partner"], line["known"], line["unique"]) for line in overlap] == [
        ("partner-of-a", 1, 0), ("partner-of-b", 1, 0), ("partner-of-c", 2, 2)]  # fmt: skip
    assert "Kept; 1 records" in told("alternatives", "undo", "a/1", "b/1", "--by", "A. Voisin")
    assert json.loads(told("overlap", "--format", "json"))[0]["unique"] == 1


@pytest.mark.parametrize(
    ("words", "language", "says"),
    [
        (("show", "a/9"), "nl", "Er is geen record"),
        (("show", "x/1"), "fr", "Aucun jeu de données"),
        (("merge", "a/1", "a/1", "--by", "x"), "en", "given twice"),
        (("undo", "a/1", "b/1", "--by", "x"), "en", "Nobody has said anything"),
    ],
)
def test_what_cannot_be_is_explained(lists, words, language, says):
    said = commons("alternatives", *words, language=language)
    assert said.returncode == 1
    assert says in said.stderr
    assert "Traceback" not in said.stderr
