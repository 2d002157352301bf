"""What a change does to what each reader sees: told before it is done, and after, to the keeper of the dataset.

Of the public's view all is told. Of every other reader's, only what concerns the dataset's own records: the rest of it
may be hidden from whoever asks (docs/decisions/0030-a-trial-tells-nothing-of-others.md).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from commons.consent.records import About
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.release.upkeep import release_queued
from commons.vocabulary import Audience

SMALL_DISTRICT = 5
"""Alternatives shown in a district; fewer than these tell little of it (consent.md, "Statistics")."""


OF_DATASET = """
WITH present AS (
    SELECT DISTINCT m.alternative_id FROM commons.membership m JOIN commons.source_record r USING (record_id)
     WHERE r.dataset_id = %s AND m.until_at IS NULL
)
SELECT alternative_id FROM present
 UNION SELECT a.alternative_id FROM commons.alternative a JOIN present p ON a.redirected_to = p.alternative_id
"""
AUDIENCES = "SELECT audience::text FROM commons.reader WHERE partner_id = 0 ORDER BY audience"
SHOWN = """
SELECT s.audience::text, p.slug, s.shown_id, s.content
  FROM commons.shown(%s::bigint[], %s) s LEFT JOIN commons.partner p ON p.partner_id = s.partner_id
 ORDER BY p.slug
"""


@dataclass(frozen=True)
class Effect:
    """What a change does to one audience, or one partner that the dataset names.

    Of the public these are alternatives that vanish, appear, and show otherwise; of other readers the dataset's own
    records. `districts_below` is in how many districts the public is shown fewer than SMALL_DISTRICT now and was not
    before: told in a dry run, else None.
    """

    audience: str
    partner: str | None
    vanished: int
    appeared: int
    changed: int
    districts_below: int | None = field(default=None, compare=False)


def note_shown(connection: Connection, about: About) -> None:
    """Keep, in this transaction, what may be told of what readers see of a record, or of the whole dataset."""
    run_file(connection, "commons.consent", "shown_before", about._asdict())


Done = TypeVar("Done")
Shown = dict[tuple[str, str | None], dict[str, str]]
"""What may be told of what each reader sees of some alternatives, by the public id or the record's."""


def try_out(
    connection: Connection, dataset_id: int, work: Callable[[], Done]
) -> tuple[Done, tuple[Effect, ...]]:
    """Return what some work on a dataset returns and what it would do to each reader; then it is rolled back."""
    known = set(_alternatives_of(connection, dataset_id))
    with connection.transaction(force_rollback=True):
        done = work()
        touched = sorted(known.union(_alternatives_of(connection, dataset_id)))
        after = _shown_now(connection, dataset_id, touched)
    return done, _effects_between(_shown_now(connection, dataset_id, touched), after)


def carry_out(
    connection: Connection, outside: Connection, dataset_id: int, work: Callable[[], Done]
) -> tuple[Done, tuple[Effect, ...]]:
    """Return what some work on a dataset returns and what it does to each reader; the caller commits.

    `outside` is another connection: until that commit it sees what was before.
    """
    known = set(_alternatives_of(connection, dataset_id))
    done = work()
    touched = sorted(known.union(_alternatives_of(connection, dataset_id)))
    after = _shown_now(connection, dataset_id, touched)
    return done, _effects_between(_shown_now(outside, dataset_id, touched), after)


def _alternatives_of(connection: Connection, dataset_id: int) -> list[int]:
    """Return the alternatives that a dataset's records are in now, and those that lead to them."""
    return [row[0] for row in connection.execute(OF_DATASET, (dataset_id,))]


def _shown_now(connection: Connection, dataset_id: int, alternatives: list[int]) -> Shown:
    """Return what each reader sees of these alternatives; what is queued is released at once."""
    release_queued(connection)
    seen: Shown = {(audience, None): {} for (audience,) in connection.execute(AUDIENCES)}
    for audience, partner, shown_id, content in connection.execute(SHOWN, (alternatives, dataset_id)):
        seen.setdefault((audience, partner), {})[shown_id] = content
    return seen


def _effects_between(before: Shown, after: Shown) -> tuple[Effect, ...]:
    """Return what differs for each reader, of the same alternatives."""
    return tuple(
        Effect(
            *reader,
            vanished=len(was.keys() - now.keys()),
            appeared=len(now.keys() - was.keys()),
            changed=sum(now.get(key, content) != content for key, content in was.items()),
        )
        for reader in {**before, **after}
        for was, now in ((before.get(reader, {}), after.get(reader, {})),)
    )


def effects_since(connection: Connection, *, with_districts: bool = False) -> tuple[Effect, ...]:
    """Return what has changed for each reader since `note_shown`; what is queued is released at once."""
    release_queued(connection)
    below = _districts_below(connection) if with_districts else None
    rows = run_file(connection, "commons.consent", "effects").fetchall()
    return tuple(
        Effect(audience, partner, gone, new, changed, below if audience == Audience.PUBLIC else None)
        for audience, partner, gone, new, changed in rows
    )


def _districts_below(connection: Connection) -> int:
    row = run_file(connection, "commons.consent", "districts_below", {"threshold": SMALL_DISTRICT}).fetchone()
    assert row is not None  # noqa: S101 - an aggregate
    return int(row[0])
