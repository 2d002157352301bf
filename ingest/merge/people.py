"""What a person says of two records: it is kept, wins over every model, teaches the next, and can be taken back."""

from dataclasses import dataclass

from psycopg.types.json import Jsonb

from commons.audit import record_event
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import find_dataset
from commons.vocabulary import Verdict
from ingest.merge.merge import MergeResult, lock_merges, merge


@dataclass(frozen=True)
class RecordRef:
    """A record as people name it: `dataset/key`, its id, and the alternative that it belongs to."""

    record_id: int
    alternative_id: int
    name: str


def find_record(connection: Connection, name: str) -> RecordRef:
    """Return the record of `dataset/key`. Raises CommonsError where there is none."""
    slug, _, key = name.partition("/")
    dataset = find_dataset(connection, slug)
    row = connection.execute(
        "SELECT r.record_id, m.alternative_id FROM commons.source_record r"
        " JOIN commons.membership m ON m.record_id = r.record_id AND m.until_at IS NULL"
        " WHERE r.dataset_id = %s AND r.partner_key = %s",
        (dataset.dataset_id, key),
    ).fetchone()
    if row is None:
        raise CommonsError("link.no_record", record=name)
    return RecordRef(row[0], row[1], name)


def say(
    connection: Connection,
    one: RecordRef,
    other: RecordRef,
    verdict: Verdict,
    *,
    said_by: str,
    note: str = "",
) -> MergeResult:
    """Keep that a person takes two records for the same, or for different, and return what that changed.

    What was said of the pair before is retired. The caller commits. Raises CommonsError where both are one record.
    """
    left, right = _ordered(one, other)
    _retire(connection, left, right)
    connection.execute(
        "INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, reason, decided_by, is_human)"
        " VALUES (%s, %s, %s, %s, %s, true)",
        (left, right, verdict.value, Jsonb({"note": note} if note else {}), said_by),
    )
    record_event(connection, said_by, f"say {verdict.value}", "pair", f"{left} {right}")
    return merge(connection, also=(left, right))


def take_back(connection: Connection, one: RecordRef, other: RecordRef, *, said_by: str) -> MergeResult:
    """Retire what a person said of two records: the model's decision holds again. Return what that changed.

    Raises CommonsError where nobody said anything. The caller commits.
    """
    left, right = _ordered(one, other)
    if not _retire(connection, left, right):
        raise CommonsError("link.nothing_said", one=one.name, other=other.name)
    record_event(connection, said_by, "take back", "pair", f"{left} {right}")
    return merge(connection, also=(left, right))


def _ordered(one: RecordRef, other: RecordRef) -> tuple[int, int]:
    if one.record_id == other.record_id:
        raise CommonsError("link.one_record", record=one.name)
    left, right = sorted((one.record_id, other.record_id))
    return left, right


def _retire(connection: Connection, left: int, right: int) -> int:
    lock_merges(connection)
    return connection.execute(
        "UPDATE commons.match_decision SET retired_at = clock_timestamp()"
        " WHERE left_record_id = %s AND right_record_id = %s AND is_human AND retired_at IS NULL",
        (left, right),
    ).rowcount
