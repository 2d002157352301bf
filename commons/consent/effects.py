"""What a change of consent does to what each reader sees: told before it is done, and after."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from commons.consent.records import About
from commons.database.connection import Connection
from commons.database.statements import run_file

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
READERS = """
SELECT r.audience::text, p.slug FROM commons.reader r LEFT JOIN commons.partner p USING (partner_id)
 ORDER BY r.audience, p.slug NULLS FIRST
"""
SHOWN = """
SELECT s.audience::text, p.slug, s.public_id, s.content
  FROM commons.shown(%s::bigint[]) s LEFT JOIN commons.partner p ON p.partner_id = s.partner_id
"""


@dataclass(frozen=True)
class Effect:
    """What a change does to one audience, or one named partner: alternatives that vanish, appear, and show otherwise.

    `districts_below` is in how many districts fewer than SMALL_DISTRICT are shown now and were not before: told in a
    dry run, and not of a named partner, else None.
    """

    audience: str
    partner: str | None
    vanished: int
    appeared: int
    changed: int
    districts_below: int | None = field(default=None, compare=False)


def note_shown(connection: Connection, about: About) -> None:
    """Keep, in this transaction, what readers see of a record's alternative, or of all those of the dataset."""
    run_file(connection, "commons.consent", "shown_before", about._asdict())


Done = TypeVar("Done")
Shown = dict[tuple[str, str | None], dict[UUID, str]]
"""What each reader sees of some alternatives, by public id."""


def try_out(
    connection: Connection, dataset_id: int, work: Callable[[], Done]
) -> tuple[Done, tuple[Effect, ...]]:
    """Return what some work on a dataset returns and what it would do to each reader; then it is rolled back."""
    known = set(_alternatives_of(connection, dataset_id))
    with connection.transaction(force_rollback=True):
        done = work()
        touched = sorted(known.union(_alternatives_of(connection, dataset_id)))
        after = _shown_now(connection, touched)
    return done, _effects_between(_shown_now(connection, touched), after)


def carry_out(
    connection: Connection, outside: Connection, dataset_id: int, work: Callable[[], Done]
) -> tuple[Done, tuple[Effect, ...]]:
    """Return what some work on a dataset returns and what it does to each reader; the caller commits.

    `outside` is another connection: until that commit it sees what was before.
    """
    known = set(_alternatives_of(connection, dataset_id))
    done = work()
    touched = sorted(known.union(_alternatives_of(connection, dataset_id)))
    after = _shown_now(connection, touched)
    return done, _effects_between(_shown_now(outside, touched), after)


def _alternatives_of(connection: Connection, dataset_id: int) -> list[int]:
    """Return the alternatives that a dataset's records are in now, and those that lead to them."""
    return [row[0] for row in connection.execute(OF_DATASET, (dataset_id,))]


def _shown_now(connection: Connection, alternatives: list[int]) -> Shown:
    """Return what each reader sees of these alternatives; what is queued is released at once."""
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    seen: Shown = {tuple(reader): {} for reader in connection.execute(READERS).fetchall()}
    for audience, partner, public_id, content in connection.execute(SHOWN, (alternatives,)):
        seen[audience, partner][public_id] = content
    return seen


def _effects_between(before: Shown, after: Shown) -> tuple[Effect, ...]:
    """Return what differs for each reader, of the same alternatives."""
    return tuple(
        Effect(
            *reader,
            vanished=len(seen.keys() - after[reader].keys()),
            appeared=len(after[reader].keys() - seen.keys()),
            changed=sum(after[reader].get(key, content) != content for key, content in seen.items()),
        )
        for reader, seen in before.items()
    )


def effects_since(connection: Connection, *, with_districts: bool = False) -> tuple[Effect, ...]:
    """Return what has changed for each reader since `note_shown`; what is queued is released at once."""
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    below: dict[str, int] = {}
    if with_districts:
        fallen = run_file(connection, "commons.consent", "districts_below", {"threshold": SMALL_DISTRICT})
        below = dict(fallen.fetchall())
    return tuple(
        Effect(
            audience,
            partner,
            vanished,
            appeared,
            changed,
            below.get(audience, 0) if with_districts and partner is None else None,
        )
        for audience, partner, vanished, appeared, changed in run_file(
            connection, "commons.consent", "effects"
        )
    )
