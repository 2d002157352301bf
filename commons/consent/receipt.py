"""The receipt for the person concerned: what is shared of a record, what was withdrawn, and what had left before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commons.consent.counted import Snapshot, snapshots_counting
from commons.consent.effects import Effect
from commons.consent.link import BY_LINK, Linked
from commons.consent.show import Shown, show_about
from commons.consent.withdraw import Receipt, withdraw
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.release.egress import HandedOut, handed_out
from commons.vocabulary import FieldGroup


@dataclass(frozen=True)
class Value:
    """What a record says of one field, and what those read who may see no contacts.

    `exact_only` where it gives an exact place away.
    """

    field_group: FieldGroup
    field_name: str
    exact_only: bool
    value: Any
    without_contacts: Any


@dataclass(frozen=True)
class Withdrawn:
    """A withdrawal as it was done, with what it took from each reader."""

    withdrawal_id: int
    at: datetime
    field_groups: tuple[FieldGroup, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class PersonsReceipt:
    """All that the page shows; `name` is None where nothing is stored of the record any more."""

    linked: Linked
    name: str | None
    shown: Shown
    values: tuple[Value, ...]
    withdrawn: tuple[Withdrawn, ...]
    handed_out: tuple[HandedOut, ...]
    snapshots: tuple[Snapshot, ...]


def read_receipt(connection: Connection, linked: Linked) -> PersonsReceipt:
    """Return what holds of the linked record now, and what has been withdrawn of it, latest first."""
    rows = run_file(connection, "commons.consent", "record_values", linked.about._asdict()).fetchall()
    done = connection.execute(
        "SELECT withdrawal_id, withdrawn_at, field_groups::text[], receipt FROM commons.withdrawal"
        " WHERE record_id = %s ORDER BY withdrawal_id DESC",
        (linked.record_id,),
    ).fetchall()
    return PersonsReceipt(
        linked,
        rows[0][0] if rows else None,
        show_about(connection, linked.dataset, linked.about, linked.record_key),
        tuple(Value(FieldGroup(group), *rest) for _, group, *rest in rows if group is not None),
        tuple(
            Withdrawn(number, at, tuple(map(FieldGroup, groups)), tuple(_effect(told) for told in receipt))
            for number, at, groups, receipt in done
        ),
        tuple(handed_out(connection, [linked.record_id])),
        snapshots_counting(connection, linked.about),
    )


def withdraw_by_link(
    connection: Connection, linked: Linked, field_groups: Collection[FieldGroup], *, dry_run: bool = False
) -> Receipt:
    """Return the receipt of what the person concerned withdrew; a dry run changes nothing."""
    return withdraw(
        connection,
        linked.dataset,
        record_key=linked.record_key,
        field_groups=field_groups,
        withdrawn_by=BY_LINK,
        dry_run=dry_run,
    )


def _effect(told: dict[str, Any]) -> Effect:
    """Return an effect as a receipt keeps it; the first receipts told of less."""
    counts = (told.get(name, 0) for name in ("vanished", "appeared", "changed"))
    return Effect(told["audience"], told.get("partner"), *counts)
