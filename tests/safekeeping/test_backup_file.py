"""A backup's file: complete or not at all, for its owner alone, and no password on any command line; the commands as run."""

import stat

import psycopg
import pytest
from command_line import commons

from builders import make_dataset, make_record, names, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.operations import backup as backing_up
from commons.operations import programs
from commons.operations.backup import backup
from commons.operations.programs import client_program
from commons.partners import find_dataset
from commons.safekeeping.ledger import EntryKind, read_ledger
from commons.vocabulary import Audience


@pytest.fixture
def one(database):
    """A list of one record."""
    with database.connect() as connection:
        make_record(connection, make_dataset(connection, "a-list", open_terms()), key="1", name="One")
    return database


def failed(key, file):
    with pytest.raises(CommonsError) as told:
        backup(file)
    assert told.value.key == key
    return told.value


def test_it_is_for_its_owner_alone_and_never_replaces_another(one, tmp_path):
    file = tmp_path / "a.dump"
    assert backup(file) == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    failed("backup.exists", file)
    assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_and_a_program_that_fails_leave_no_file(one, tmp_path, monkeypatch):
    failed("backup.not_writable", tmp_path / "nowhere" / "a.dump")
    script = tmp_path / "pg_dump"
    script.write_text("#!/bin/sh\necho half of a backup\necho 'no space left' >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setattr(backing_up, "client_program", lambda *_: script)
    assert "no space left" in failed("backup.failed", tmp_path / "a.dump").what()
    assert list(tmp_path.iterdir()) == [script]


def test_a_password_is_on_no_command_line(one, tmp_path, monkeypatch):
    script, told = tmp_path / "pg_dump", tmp_path / "told"
    script.write_text(
        f'#!/bin/sh\necho "$@" > {told}\nenv > {told}.env\nexec {client_program("pg_dump", 15)} "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(backing_up, "client_program", lambda *_: script)
    monkeypatch.setenv("DATABASE_URL", one.url.replace("commons_admin@", "commons_admin:tig%20er@"))
    backup(tmp_path / "a.dump")
    assert "tig" not in told.read_text()
    assert "PGPASSWORD=tig er" in (tmp_path / "told.env").read_text()


def test_what_the_ledger_lacks_is_noted_before_a_backup_or_there_is_none(
    one, tmp_path, monkeypatch, safekeeping
):
    with monkeypatch.context() as broken:
        broken.setenv("COMMONS_LEDGER", str(tmp_path))
        with connect(Role.INGEST) as connection:
            assert not withdraw(connection, find_dataset(connection, "a-list"), withdrawn_by="x").in_ledger
        failed("ledger.unreadable", tmp_path / "a.dump")
    assert not (tmp_path / "a.dump").exists()
    backup(tmp_path / "a.dump")
    assert [entry.kind for entry in read_ledger().entries] == [EntryKind.WITHDRAWAL, EntryKind.BACKUP]


def test_the_programs_are_of_the_servers_version_or_newer(monkeypatch, tmp_path):
    for version in (14, 15, 17):
        folder = tmp_path / str(version) / "bin"
        folder.mkdir(parents=True)
        (folder / "pg_dump").write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.3 (Debian)'\n")
        (folder / "pg_dump").chmod(0o755)
    monkeypatch.setattr(programs, "DEBIAN_FOLDER", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    assert client_program("pg_dump", 15).parent.parent.name == "15"
    assert client_program("pg_dump", 16).parent.parent.name == "17"
    with pytest.raises(CommonsError) as told:
        client_program("pg_dump", 18)
    assert "postgresql-client-18" in told.value.remedy()


def test_the_commands_do_what_python_does(one, tmp_path):
    file = str(tmp_path / "a.dump")
    head = commons("audit", "verify")
    assert head.returncode == 0, head.stderr
    assert commons("backup", file).returncode == 0
    dry = commons("consent", "erase", "a-list", "--record", "1", "--by", "An officer", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "Nothing has been changed" in dry.stdout
    assert names(Audience.PUBLIC) == ["One"]
    done = commons("consent", "erase", "a-list", "--record", "1", "--by", "An officer")
    assert done.returncode == 0, done.stderr
    assert names(Audience.PUBLIC) == []
    drill = commons("restore", file, "--drill")
    assert "Applied: 1." in drill.stdout, drill.stderr
    restored = commons("restore", file)
    assert restored.returncode == 0, restored.stderr
    assert names(Audience.PUBLIC) == []
    told = commons("audit", "verify")
    assert told.returncode == 0, told.stderr
    assert "The chain holds" in told.stdout
    lifts = [
        commons("consent", "readmit", "a-list", "--record", "1", "--by", who).stdout
        for who in ("Anna", "Bob")
    ]
    assert "second person" in lifts[0]
    assert "lifted" in lifts[1]


def test_a_broken_chain_ends_the_command_with_1_and_says_where(one):
    noted = commons("audit", "verify").stdout.split()[-1]
    assert commons("audit", "verify", "--expect", noted).returncode == 0
    with psycopg.connect(one.url) as connection:
        connection.execute("ALTER TABLE commons.audit_event DISABLE TRIGGER ALL")
        connection.execute("UPDATE commons.audit_event SET actor = 'nobody' WHERE event_id = 1")
    told = commons("audit", "verify")
    assert told.returncode == 1
    assert "link 1" in told.stderr
    other = commons("audit", "verify", "--expect", "999:" + "00" * 32)
    assert other.returncode == 1
