"""The commands as a person runs them: in a process of their own, in three languages."""

import io
import json
import re
import subprocess
import tomllib
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path

import pandas as pd
import pytest
from command_line import commons, commons_here
from proposing import addition, error
from typer.core import TyperGroup

from commons import cli
from commons.commands import tree
from commons.commands.main import main
from commons.commands.tree import ENTRY_POINTS, command_tree
from commons.proposals.send import send
from commons.research import change_between, measure_districts
from commons.vocabulary import Audience, DistrictLevel, Language, Measure
from dashboard.tables import csv_of
from ingest.notices import NoticeCode

# What the commands work with, and their help does not.
HEAVY = {
    "alembic",
    "geopandas",
    "numpy",
    "pandas",
    "psycopg",
    "pyarrow",
    "shapely",
    "sqlalchemy",
    "streamlit",
}
LOAD_ALL = """
import sys
from commons.commands.tree import command_tree
groups = [command_tree()]
for group in groups:
    for command in group.commands.values():
        groups.append(command) if hasattr(command, "commands") else command.load()
print(*sys.modules)
"""


def words_of(group, *above):
    """Yield the words of every command and group of the tree."""
    for name, command in group.commands.items():
        yield (*above, name)
        if isinstance(command, TyperGroup):
            yield from words_of(command, *above, name)


def test_every_command_has_help_and_an_example():
    every = list(words_of(command_tree()))
    assert len(every) > 75
    lacking = []
    for words in every:
        status, printed = commons_here(*words, "--help")
        name, printed = " ".join(words), " ".join(printed.split())
        is_group = "COMMAND [ARGS]" in printed
        if (
            status
            or f"Usage: commons {name}" not in printed
            or (f"Example: commons {name}" not in printed and not is_group)
        ):
            lacking.append((name, status, printed))
    assert not lacking


def test_the_first_help_lists_every_command_of_every_room():
    listed = commons("--help").stdout
    names = [words[0] for words in words_of(command_tree()) if len(words) == 1]
    assert re.findall(r"^  (\w+)  ", listed, re.MULTILINE) == names


def test_no_help_loads_what_commands_work_with():
    loaded = commons(start=("-c", LOAD_ALL)).stdout.split()
    assert "ingest.commands.sources" in loaded
    assert not HEAVY.intersection(loaded)


def test_the_rooms_that_are_installed_are_those_of_pyproject_and_no_two_share_a_command():
    declared = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["entry-points"][
        ENTRY_POINTS
    ]
    rooms = entry_points(group=ENTRY_POINTS)
    assert {room.name: room.value for room in rooms} == declared
    words = [words for room in rooms for words in room.load()]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_an_installation_that_is_older_than_the_program_is_told_what_to_do(monkeypatch, language):
    monkeypatch.setattr(tree, "entry_points", lambda group: ())
    status, printed = commons_here("status", COMMONS_LANG=language)
    assert status == 1
    assert "make install" in printed
    assert cli.main is main, "by which an old installation begins"


def test_help_speaks_the_readers_language():
    assert "mise à l'échelle" in commons("--help", language="fr").stdout
    assert "opschaling" in commons("--help", language="nl").stdout


def test_change_prints_the_same_figures_as_python(unchanged_demo):
    said = commons("research", "change", "--from", "2015", "--to", "2025", "--code", "36", "--format", "csv")
    assert said.returncode == 0, said.stderr
    printed = pd.read_csv(io.StringIO(said.stdout), dtype={"code": str}).iloc[0]
    change = change_between(Audience.PUBLIC, DistrictLevel.NEIGHBOURHOOD, date(2015, 1, 1), date(2025, 1, 1))
    expected = change[change["code"] == "36"].iloc[0]
    for column in (
        "alternatives_start",
        "alternatives_end",
        "change",
        "per_1000_start",
        "per_1000_end",
        "undated",
    ):
        assert printed[column] == expected[column], column
    told = commons("research", "change", "--from", "2015", "--to", "2025", "--code", "36", "--format", "json")
    assert json.loads(told.stdout)[0]["alternatives_end"] == expected["alternatives_end"]


@pytest.mark.parametrize("measure", ["walk", "partners"])
def test_a_measure_prints_what_the_page_offers_as_a_file(unchanged_demo, measure):
    asked = ["--level", "commune", "--on", "2021-12-31", "--category", "food", "--format", "csv"]
    said = commons("research", "measure", measure, *asked)
    assert said.returncode == 0, said.stderr
    figures = measure_districts(
        Audience.PUBLIC, Measure(measure), DistrictLevel.COMMUNE, [date(2021, 12, 31)], category="food"
    )
    assert said.stdout.encode() == csv_of(figures)
    assert figures["value"].notna().any()


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize(
    "words",
    [
        ["research", "count", "--code", "nowhere"],
        ["partners", "token", "nobody"],
        ["upload", "no-list", "no-file.csv"],
    ],
    ids=" ".join,
)
def test_a_mistake_is_told_without_a_traceback(unchanged_demo, words, language):
    said = commons(*words, language=language)
    assert said.returncode == 1
    assert "Traceback" not in said.stderr + said.stdout
    assert len(said.stderr.strip().splitlines()) == 2


def test_an_upload_is_checked_then_stored_and_its_set_aside_rows_written(demo_database, tmp_path):
    file, aside = tmp_path / "liste.csv", tmp_path / "aside.csv"
    file.write_text("nom;latitude;longitude\nUn;50,84;4,36\n;50,84;4,36\n", "utf-8")
    terms = (
        "--title T --stance allow --visibility public --precision exact --contact public --licence CC0-1.0"
    )
    terms += " --signed-by me --until 2099-01-01"
    assert commons("partners", "add", "voisins", "Les Voisins").returncode == 0
    signed = commons("partners", "sign", "voisins", "liste", *terms.split())
    number = re.search(r"proposal no\. (\d+)", signed.stdout)[1]
    alone = commons("consent", "approve", number, "--by", " ME ")
    assert alone.returncode == 1
    assert "another person" in alone.stderr
    assert commons("consent", "approve", number, "--by", "you").returncode == 0
    dry = commons("upload", "liste", str(file), "--dry-run")
    assert "2 rows read: 1 new, 0 changed, 0 unchanged, 1 set aside" in dry.stdout
    assert "A trial: nothing is stored." in dry.stdout
    assert demo_database.rows(
        "SELECT count(*) FROM commons.dataset JOIN commons.upload USING (dataset_id) WHERE slug = 'liste'"
    ) == [(0,)]
    done = commons("upload", "liste", str(file), "--set-aside", str(aside))
    assert done.returncode == 0, done.stderr
    assert "2 rows read: 1 new" in done.stdout
    assert "NAME_MISSING" in aside.read_text("utf-8-sig")
    assert "nothing has changed" in commons("upload", "liste", str(file)).stdout
    refused = commons("demo", "--no-serve", COMMONS_HOME=str(tmp_path / "home"))
    assert refused.returncode == 1
    assert "real partners" in refused.stderr


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_a_complete_list_that_ends_many_records_wants_their_number(demo_database, tmp_path, language):
    live = "SELECT count(*) FROM commons.source_record JOIN commons.dataset USING (dataset_id)"
    live += " WHERE slug = 'carte-citoyenne' AND gone_at IS NULL"
    before = demo_database.rows(live)[0][0]
    file = tmp_path / "liste.csv"
    file.write_text("nom;latitude;longitude;xyzzy\nUn;50,84;4,36;a\n", "utf-8")
    dry = commons("upload", "carte-citoyenne", str(file), "--dry-run", language=language)
    assert f"--ends {before}" in dry.stdout
    what, fix = (getattr(NoticeCode.COLUMN_UNMAPPED, part)(Language(language)) for part in ("what", "fix"))
    assert what in " ".join(dry.stdout.split())
    assert fix in " ".join(dry.stdout.split())
    assert "first_rows" not in dry.stdout
    for words in ((), ("--ends", str(before - 1))):
        refused = commons("upload", "carte-citoyenne", str(file), *words, language=language)
        assert refused.returncode == 1
        assert f"--ends {before}" in " ".join(refused.stderr.split())
    assert demo_database.rows(live) == [(before,)]
    assert commons("upload", "carte-citoyenne", str(file), "--ends", str(before)).returncode == 0
    assert demo_database.rows(live) == [(1,)]


def test_locate_lists_what_waits_and_sends_nothing_unless_it_is_set(unchanged_demo):
    said = commons("locate", "--list", "--format", "csv", language="nl")
    assert said.returncode == 0, said.stderr
    queue = pd.read_csv(io.StringIO(said.stdout))
    assert list(queue.columns) == ["dataset", "uitkomst", "fiches"]
    waiting = "SELECT count(*) FROM commons.record_version WHERE superseded_at IS NULL AND geom IS NULL"
    assert queue["fiches"].sum() == unchanged_demo.rows(waiting)[0][0] > 0
    assert "nothing was changed" in commons("locate", "--dry-run").stdout
    asked = commons("locate", "--geocoder", "--dataset", "carte-citoyenne", COMMONS_GEOCODER="")
    assert asked.returncode == 1
    assert "No geocoder is set" in asked.stderr
    whole = {
        "COMMONS_GEOCODER": "urbis",
        "COMMONS_GEOCODER_URL": "http://127.0.0.1:1",
        "COMMONS_GEOCODER_CONTACT": "a@example.org",
    }
    assert "one dataset at a time" in commons("locate", "--geocoder", **whole).stderr
    assert (
        "would be sent; none was"
        in commons("locate", "--geocoder", "--dry-run", "--dataset", "carte-citoyenne", **whole).stdout
    )


def test_a_psql_user_of_the_public_role_reads_the_released_view_and_nothing_else(unchanged_demo):
    def psql(query):
        url = unchanged_demo.url.replace("commons_admin@", "commons_public@")
        return subprocess.run(["psql", url, "-Atc", query], capture_output=True, text=True, check=False)

    assert int(psql("SELECT count(*) FROM alternative").stdout) > 500
    for table in ("commons.record_version", "commons.released_alternative", "released_partners.alternative"):
        assert "permission denied" in psql(f"SELECT * FROM {table}").stderr


def test_a_mapping_is_proposed_corrected_saved_shown_and_used(demo_database, tmp_path):
    dataset = "adressen-wijde-koer"
    file, document = tmp_path / "lijst.csv", tmp_path / "lijst.toml"
    file.write_text("Wie dan;Soort;breedte;lengte\nDe Koer;Eetplek;50,84;4,36\n", "utf-8")
    told = commons("mapping", "propose", str(file), "--as", "toml")
    assert told.returncode == 0, told.stderr
    document.write_text(told.stdout + '\n[values.category]\n"Eetplek" = "food"\n', "utf-8")
    saved = commons("mapping", "save", dataset, str(document), "--by", "W. Zonnebloem", language="nl")
    assert "koppeling bewaard, versie 1" in saved.stdout, saved.stderr
    shown = commons("mapping", "show", dataset)
    assert '"Eetplek" = "food"' in shown.stdout
    assert "version 1, saved by W. Zonnebloem" in shown.stdout
    done = commons("upload", dataset, str(file), "--partial")
    assert "1 new" in done.stdout, done.stderr
    assert demo_database.rows("SELECT category FROM commons.record_version WHERE name = 'De Koer'") == [
        ("food",)
    ]
    file.write_text("Titel;lat;lon\nAnders;50,84;4,36\n", "utf-8")
    refused = commons("upload", dataset, str(file), "--partial")
    assert (refused.returncode, "commons mapping save" in refused.stderr) == (1, True)
    by_name = commons("upload", dataset, str(file), "--partial", "--mapping", "no-such")
    assert "murmurations" in by_name.stderr
    document.write_text('[columns]\n"Titel" = "name"\nlat = "lat"\nlon = "lon"\n', "utf-8")
    again = commons("upload", dataset, str(file), "--partial", "--mapping", str(document))
    assert "1 new" in again.stdout, again.stderr
    assert "version 2" in commons("mapping", "show", dataset).stdout
    assert "osm" in commons("mapping", "presets", "--format", "csv").stdout


def test_proposals_are_listed_shown_accepted_and_refused(demo_database):
    hostile = "[red]Un potager[/blue] <script>"
    new, wrong = (
        send(addition(name=hostile, lon=4.35, lat=50.85)),
        send(addition(name="=cmd()", contact="zq@example.org")),
    )
    listed = commons("proposals", "list", language="nl")
    assert listed.returncode == 0, listed.stderr
    assert hostile in listed.stdout
    assert "Nieuw alternatief" in listed.stdout
    partner = demo_database.rows("SELECT slug FROM commons.partner ORDER BY 1 LIMIT 1")[0][0]
    assert "'=cmd()" in commons("proposals", "list", "--format", "csv", "--partner", partner).stdout
    shown = commons("proposals", "show", wrong, language="fr").stdout
    assert "zq@example.org" in shown
    assert "Elle attend une décision." in shown
    dataset = demo_database.rows("SELECT slug FROM commons.dataset ORDER BY 1 LIMIT 1")[0][0]
    assert "--into" in commons("proposals", "accept", new, "--by", "A").stderr
    done = commons("proposals", "accept", new, "--into", dataset, "--by", "A. Voisin")
    assert f"a record of the list {dataset}" in done.stdout, done.stderr
    refused = commons("proposals", "refuse", wrong, "--by", "A. Voisin", "--note", "spam")
    assert "Refused: 1." in refused.stdout, refused.stderr
    assert "decided already" in commons("proposals", "refuse", wrong, "--by", "A").stderr
    after = commons("proposals", "show", wrong).stdout
    assert "Decided: refused, by A. Voisin" in after
    assert "zq@" not in after
    assert hostile not in commons("proposals", "list").stdout
    assert hostile in commons("proposals", "list", "--all").stdout


def test_accepted_corrections_are_listed_for_the_keeper_of_the_list(demo_database):
    ((public_id,),) = demo_database.rows(
        "SELECT public_id FROM commons.released_alternative WHERE audience = 'public' ORDER BY name LIMIT 1"
    )
    reference = send(error(public_id, told="Un autre nom"))
    accepted = commons("proposals", "accept", reference, "--by", "A. Voisin")
    assert "Un autre nom" in accepted.stdout, accepted.stderr
    table = pd.read_csv(io.StringIO(commons("proposals", "corrections", "--format", "csv").stdout))
    assert set(table["reference"]) == {reference}
    assert commons("release", "sweep").returncode == 0
