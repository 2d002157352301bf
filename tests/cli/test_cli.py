"""The commands as a person runs them: in a process of their own, in three languages."""

import io
import json
import os
import re
import subprocess
import sys
from datetime import date

import pandas as pd
import pytest
from proposing import addition, error

from commons.proposals.send import send
from commons.research import change_between, measure_districts
from commons.vocabulary import Audience, DistrictLevel, Language, Measure
from dashboard.tables import csv_of
from ingest.notices import NoticeCode

COMMANDS = [
    [], ["up"], ["down"], ["status"], ["serve"], ["upload"], ["locate"], ["uploads"], ["uploads", "list"], ["uploads", "undo"], ["uploads", "report"], ["demo"], ["db"], ["db", "upgrade"], ["districts"],
    ["districts", "load"], ["districts", "pack"], ["partners"], ["partners", "list"], ["partners", "add"], ["partners", "sign"], ["partners", "repeats"],
    ["partners", "token"], ["consent"],
    ["consent", "withdraw"], ["consent", "set"], ["consent", "proposals"], ["consent", "approve"], ["consent", "refuse"],
    ["consent", "erase"], ["consent", "readmit"], ["backup"], ["restore"], ["upkeep"], ["audit"], ["audit", "verify"], ["consent", "show"], ["consent", "receipt"],
    ["sources"], ["sources", "add"], ["sources", "list"], ["sources", "refresh"], ["sources", "remove"], ["sources", "accept-shrink"],
    ["release"], ["release", "sweep"], ["release", "check"], ["research"], ["research", "count"], ["research", "change"], ["research", "coverage"],
    ["compare"], ["link"], ["review"], ["overlap"], ["alternatives"], ["alternatives", "show"], ["alternatives", "merge"],
    ["alternatives", "split"], ["alternatives", "undo"], ["mapping"], ["mapping", "propose"], ["mapping", "save"], ["mapping", "show"], ["mapping", "presets"],
    ["poster"], ["proposals"], ["proposals", "list"], ["proposals", "show"], ["proposals", "accept"], ["proposals", "refuse"], ["proposals", "corrections"],
    ["research", "freeze"], ["research", "snapshots"], ["research", "statistics"], ["research", "measure"],
]  # fmt: skip


def commons(*words, language="en", **environment):
    return subprocess.run(
        [sys.executable, "-m", "commons", *words],
        env={**os.environ, "COMMONS_LANG": language, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


HELPED = """
import json, sys
from typer.testing import CliRunner
from commons.cli.main import app
said = [CliRunner().invoke(app, [*words, "--help"], prog_name="commons") for words in json.load(sys.stdin)]
json.dump([(one.exit_code, one.output) for one in said], sys.stdout)
"""
OF_ITS_OWN = {
    "up", "down", "status", "serve", "upload", "locate", "demo", "backup", "restore", "compare", "link", "review",
    "overlap", "poster", "upkeep",
}  # fmt: skip
"""Commands of one word; every other one is a group."""


@pytest.fixture(scope="module")
def helped():
    """Return what each command says with `--help`, asked in one process: starting one takes most of the time."""
    environment = {**os.environ, "COMMONS_LANG": "en", "COLUMNS": "200"}
    asked = [sys.executable, "-c", HELPED]
    said = subprocess.run(
        asked, input=json.dumps(COMMANDS), env=environment, stdout=-1, text=True, check=True
    )
    return {" ".join(words): told for words, told in zip(COMMANDS, json.loads(said.stdout), strict=True)}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_and_an_example(helped, words):
    name = " ".join(words)
    status, said = helped[name]
    assert status == 0, said
    assert f"commons {name}" in said if words else "Commands" in said
    if len(words) > 1 or name in OF_ITS_OWN:
        assert f"Example: commons {name}" in " ".join(said.split())


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
