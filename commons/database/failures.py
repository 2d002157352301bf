"""Why a connection failed or broke off, told to a person: a sentence for each case, and never a traceback.

Before a session has begun PostgreSQL gives no SQLSTATE through libpq, only its words: those of libpq itself are always
English here, a server's own are read in English and French. Words that are not known are passed on as they are: they
name logins, hosts and databases, never a password or a value.
"""

import re

import psycopg
from psycopg.conninfo import conninfo_to_dict

from commons.errors import CommonsError
from commons.settings import settings

CONNECT_TIMEOUT_S = 10
"""For which a host may keep silent, unless the address or PGCONNECT_TIMEOUT says otherwise; libpq waits for minutes."""
LONGEST_REASON = 300
PASSWORD_VARIABLES = {
    "commons_ingest": "COMMONS_INGEST_PASSWORD",
    "commons_public": "COMMONS_PUBLIC_PASSWORD",
    "commons_researcher": "COMMONS_RESEARCHER_PASSWORD",
}
OF_PARTNERS = "COMMONS_PARTNER_PASSWORD"
OF_THE_OWNER = "DATABASE_URL"

CAUSES = {
    "address": r"invalid (integer value|port number|sslmode value|.* value:)|root certificate file",
    "unknown_host": r"failed to resolve host|could not translate host name",
    "silent": r"timeout expired|timed out|No route to host|Network is unreachable",
    "refused": r"Connection refused|No such file or directory",
    "busy": r"too many (clients|connections)|connection slots|trop de (clients|connexions)|emplacements de connexions",
    "starting": r"system is (starting up|shutting down|in recovery mode|not (yet )?accepting)"
    r"|syst[eè]me de bases? de données (se lance|s'arrête|est en cours|n'accepte)",
    "closed": r"not currently accepting connections|« .* » n'accepte plus",
    "not_allowed": r"permission denied for database|droit refusé pour la base",
    "no_database": r'database ".*" does not exist|la base de données « .* » n\'existe pas',
    "wrong_password": r"password authentication failed|authentification par mot de passe échouée"
    r'|role ".*" does not exist|le rôle « .* » n\'existe pas',
}
"""The end of a text's key, and what libpq, psycopg, or a server in English or French says then; the first that fits."""
LASTING = frozenset(
    {"address", "unknown_host", "no_database", "not_allowed", "wrong_password", "no_password"}
)
"""The causes that do not go by themselves: whoever meets one of these need not wait for the server."""
NOT_OF_THIS_VERSION = frozenset({"3F000", "42P01", "42703", "42883", "42704"})
"""SQLSTATEs of a schema, table, column, function or type that is not there."""
LOST = ("08", "57P0")
"""Beginnings of the SQLSTATEs of a connection that is gone, or that the server closes as it stops."""
OWNER_MISSING = 'role "commons_owner" does not exist'


def connection_failure(failure: psycopg.Error, conninfo: str, role: str) -> CommonsError:
    """Return what a login that could not connect tells a person."""
    if settings().database_url is None:
        return CommonsError("database.unreachable", role=role)
    words = str(failure)
    parts = conninfo_to_dict(conninfo)
    values = {
        "role": parts.get("user") or role,
        "variable": password_variable(role),
        "host": parts.get("host") or parts.get("hostaddr") or "localhost",
        "port": parts.get("port") or 5432,
        "database": parts.get("dbname") or parts.get("user") or "",
        "seconds": CONNECT_TIMEOUT_S,
    }
    if failure.pgconn is not None and failure.pgconn.needs_password:
        return CommonsError("database.no_password", **values)
    for cause, pattern in CAUSES.items():
        if re.search(pattern, words):
            return CommonsError(f"database.{cause}", **values)
    reason = words.rpartition("failed: ")[2].splitlines()[0] if words else type(failure).__name__
    return CommonsError("database.not_let_in", reason=reason[:LONGEST_REASON], **values)


def is_lasting(failure: CommonsError) -> bool:
    """Tell whether somebody must change a setting or the database before a connection succeeds."""
    return failure.key.removeprefix("database.") in LASTING


def is_lost(failure: psycopg.Error) -> bool:
    """Tell whether the connection itself is gone: libpq then has no SQLSTATE, or the server's of shutting down."""
    return isinstance(failure, psycopg.OperationalError) and (failure.sqlstate or LOST[0]).startswith(LOST)


def interruption(failure: psycopg.Error) -> CommonsError | None:
    """Return the error for a person where PostgreSQL stopped, or refused, in the middle of the work.

    None for other errors, whose words may quote a partner's value.
    """
    if is_lost(failure):
        return CommonsError("database.lost")
    reason = str(failure.diag.message_primary)[:LONGEST_REASON]
    if isinstance(failure, psycopg.errors.InsufficientPrivilege):
        return CommonsError("database.forbidden", reason=reason)
    if isinstance(failure, psycopg.OperationalError | psycopg.errors.ReadOnlySqlTransaction):
        return CommonsError("database.gave_up", reason=reason)
    return None


def lacks_schema(failure: psycopg.Error) -> bool:
    """Tell whether what was asked for is not there, as in a database that was never upgraded."""
    return failure.sqlstate in NOT_OF_THIS_VERSION or OWNER_MISSING in str(failure)


def password_variable(role: str) -> str:
    """Return the variable of the environment that holds a login's password."""
    if role == "admin":
        return OF_THE_OWNER
    return PASSWORD_VARIABLES.get(role, OF_PARTNERS)
