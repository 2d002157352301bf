"""Links by which the person concerned sees what is shared of a record, and withdraws it: whoever has one, may."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from commons.audit import record_event
from commons.consent.records import About, find_record
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.settings import LINK_DAYS

LINK_PATH = "/consent/"
BY_LINK = "link"
"""Who withdrew, where the person concerned did so by a link: we do not know their name, and need not."""


@dataclass(frozen=True)
class Linked:
    """The record that a link opens."""

    dataset: Dataset
    record_id: int
    record_key: str
    partner: str
    expires_at: datetime

    @property
    def about(self) -> About:
        """What its consent speaks of."""
        return About(self.dataset.dataset_id, self.record_id)


def issue_link(connection: Connection, dataset: Dataset, record_key: str, *, days: int = LINK_DAYS) -> str:
    """Return the path of a new link to a record; it is shown this once, only its hash is kept.

    Raises CommonsError where the dataset has no record of this key.
    """
    record_id = find_record(connection, dataset, record_key)
    if days < 1:
        raise CommonsError("link.no_days")
    token = secrets.token_urlsafe(32)
    row = connection.execute(
        "INSERT INTO commons.consent_link (record_id, sha256, expires_at)"
        " VALUES (%s, %s, now() + make_interval(days => %s)) RETURNING link_id",
        (record_id, _hash(token), days),
    ).fetchone()
    assert row is not None  # noqa: S101 - an INSERT that returns
    record_event(connection, dataset.slug, "issue consent link", "record", record_id, link_id=row[0])
    return f"{LINK_PATH}{token}"


def revoke_links(connection: Connection, dataset: Dataset, record_key: str) -> int:
    """Return how many links to a record were ended."""
    record_id = find_record(connection, dataset, record_key, even_gone=True)
    ended = connection.execute(
        "UPDATE commons.consent_link SET revoked_at = now() WHERE record_id = %s AND revoked_at IS NULL"
        " AND expires_at > now()",
        (record_id,),
    ).rowcount
    record_event(connection, dataset.slug, "revoke consent links", "record", record_id, ended=ended)
    return ended


def follow_link(connection: Connection, token: str) -> Linked:
    """Return the record that a link opens, or raise CommonsError, the same for every kind of wrong link."""
    row = connection.execute(
        "SELECT d.dataset_id, d.partner_id, d.slug, d.title, r.record_id, r.partner_key, p.name, l.expires_at"
        " FROM commons.consent_link l JOIN commons.source_record r USING (record_id)"
        " JOIN commons.dataset d USING (dataset_id) JOIN commons.partner p USING (partner_id)"
        " WHERE l.sha256 = %s AND l.revoked_at IS NULL AND l.expires_at > now()",
        (_hash(token),),
    ).fetchone()
    if row is None:
        raise CommonsError("link.unknown")
    return Linked(Dataset(*row[:4]), *row[4:])


def _hash(token: str) -> bytes:
    """Return what is kept of a token: of 32 random bytes, its plain hash leads nobody back."""
    return hashlib.sha256(token.encode(errors="replace")).digest()
