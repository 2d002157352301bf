"""The audit log: appending to it, and walking its chain. The database links the events and refuses to change them."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.errors import CommonsError


@dataclass(frozen=True)
class Head:
    """A link of the chain as it is noted outside the database: its number, and its hash in hexadecimal."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Return the head that this text is, or raise CommonsError."""
        told = re.fullmatch(r"([1-9][0-9]*):([0-9a-f]{64})", text.strip())
        if told is None:
            raise CommonsError("audit.no_head")
        return cls(int(told[1]), told[2])


@dataclass(frozen=True)
class Fault:
    """The first place where the chain does not hold: `missing`, `order`, `changed`, `unlinked` or `anchor`.

    `number` is that of the link, None for an event that has none.
    """

    kind: str
    number: int | None
    event_id: int | None


@dataclass(frozen=True)
class Walk:
    """What walking the chain found; `head` is None while nothing is linked."""

    events: int
    head: Head | None
    fault: Fault | None


def record_event(
    connection: Connection, actor: str, action: str, object_kind: str, object_id: object, **detail: object
) -> None:
    """Append one event. `detail` holds ids and counts, never a value of a record."""
    connection.execute(
        "INSERT INTO commons.audit_event (actor, action, object_kind, object_id, detail) VALUES (%s, %s, %s, %s, %s)",
        (actor, action, object_kind, str(object_id), Jsonb(detail)),
    )


def committed_head(connection: Connection) -> Head | None:
    """Return the last link of before this transaction: one of its own could still be rolled back."""
    row = connection.execute(
        "SELECT number, encode(hash, 'hex') FROM commons.audit_link WHERE linked_at < now()"
        " ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return None if row is None else Head(*row)


def verify_audit(connection: Connection, anchors: Collection[Head] = ()) -> Walk:
    """Return what walking the chain finds.

    The chain alone cannot tell that its end was cut off or all of it was made anew: `anchors` are heads that were noted
    elsewhere, each of which must still be a link of it.
    """
    row = run_file(connection, "commons", "verify_audit").fetchone()
    assert row is not None  # noqa: S101 - an aggregate
    events, number, digits, *fault = row
    head = None if number is None else Head(number, digits)
    if fault[2] is not None:
        return Walk(events, head, Fault(fault[2], fault[0], fault[1]))
    found = connection.execute(
        "SELECT number, encode(hash, 'hex') FROM commons.audit_link WHERE number = ANY (%s)",
        ([anchor.number for anchor in anchors],),
    ).fetchall()
    lost = sorted(anchor.number for anchor in set(anchors) - {Head(*each) for each in found})
    return Walk(events, head, Fault("anchor", lost[0], None) if lost else None)
