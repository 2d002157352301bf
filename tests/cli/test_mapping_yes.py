"""`commons mapping yes`: what "yes" means in a list's column is said once, in a command, and holds for its next files."""

import pytest
from command_line import commons_here

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.partners import find_dataset
from commons.release import released
from commons.vocabulary import Audience, Language, Stance
from ingest.map.saved import latest_mapping
from ingest.upload import commit_upload, prepare_upload

LIST = "id;nom;latitude;longitude;diffusion\n1;Un;50.83;4.35;oui\n2;Deux;50.84;4.36;non\n3;Trois;50.85;4.37;oui\n"


@pytest.fixture
def path(database, tmp_path):
    with database.connect() as connection:
        make_dataset(connection, "voisins", open_terms(stance=Stance.ASK))
    path = tmp_path / "liste.csv"
    path.write_text(LIST, "utf-8")
    return path


def say_yes(path, *words):
    return commons_here(
        "mapping", "yes", "voisins", str(path), "--by", "A. Voisin", *words, COMMONS_LANG="en"
    )


def seen(path, audience):
    with connect(Role.INGEST) as connection:
        dataset = find_dataset(connection, "voisins")
        prepared = prepare_upload(path, saved=latest_mapping(connection, dataset))
        commit_upload(connection, dataset, prepared, uploaded_by="t")
    return {row["name"]: row["precision"] for row in released(audience).alternatives().to_dict("records")}


@pytest.mark.parametrize(
    ("means", "audience", "others"),
    [("public", Audience.PUBLIC, None), ("partners", Audience.PARTNERS, Audience.PUBLIC)],
)
def test_a_yes_opens_to_whom_was_said_and_no_finer(path, means, audience, others):
    status, printed = say_yes(path, "--means", means, "--precision", "commune")
    assert status == 0, printed
    assert "diffusion" in printed
    assert means in printed
    assert seen(path, audience) == {"Un": "commune", "Trois": "commune"}
    assert others is None or released(others).alternatives().empty


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("--means", "withheld"), "mapping.yes_meaning"),
        (("--means", "public", "--flag", "contact"), "mapping.yes_no_column"),
        (("--means", "public", "--flag", "statistics"), "mapping.yes_meaning"),
    ],
)
def test_what_opens_nothing_or_has_no_column_is_refused_and_nothing_is_kept(database, path, words, key):
    status, printed = say_yes(path, *words)
    assert status == 1
    assert CommonsError(key, flag="contact").what(Language.EN) in " ".join(printed.split())
    assert database.rows("SELECT count(*) FROM commons.saved_mapping") == [(0,)]
