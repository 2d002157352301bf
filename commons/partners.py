"""Partners, their datasets, and the tokens by which a partner is known."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from commons.audit import record_event
from commons.database.connection import Connection
from commons.errors import CommonsError

TOKEN_PREFIX = "bxl"  # noqa: S105 - what leak scanners look for, not a secret
TOKEN_DAYS = 365


@dataclass(frozen=True)
class Partner:
    """A partner organisation."""

    partner_id: int
    slug: str
    name: str


@dataclass(frozen=True)
class Dataset:
    """A partner's list."""

    dataset_id: int
    partner_id: int
    slug: str
    title: str


def add_partner(connection: Connection, slug: str, name: str) -> Partner:
    """Return the partner of this slug, made where there is none."""
    connection.execute(
        "INSERT INTO commons.partner (slug, name) VALUES (%s, %s) ON CONFLICT (slug) DO NOTHING", (slug, name)
    )
    return find_partner(connection, slug)


def add_dataset(connection: Connection, partner: Partner, slug: str, title: str, attribution: str) -> Dataset:
    """Return the partner's dataset of this slug, made where there is none; another partner's slug is refused."""
    connection.execute(
        "INSERT INTO commons.dataset (partner_id, slug, title, attribution) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (slug) DO NOTHING",
        (partner.partner_id, slug, title, attribution),
    )
    dataset = find_dataset(connection, slug)
    if dataset.partner_id != partner.partner_id:
        raise CommonsError("dataset.taken", slug=slug)
    return dataset


def find_dataset(connection: Connection, slug: str) -> Dataset:
    """Return the dataset of this slug, or raise CommonsError."""
    row = connection.execute(
        "SELECT dataset_id, partner_id, slug, title FROM commons.dataset WHERE slug = %s", (slug,)
    ).fetchone()
    if row is None:
        raise CommonsError("dataset.unknown", slug=slug)
    return Dataset(*row)


def let_repeat(connection: Connection, dataset: Dataset, *, may_repeat: bool, said_by: str) -> None:
    """Keep whether the dataset may hold one alternative twice; if not, its records are never made one by themselves."""
    connection.execute(
        "UPDATE commons.dataset SET may_repeat = %s WHERE dataset_id = %s", (may_repeat, dataset.dataset_id)
    )
    record_event(connection, said_by, "let repeat", "dataset", dataset.slug, may_repeat=may_repeat)


def datasets_of(connection: Connection, partner: Partner) -> list[Dataset]:
    """Return the partner's datasets, by title."""
    rows = connection.execute(
        "SELECT dataset_id, partner_id, slug, title FROM commons.dataset WHERE partner_id = %s ORDER BY title",
        (partner.partner_id,),
    ).fetchall()
    return [Dataset(*row) for row in rows]


def issue_token(connection: Connection, partner: Partner) -> str:
    """Return a new token of the partner, `bxl_<id>_<secret>`; it is shown this once, only its hash is kept."""
    token_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    connection.execute(
        "INSERT INTO commons.partner_token (token_id, partner_id, sha256, expires_at)"
        " VALUES (%s, %s, %s, now() + make_interval(days => %s))",
        (token_id, partner.partner_id, hashlib.sha256(secret.encode()).digest(), TOKEN_DAYS),
    )
    record_event(connection, partner.slug, "issue token", "partner_token", token_id)
    return f"{TOKEN_PREFIX}_{token_id}_{secret}"


def token_parts(token: str) -> tuple[str, str]:
    """Return the name of a token and its secret, both empty where it is none that was ever given.

    >>> token_parts(" bxl_0a1b2c3d_se_cret "), token_parts("bxl_x_secret")
    (('0a1b2c3d', 'se_cret'), ('', ''))
    """
    found = re.fullmatch(rf"{TOKEN_PREFIX}_([0-9a-f]{{8}})_([\w-]+)", token.strip(), re.ASCII)
    return (found[1], found[2]) if found else ("", "")


def partner_of_token(connection: Connection, token: str) -> Partner:
    """Return the partner whose live token this is, or raise CommonsError, the same for every kind of wrong token."""
    token_id, secret = token_parts(token)
    row = connection.execute(
        "SELECT partner_id, slug, name, sha256 FROM commons.partner_token JOIN commons.partner USING (partner_id)"
        " WHERE token_id = %s AND revoked_at IS NULL AND expires_at > now()",
        (token_id,),
    ).fetchone()
    given = hashlib.sha256(secret.encode()).digest()
    if row is None or not hmac.compare_digest(row[3], given):
        raise CommonsError("token.unknown")
    return Partner(*row[:3])


def find_partner(connection: Connection, slug: str) -> Partner:
    """Return the partner of this slug, or raise CommonsError."""
    row = connection.execute(
        "SELECT partner_id, slug, name FROM commons.partner WHERE slug = %s", (slug,)
    ).fetchone()
    if row is None:
        raise CommonsError("partner.unknown", slug=slug)
    return Partner(*row)
