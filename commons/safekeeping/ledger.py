"""The withdrawal ledger: a file outside the database, a line for all that people close, on the disk before it commits.

A backup that was made before a withdrawal or a narrowing does not know it; restoring one (`commons/operations/`)
applies the ledger before anybody may read. A line holds no value of a record and nobody's name: records are known
by their keyed hash.
"""

import errno
import fcntl
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from commons.audit import Head
from commons.errors import CommonsError
from commons.safekeeping.key import sync_folder
from commons.settings import settings
from commons.vocabulary import FieldGroup, Precision, Stance, Visibility

TORN = b'{"torn": true}\n'
"""Says that the line before it was cut short by a crash: its withdrawal was never acknowledged."""


class EntryKind(StrEnum):
    """What a line tells. By a `backup` its ledger is known again; what came after it is lost at its `restore`."""

    WITHDRAWAL = "withdrawal"
    ERASURE = "erasure"
    NARROWING = "narrowing"
    BACKUP = "backup"
    RESTORE = "restore"


OF_A_DATASET = (EntryKind.WITHDRAWAL, EntryKind.ERASURE, EntryKind.NARROWING)
CODES = {"visibility": Visibility, "precision": Precision, "contact": Visibility, "stance": Stance}
"""What the flags of a narrowing may be; the others are yes, no, days and a licence."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line. `record` is the keyed hash of the record's key, None for a whole dataset; `head` the audit log's.

    `wanted` are the flags to which a narrowing closes, as codes; those of an agreement have a stance.
    """

    uid: UUID
    at: datetime
    kind: EntryKind
    dataset: str | None = None
    record: str | None = None
    key_id: str | None = None
    field_groups: tuple[FieldGroup, ...] = ()
    wanted: dict[str, Any] | None = None
    head: Head | None = None

    def line(self) -> bytes:
        """Return the line with its end."""
        told = {
            "uid": str(self.uid),
            "at": self.at.astimezone(UTC).isoformat(),
            "kind": self.kind.value,
            "dataset": self.dataset,
            "record": self.record,
            "key_id": self.key_id,
            "field_groups": [group.value for group in self.field_groups],
            "wanted": self.wanted,
            "head": None if self.head is None else str(self.head),
        }
        return json.dumps(told, ensure_ascii=True).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> "Entry":
        """Return the entry of a line; raises ValueError, KeyError or TypeError where it is none."""
        told: dict[str, Any] = json.loads(line)
        kind = EntryKind(told["kind"])
        names = {
            name: None if told[name] is None else str(told[name]) for name in ("dataset", "record", "key_id")
        }
        if (names["dataset"] is None) == (kind in OF_A_DATASET) or not isinstance(told["field_groups"], list):
            raise ValueError("a withdrawal has a dataset")
        wanted = told.get("wanted")
        if (kind is EntryKind.NARROWING) != isinstance(wanted, dict):
            raise ValueError("a narrowing has flags")
        for name, code in (wanted or {}).items():
            if name in CODES:
                CODES[name](code)
        if names["record"] is not None and (len(names["record"]), names["key_id"] is None) != (64, False):
            raise ValueError("a record has a hash and its key")
        return cls(
            uid=UUID(told["uid"]),
            at=datetime.fromisoformat(told["at"]),
            kind=kind,
            **names,
            field_groups=tuple(FieldGroup(code) for code in told["field_groups"]),
            wanted=wanted,
            head=None if told["head"] is None else Head.parse(told["head"]),
        )


@dataclass(frozen=True)
class Ledger:
    """What the file holds: its entries, and the numbers of the lines that a crash cut short or that are damaged."""

    entries: tuple[Entry, ...]
    torn: tuple[int, ...]
    damaged: tuple[int, ...]

    def check(self) -> None:
        """Raise CommonsError where lines are damaged: which withdrawals they told cannot be known."""
        if self.damaged:
            lines = ", ".join(map(str, self.damaged))
            raise CommonsError("ledger.damaged", file=settings().ledger, lines=lines)


def append_to_ledger(*entries: Entry) -> None:
    """Append whole lines and return once the disk has them; raises OSError where it cannot.

    Several processes may append at once: each waits for the other's lines.
    """
    file = settings().ledger
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(file, os.O_RDWR | os.O_APPEND | os.O_CREAT) as descriptor:
        size = os.fstat(descriptor).st_size
        cut_short = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        left = (b"\n" + TORN if cut_short else b"") + b"".join(entry.line() for entry in entries)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    sync_folder(file.parent)


def read_ledger() -> Ledger:
    """Return what the ledger holds, nothing where there is no file yet; what cannot be read is numbered, from 1."""
    file = settings().ledger
    try:
        with _locked(file, os.O_RDONLY) as descriptor, open(descriptor, "rb", closefd=False) as opened:
            lines = opened.read().splitlines(keepends=True)
    except FileNotFoundError:
        return Ledger((), (), ())
    except OSError as failure:
        raise CommonsError("ledger.unreadable", file=file, reason=failure.strerror) from failure
    entries: list[Entry] = []
    torn: list[int] = []
    damaged: list[int] = []
    for number, line in enumerate(lines, start=1):
        if line == TORN:
            continue
        try:
            entries.append(Entry.parse(line))
        except (ValueError, KeyError, TypeError, CommonsError):
            following = lines[number] if number < len(lines) else TORN
            (torn if following == TORN and not line.endswith(b"}\n") else damaged).append(number)
    return Ledger(tuple(entries), tuple(torn), tuple(damaged))


@contextmanager
def _locked(file: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(file, flags | os.O_NONBLOCK, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        fcntl.flock(descriptor, fcntl.LOCK_SH if flags == os.O_RDONLY else fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
