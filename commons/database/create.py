"""Making databases on the server of one that is there: closed to everybody, with its encoding, for its owner."""

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Composable, Identifier, Literal

from commons.database.connection import Connection, Role, log_in
from commons.database.owner import routine

MAINTENANCE = "postgres"
"""The database from which others are made and renamed; it holds nothing of ours."""
PATTERN = """
SELECT pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), d.datcollate, d.datctype
  FROM pg_database d
 WHERE d.datname = %s
"""


def of_database(conninfo: str, database: str) -> str:
    """Return the connection string of the same login to another database of the same server."""
    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    return make_conninfo("", **parts | {"dbname": database})


def blank_name(database: str) -> str:
    """Return the name of the empty database with PostGIS that a restore by an ordinary owner copies."""
    return f"{database}_blank"


def is_superuser(connection: Connection) -> bool:
    """Tell whether the login of the connection is a superuser."""
    return connection.info.parameter_status("is_superuser") == "on"


def create_closed(server: Connection, name: str, like: str) -> None:
    """Make a database to which nobody may connect, owned by the owner of `like`, with its encoding and locale.

    A superuser makes it empty. An ordinary owner, who may not install PostGIS, copies the blank one.
    """
    pattern = server.execute(PATTERN, (like,)).fetchone()
    template = "template0" if is_superuser(server) else blank_name(like)
    clauses: list[Composable] = [SQL("TEMPLATE {}").format(Identifier(template))]
    if is_superuser(server) and pattern is not None:
        owner, encoding, collate, ctype = pattern
        clauses += [
            SQL("OWNER {}").format(Identifier(owner)),
            SQL("ENCODING {}").format(Literal(encoding)),
            SQL("LC_COLLATE {}").format(Literal(collate)),
            SQL("LC_CTYPE {}").format(Literal(ctype)),
        ]
    server.execute(
        SQL("CREATE DATABASE {} {} ALLOW_CONNECTIONS false").format(Identifier(name), SQL(" ").join(clauses))
    )


def allow_connections(server: Connection, name: str, *, allowed: bool) -> None:
    """Let those connect to a database who have the right to, or nobody."""
    server.execute(
        SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
            Identifier(name), SQL("true" if allowed else "false")
        )
    )


def make_blank(conninfo: str) -> None:
    """Make anew, as a superuser, the blank database of one whose owner is none; nothing for other databases."""
    database = str(conninfo_to_dict(conninfo).get("dbname"))
    blank = blank_name(database)
    with log_in(of_database(conninfo, MAINTENANCE), Role.ADMIN, autocommit=True) as server:
        ordinary = server.execute(
            "SELECT FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba"
            " WHERE d.datname = %s AND NOT r.rolsuper",
            (database,),
        )
        if not (is_superuser(server) and ordinary.rowcount):
            return
        server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(blank)))
        create_closed(server, blank, like=database)
        server.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(Identifier(blank)))
        allow_connections(server, blank, allowed=True)
        with log_in(of_database(conninfo, blank), Role.ADMIN) as empty:
            for name in ("extensions", "hardening", "administrator", "close_database"):
                empty.execute(routine(name))
        allow_connections(server, blank, allowed=False)
