"""What is done as the owner of the schemas: the SQL files that it runs, the passwords that it gives."""

import psycopg
from psycopg import sql

from commons.database.options import DATABASE_OPTIONS
from commons.database.statements import statement
from commons.settings import Secret

OWNER = "commons_owner"
REBUILD = "SELECT commons.refresh_release(ARRAY(SELECT alternative_id FROM commons.alternative))"
"""What a migration may have emptied is released anew, in its transaction."""


def routine(name: str) -> str:
    """Return the text of one SQL file of `commons/database/routines`."""
    return statement("commons.database.routines", name)


def set_password(connection: psycopg.Connection, login: str, password: Secret | None) -> None:
    """Give the login this password; None leaves it as it is. Server and log see a SCRAM verifier of it only."""
    if password is not None:
        verifier = connection.pgconn.encrypt_password(
            password.reveal().encode(), str(login).encode(), b"scram-sha-256"
        )
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(str(login)), verifier.decode())
        )


def give_options(connection: psycopg.Connection) -> None:
    """Give the database of the connection the options that hold on any server; they count from the next session on."""
    database = sql.Identifier(connection.info.dbname)
    for name, value in DATABASE_OPTIONS.items():
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET {} = {}").format(database, sql.Identifier(name), value)
        )
