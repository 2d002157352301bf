"""The commands about sources as a person and a schedule run them: in a process of their own."""

import json

import command_line
import pytest

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect

# The command as it is, but that this machine's stand-ins may be asked.
OPEN_DOOR = "from ingest.remote import guard; guard.is_public = lambda address, port: True; from commons.commands.main import main; main()"
SECRET = "s3cr3t-k3y"
ITEM = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [4.36, 50.84]},
    "properties": {"id": "1", "name": "Un", "category": "garden"},
}


def commons(*words, door=False, **options):
    return command_line.commons(*words, start=("-c", OPEN_DOOR) if door else ("-m", "commons"), **options)


@pytest.fixture
def lists(database):
    with connect(Role.INGEST) as connection:
        for slug in ("a-list", "b-list"):
            make_dataset(connection, slug, open_terms())
    return database


def test_a_source_is_added_refreshed_listed_and_removed_and_its_key_never_shown(lists, server, other):
    server.routes["/list"] = {"type": "FeatureCollection", "features": [ITEM]}
    given = f"{server.url}/list?key={SECRET}\n"
    said = [commons("sources", "add", "a-list", "-", "--by", "A. Voisin", given=given)]
    said += [commons("sources", "add", "b-list", f"{other.url}/nothing", "--by", "A. Voisin")]
    assert [each.returncode for each in said] == [0, 0], said
    done = commons("sources", "refresh", door=True)
    assert done.returncode == 1
    assert "a-list: 1 rows read, 1 new" in done.stdout
    assert "b-list (failing)" in done.stdout
    assert "1 of 2 sources want to be looked at" in done.stderr
    assert "nothing new" in commons("sources", "refresh", "a-list", door=True).stdout
    listed = commons("sources", "list", "--format", "json")
    told = {each["dataset"]: each for each in json.loads(listed.stdout)}
    assert (told["a-list"]["state"], told["b-list"]["state"]) == ("up to date", "failing")
    assert "answer 404" in told["b-list"]["problem"]
    assert told["a-list"]["address"] == f"{server.url}/list?…"
    removed = commons("sources", "remove", "a-list", "--by", "A. Voisin")
    assert removed.returncode == 0
    assert not [each for each in (*said, done, listed, removed) if SECRET in each.stdout + each.stderr]
    assert lists.rows("SELECT count(*) FROM commons.source_record WHERE gone_at IS NULL") == [(1,)]


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_a_command_does_not_reach_this_machine(lists, server, language):
    assert commons("sources", "add", "a-list", f"{server.url}/list", "--by", "A. Voisin").returncode == 0
    refused = commons("sources", "refresh", language=language)
    assert refused.returncode == 1
    assert "127.0.0.1" in refused.stdout
    assert "Traceback" not in refused.stderr
    assert server.asked == []


@pytest.mark.parametrize(
    "words",
    [
        ["add", "a-list", "not an address", "--by", "A"], ["add", "no-list", "https://example.org/", "--by", "A"], ["add", "a-list", "https://example.org/", "--by", " "],
        ["refresh", "a-list"], ["remove", "a-list", "--by", "A"], ["accept-shrink", "a-list", "--by", "A"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_mistake_is_told_without_a_traceback(lists, words):
    said = commons("sources", *words)
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert len(said.stderr.strip().splitlines()) >= 2
