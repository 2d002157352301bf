"""`commons districts load`: what ships with the program, the publishers' originals when asked, never hexagons over Brussels."""

import pytest
from command_line import commons

from commons.commands.districts import Origin, print_loaded
from commons.districts.load import LoadReport
from commons.vocabulary import DistrictLevel

NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "COMMONS_MIRROR": ""}
SCHEMES = "SELECT scheme, count(*) FROM reference.district GROUP BY 1"


def load(*options, **environment):
    """Return the finished command."""
    return commons("districts", "load", *options, **environment)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("fr", "limites de 2025, habitants au 1er janvier 2025 : 19 communes, 145 quartiers, 749 secteurs"),
        ("nl", "grenzen van 2025, inwoners op 1 januari 2025: 19 gemeenten, 145 wijken, 749 statistische sectoren"),
        ("en", "borders of 2025, inhabitants on 1 January 2025: 19 communes, 145 neighbourhoods, 749 statistical"),
    ],
)  # fmt: skip
def test_one_line_says_which_districts_and_of_which_date(database, language, line):
    loaded = load(language=language, **NOWHERE)
    assert loaded.returncode == 0, loaded.stderr
    (told,) = loaded.stdout.splitlines()
    assert line in told
    assert database.rows(SCHEMES) == [("official", 1638)]


def test_originals_that_cannot_be_had_are_told_and_what_is_stored_stays(database, tmp_path):
    refused = load("--download", COMMONS_HOME=str(tmp_path), **NOWHERE)
    assert refused.returncode == 1
    assert "does not answer" in refused.stderr
    assert "Without --download" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert database.rows(SCHEMES) == [("official", 1638)]


def test_hexagons_never_take_the_place_of_official_districts(database):
    refused = load("--grid")
    assert refused.returncode == 1
    assert "the grid does not replace them" in refused.stderr
    assert database.rows(SCHEMES) == [("official", 1638)]


def test_one_origin_at_a_time(database):
    refused = load("--grid", "--download")
    assert refused.returncode == 1
    assert "exclude each other" in refused.stderr


def test_a_territory_without_data_has_hexagons_when_asked(empty_upgraded):
    loaded = load("--grid")
    assert loaded.returncode == 0, loaded.stderr
    assert "An H3 grid stands in" in loaded.stdout
    assert [scheme for scheme, _ in empty_upgraded.rows(SCHEMES)] == ["h3"]


def test_a_file_in_the_way_is_told_without_a_traceback(database, tmp_path):
    (tmp_path / "districts").write_text("not a folder")
    refused = load("--download", COMMONS_HOME=str(tmp_path), **NOWHERE)
    assert refused.returncode == 1
    assert str(tmp_path / "districts") in refused.stderr.replace("\n", "")
    assert "try again" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_database_without_our_schema_is_told_what_to_do(empty_database):
    refused = load()
    assert refused.returncode == 1
    assert "commons db upgrade" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_load_without_population_says_so(capsys):
    current = dict.fromkeys(DistrictLevel, 1)
    report = LoadReport("official", 4, 0, 3, ("population_neighbourhoods",), current, "2025", None)
    print_loaded(report, Origin.DOWNLOADED)
    told = " ".join(capsys.readouterr().out.split())
    assert "borders of 2025, without new population figures: 1 communes" in told
    assert "could not be had or read: population_neighbourhoods" in told
