"""Connections, one login per role: what a part of the program may touch is decided by the role it logs in as."""

import hmac
import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from typing import Any, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from commons.database.embedded import EmbeddedCluster
from commons.database.failures import CONNECT_TIMEOUT_S, connection_failure, is_lost
from commons.errors import CommonsError
from commons.settings import Secret, settings
from commons.vocabulary import Audience

Connection: TypeAlias = psycopg.Connection[TupleRow]


class Role(StrEnum):
    """The logins; ADMIN is whoever owns the database and is used for set-up only."""

    ADMIN = "admin"
    INGEST = "commons_ingest"
    PUBLIC = "commons_public"
    PARTNER = "commons_partner"
    RESEARCHER = "commons_researcher"


PARTNER_LOGIN = "commons_partner_"
"""The login of one named partner begins so; its number follows."""
ROLE_OF = {
    Audience.PUBLIC: Role.PUBLIC,
    Audience.PARTNERS: Role.PARTNER,
    Audience.RESEARCHERS: Role.RESEARCHER,
}


def role_password(role: str) -> Secret | None:
    """Return the password set for a login in the environment, or None; a named partner's follows from the partners'."""
    now = settings()
    if role.startswith(PARTNER_LOGIN) and now.partner_password:
        secret = now.partner_password.reveal().encode()
        return Secret(hmac.digest(secret, role.encode(), "sha256").hex())
    return (
        {
            Role.INGEST: now.ingest_password,
            Role.PUBLIC: now.public_password,
            Role.PARTNER: now.partner_password,
            Role.RESEARCHER: now.researcher_password,
        }.get(Role(role))
        if role in set(Role)
        else None
    )


def conninfo(role: str) -> str:
    """Return the libpq connection string of a login, on `DATABASE_URL` or else on the embedded cluster.

    Raises CommonsError where `DATABASE_URL` is no address; libpq's reason would quote it, and the password in it.
    """
    now = settings()
    base = now.database_url.reveal().strip() if now.database_url else EmbeddedCluster(now.home).url()
    try:
        parts: dict[str, Any] = conninfo_to_dict(base)
    except psycopg.ProgrammingError:
        raise CommonsError("database.address") from None
    # Of a password with an @ or a / that is not escaped a piece is taken for the host, or for the port.
    if "@" in str(parts.get("host", "")) or not re.fullmatch(r"[0-9,]*", str(parts.get("port", ""))):
        raise CommonsError("database.address")
    if "PGCONNECT_TIMEOUT" not in os.environ:
        parts.setdefault("connect_timeout", CONNECT_TIMEOUT_S)
    parts["client_encoding"] = "UTF8"
    if role != Role.ADMIN:
        parts["user"] = str(role)
        parts.pop("password", None)
        password = role_password(role)
        if password is not None:
            parts["password"] = password.reveal()
    return make_conninfo(**parts)


def log_in(address: str, role: str, *, autocommit: bool = False) -> Connection:
    """Return a new connection; one that fails is told as what it is."""
    try:
        return psycopg.connect(
            address, autocommit=autocommit, application_name=f"commons {role}", client_encoding="UTF8"
        )
    except psycopg.OperationalError as failure:
        raise connection_failure(failure, address, str(role)) from failure


@contextmanager
def connect(role: str) -> Iterator[Connection]:
    """Yield a connection as a login; commits when the block ends well, rolls back when it does not.

    Raises CommonsError where no connection is to be had, and where it breaks off.
    """
    connection = log_in(conninfo(role), role)
    with closing(connection):  # a commit that is refused leaves it open
        try:
            with connection:
                yield connection
        except psycopg.OperationalError as failure:
            if not is_lost(failure):
                raise
            raise CommonsError("database.lost") from failure
