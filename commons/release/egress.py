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
from commons.vocabulary import Audience, EgressKind


@dataclass(frozen=True)
class HandedOut:
    """One download, snapshot or page of the feed; `partner` is who took it, None for one who gave no name."""

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
) -> int:
    """Return the number under which what is about to be handed out is kept: the alternatives, and who supplied them.

    The same content is kept once a day.

    The caller has read it in the same transaction after `hold_release`; it commits, and only then hands it out. Without
    `hold` it looks itself whether the release has changed since it began to read. Raises CommonsError where one of the
    alternatives is no longer released to this audience: it is to be read again.
    """
    if audience is Audience.PARTNER and partner is None:
        raise CommonsError("release.which_partner")
    ids = [str(public_id) for public_id in set(public_ids)]
    if hold:
        hold_release(connection)
    digest = hashlib.sha256(content).digest()
    # Two who take the same at once wait for each other: it is written down once.
    connection.execute(
        "SELECT pg_advisory_xact_lock(hashtext('commons egress'), hashtext(%s))", (digest.hex(),)
    )
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
            "sha256": digest,
        },
    ).fetchone()
    if row is None:
        raise CommonsError("egress.changed")
    return int(row[0])


HANDED_OUT = """
SELECT e.audience, p.name, e.kind, e.what, e.at
  FROM commons.egress e LEFT JOIN commons.partner p USING (partner_id)
 WHERE e.record_ids && %s::bigint[] ORDER BY e.egress_id DESC
"""
HANDED_OUT_OF_DATASET = """
SELECT e.audience, p.name, e.kind, e.what, e.at
  FROM commons.egress e LEFT JOIN commons.partner p USING (partner_id)
 WHERE EXISTS (SELECT FROM unnest(e.record_ids) AS held (record_id) JOIN commons.source_record r USING (record_id)
                WHERE r.dataset_id = %s)
 ORDER BY e.egress_id DESC
"""


def handed_out(connection: Connection, record_ids: Collection[int]) -> list[HandedOut]:
    """Return what has been handed out that held values of any of these records, latest first."""
    return _read(connection.execute(HANDED_OUT, (list(record_ids),)).fetchall())


def handed_out_of(connection: Connection, dataset_id: int, record_id: int | None) -> list[HandedOut]:
    """Return the same of a record, or of all of a dataset's."""
    if record_id is not None:
        return handed_out(connection, [record_id])
    return _read(connection.execute(HANDED_OUT_OF_DATASET, (dataset_id,)).fetchall())


def _read(rows: Iterable[tuple[Any, ...]]) -> list[HandedOut]:
    return [
        HandedOut(Audience(audience), partner, EgressKind(kind), what, at)
        for audience, partner, kind, what, at in rows
    ]
