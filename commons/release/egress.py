"""What has been handed out, to whom and when: written before it leaves, read for the receipt of a withdrawal."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.errors import CommonsError
from commons.partners import Partner
from commons.territory import filled
from commons.vocabulary import Audience, EgressKind


@dataclass(frozen=True)
class HandedOut:
    """A way by which it was handed out on a day; `partner` is who took it, None for one who gave no name."""

    audience: Audience
    partner: str | None
    kind: EgressKind
    what: str
    at: datetime


def hold_release(connection: Connection) -> None:
    """Let no change of what is released commit until this transaction ends: to read and to note the same.

    Withdrawals wait for it, so it is held for no longer than reading takes.
    """
    connection.execute("SELECT pg_advisory_xact_lock_shared(hashtext('commons release'))")


def note_egress(
    connection: Connection,
    audience: Audience,
    kind: EgressKind,
    *,
    what: str,
    public_ids: Collection[UUID | str],
    content: bytes,
    partner: Partner | None = None,
    hold: bool = True,
) -> None:
    """Write down what is about to be handed out: the alternatives, and who supplied them.

    What has left by the same way today is not written down again: `what` is the way, never what a reader asked for.

    The caller has read it in the same transaction after `hold_release`; it commits, and only then hands it out. Without
    `hold` it looks itself whether the release has changed since it began to read. Raises CommonsError where one of the
    alternatives is no longer released to this audience: it is to be read again.
    """
    if audience is Audience.PARTNER and partner is None:
        raise CommonsError("release.which_partner")
    ids = [str(public_id) for public_id in set(public_ids)]
    if hold:
        hold_release(connection)
    # Two who take the same at once wait for each other: it is written down once.
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('commons egress'), hashtext(%s))", (what,))
    row = run_file(
        connection,
        "commons.release",
        "note_egress",
        {
            "audience": audience.value,
            "partner_id": partner.partner_id if partner else None,
            "kind": kind.value,
            "what": what,
            "public_ids": ids,
            "sha256": hashlib.sha256(content).digest(),
        },
    ).fetchone()
    if row is None or not row[0]:
        raise CommonsError("egress.changed")


HANDED_OUT = """
SELECT e.audience, p.name, e.kind, e.what, min(e.at)
  FROM commons.egress e LEFT JOIN commons.partner p USING (partner_id)
 WHERE {whose}
 GROUP BY e.audience, p.name, e.kind, e.what, date_trunc('day', e.at, '@time_zone@')
 ORDER BY min(e.egress_id) DESC
"""
OF_RECORDS = HANDED_OUT.format(whose="e.record_ids && %s::bigint[]")
OF_DATASET = HANDED_OUT.format(
    whose="""EXISTS (SELECT FROM unnest(e.record_ids) AS held (record_id) JOIN commons.source_record r USING (record_id)
                WHERE r.dataset_id = %s)"""
)


def handed_out(connection: Connection, record_ids: Collection[int]) -> list[HandedOut]:
    """Return what has been handed out that held values of any of these records, each way once a day, latest first."""
    return _read(connection.execute(filled(OF_RECORDS), (list(record_ids),)).fetchall())


def handed_out_of(connection: Connection, dataset_id: int, record_id: int | None) -> list[HandedOut]:
    """Return the same of a record, or of all of a dataset's."""
    if record_id is not None:
        return handed_out(connection, [record_id])
    return _read(connection.execute(filled(OF_DATASET), (dataset_id,)).fetchall())


def _read(rows: Iterable[tuple[Any, ...]]) -> list[HandedOut]:
    return [
        HandedOut(Audience(audience), partner, EgressKind(kind), what, at)
        for audience, partner, kind, what, at in rows
    ]
