"""The ledger and the secret on the disk: whole lines whoever writes, crashes told, full disks survived, nothing personal."""

import json
import resource
import stat
import subprocess
import sys
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from builders import make_dataset, make_record, names, open_terms
from commons.audit import Head
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.safekeeping.key import erasure_key, find_erasure_key
from commons.safekeeping.ledger import Entry, EntryKind, append_to_ledger, read_ledger
from commons.safekeeping.note import catch_up
from commons.vocabulary import Audience, FieldGroup

HEAD = Head(7, "ab" * 32)


def entry(dataset="a-list", **changes):
    told = {
        "uid": uuid.uuid4(),
        "at": datetime.now(UTC),
        "kind": EntryKind.WITHDRAWAL,
        "dataset": dataset,
        "record": "cd" * 32,
        "key_id": "ef" * 8,
        "field_groups": (FieldGroup.IDENTITY,),
        "head": HEAD,
    }
    return Entry(**{**told, **changes})


APPEND = """
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from commons.safekeeping.ledger import Entry, EntryKind, append_to_ledger
for _ in range(40):
    append_to_ledger(Entry(uid=uuid.uuid4(), at=datetime.now(UTC), kind=EntryKind.WITHDRAWAL, dataset="x" * 3000))
"""
MAKE_KEY = "from commons.safekeeping.key import erasure_key; print(erasure_key().key_id)"


def four_at_once(code):
    """Run the code in four processes, and return what each printed."""
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    told = [process.communicate(timeout=120)[0].strip() for process in running]
    assert [process.returncode for process in running] == [0] * 4
    return told


@pytest.fixture
def withdrawn(database):
    """A dataset with two records, of which `gone` may be withdrawn."""
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "a-list", open_terms())
    with database.connect() as connection:
        for name in ("gone", "stays"):
            make_record(connection, dataset, key=name, name=name)
    return dataset


def withdraw_gone(dataset, **options):
    with connect(Role.INGEST) as connection:
        return withdraw(connection, dataset, record_key="gone", withdrawn_by="Somebody", **options)


def test_a_line_is_read_as_it_was_written(safekeeping):
    flags = {"visibility": "partners", "precision": "commune", "contact": "withheld", "until": None}
    written = [entry(), entry(kind=EntryKind.ERASURE), entry(record=None, key_id=None, head=None),
               entry(kind=EntryKind.NARROWING, field_groups=(), wanted=flags),
               Entry(uid=uuid.uuid4(), at=datetime.now(UTC), kind=EntryKind.RESTORE, head=HEAD)]  # fmt: skip
    append_to_ledger(*written)
    assert list(read_ledger().entries) == written
    assert stat.S_IMODE(safekeeping.stat().st_mode) == 0o600


def test_no_ledger_yet_is_an_empty_one(safekeeping):
    assert not safekeeping.exists()
    assert read_ledger().entries == ()


def test_processes_that_append_at_once_write_whole_lines(safekeeping):
    four_at_once(APPEND)
    ledger = read_ledger()
    assert (len(ledger.entries), ledger.torn, ledger.damaged) == (160, (), ())


@pytest.mark.parametrize("left", [1, 40, 0.5, -2, -1])
def test_a_line_that_a_crash_cut_short_is_told_and_the_next_stands_whole(safekeeping, left):
    append_to_ledger(entry(), entry())
    lines = safekeeping.read_bytes().splitlines(keepends=True)
    kept = int(len(lines[1]) * left) if left == 0.5 else left
    safekeeping.write_bytes(lines[0] + lines[1][:kept])
    whole = left == -1  # but for its end of line: it is read
    assert (len(read_ledger().entries), read_ledger().torn) == (1 + whole, () if whole else (2,))
    append_to_ledger(entry("after"))
    ledger = read_ledger()
    assert [e.dataset for e in ledger.entries] == ["a-list"] * (1 + whole) + ["after"]
    assert (ledger.torn, ledger.damaged) == (() if whole else (2,), ())


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line.replace(b'"withdrawal"', b'"withdrawn"'),
        lambda line: line.replace(b'"dataset"', b'"dataset'),
        lambda line: line.replace(b"a-list", b"a-l\x00st"),
        lambda line: line[:60] + b"\n",
        lambda line: b"\n",
        lambda line: b"[]\n",
        lambda line: b"{}\n",
        lambda line: line.replace(b'"a-list"', b"null"),
        lambda line: line.replace(b"cdcd", b""),
        lambda line: line.replace(b"identity", b"identities"),
        lambda line: line.replace(b'"withdrawal"', b'"narrowing"'),
        lambda line: line.replace(b'"wanted": null', b'"wanted": {}'),
        lambda line: line.replace(b'"withdrawal"', b'"narrowing"').replace(
            b'"wanted": null', b'"wanted": {"visibility": "everybody"}'
        ),
    ],
    ids=range(13),
)
def test_a_damaged_line_among_whole_ones_is_numbered_and_refused(safekeeping, damage):
    append_to_ledger(entry(), entry(), entry())
    lines = safekeeping.read_bytes().splitlines(keepends=True)
    safekeeping.write_bytes(lines[0] + damage(lines[1]) + lines[2])
    assert (len(read_ledger().entries), read_ledger().damaged) == (2, (2,))
    with pytest.raises(CommonsError, match="2"):
        read_ledger().check()


def test_a_withdrawal_is_noted_before_it_commits_with_no_value_and_no_name(withdrawn, safekeeping):
    with connect(Role.INGEST) as connection:
        withdraw(
            connection,
            withdrawn,
            record_key="gone",
            field_groups=[FieldGroup.IDENTITY],
            withdrawn_by="Somebody",
        )
        (noted,) = read_ledger().entries
        connection.rollback()
    assert (noted.kind, noted.dataset, noted.field_groups) == (
        EntryKind.WITHDRAWAL,
        "a-list",
        (FieldGroup.IDENTITY,),
    )
    assert noted.record == erasure_key().hash_record("a-list", "gone")
    text = safekeeping.read_text()
    assert "Somebody" not in text
    assert '"gone"' not in text
    assert set(json.loads(text)) == {
        "uid",
        "at",
        "kind",
        "dataset",
        "record",
        "key_id",
        "field_groups",
        "wanted",
        "head",
    }
    assert noted.wanted is None


def test_a_dry_run_and_a_record_that_is_not_there_are_not_noted(withdrawn):
    withdraw_gone(withdrawn, dry_run=True)
    with connect(Role.INGEST) as connection, pytest.raises(CommonsError):
        withdraw(connection, withdrawn, record_key="nobody", withdrawn_by="x")
    assert read_ledger().entries == ()


@contextmanager
def room_for(size_bytes):
    """Let this process make no file larger than that, as where a disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def unwritable(kind, safekeeping, monkeypatch, tmp_path):
    if kind == "device":
        monkeypatch.setenv("COMMONS_LEDGER", "/dev/zero")
    elif kind == "folder":
        safekeeping.mkdir()
    else:
        monkeypatch.delenv("COMMONS_ERASURE_KEY")
        (tmp_path / "home").write_text("a file where a folder should be")
        monkeypatch.setenv("COMMONS_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("kind", ["device", "folder", "no secret can be made"])
def test_a_ledger_that_cannot_be_written_stops_no_withdrawal_and_is_caught_up(
    withdrawn, safekeeping, monkeypatch, tmp_path, kind
):
    with monkeypatch.context() as broken:
        unwritable(kind, safekeeping, broken, tmp_path)
        receipt = withdraw_gone(withdrawn)
        assert not receipt.in_ledger
        assert names(Audience.PUBLIC) == ["stays"]
    if kind == "folder":
        safekeeping.rmdir()
    with connect(Role.INGEST) as connection:
        assert read_ledger().entries == ()
        assert catch_up(connection) == 1
        assert catch_up(connection) == 0
    (noted,) = read_ledger().entries
    assert noted.record == erasure_key().hash_record("a-list", "gone")
    assert withdraw_gone(withdrawn).in_ledger


def test_a_disk_that_fills_up_within_a_line_loses_nothing(withdrawn, database):
    with room_for(100):
        assert not withdraw_gone(withdrawn).in_ledger
    assert names(Audience.PUBLIC) == ["stays"]
    assert (read_ledger().entries, read_ledger().torn) == ((), (1,))
    with connect(Role.INGEST) as connection:
        assert catch_up(connection) == 1
    ledger = read_ledger()
    assert (len(ledger.entries), ledger.torn, ledger.damaged) == (1, (1,), ())


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_ledger_that_is_no_file_is_refused(monkeypatch, device):
    monkeypatch.setenv("COMMONS_LEDGER", device)
    with pytest.raises(CommonsError) as told:
        read_ledger()
    assert told.value.key == "ledger.unreadable"


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("COMMONS_ERASURE_KEY")
    monkeypatch.setenv("COMMONS_HOME", str(tmp_path))
    assert find_erasure_key() is None
    assert set(four_at_once(MAKE_KEY)) == {erasure_key().key_id}
    assert [file.name for file in tmp_path.iterdir()] == ["erasure.key"]
    assert stat.S_IMODE((tmp_path / "erasure.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("content", "mode", "key"),
    [
        ("a" * 64, 0o644, "erasure.key_open"),
        ("a" * 31, 0o600, "erasure.key_unreadable"),
        ("", 0o600, "erasure.key_unreadable"),
        ("é" * 64, 0o600, "erasure.key_unreadable"),
    ],
)
def test_a_secret_that_is_open_or_damaged_is_refused_and_never_replaced(
    tmp_path, monkeypatch, content, mode, key
):
    monkeypatch.delenv("COMMONS_ERASURE_KEY")
    monkeypatch.setenv("COMMONS_HOME", str(tmp_path))
    file = Path(tmp_path / "erasure.key")
    file.write_text(content, "utf-8")
    file.chmod(mode)
    with pytest.raises(CommonsError) as told:
        erasure_key()
    assert told.value.key == key
    assert file.read_text("utf-8") == content


def test_a_secret_too_short_to_be_one_is_refused(monkeypatch):
    monkeypatch.setenv("COMMONS_ERASURE_KEY", "tiger")
    with pytest.raises(CommonsError) as told:
        erasure_key()
    assert told.value.key == "erasure.key_short"
    assert "tiger" not in str(told.value)
