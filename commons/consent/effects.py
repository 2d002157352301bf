"""What a change of consent does to what each reader sees: told before it is done, and after."""

from dataclasses import dataclass, field

from commons.consent.records import About
from commons.database.connection import Connection
from commons.database.statements import run_file

SMALL_DISTRICT = 5
"""Alternatives shown in a district; fewer than these tell little of it (consent.md, "Statistics")."""


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
