"""What is done as the owner of the schemas: the SQL files that it runs, the passwords that it gives."""

import psycopg
from psycopg import sql

from commons.database.statements import statement
from commons.settings import Secret

OWNER = "commons_owner"
REBUILD = "SELECT commons.refresh_release(ARRAY(SELECT alternative_id FROM commons.alternative))"
"""What a migration may have emptied is released anew, in its transaction."""


def routine(name: str) -> str:
    """Return the text of one SQL file of `commons/database/routines`."""
    return statement("commons.database.routines", name)


def set_password(connection: psycopg.Connection, login: str, password: Secret | None) -> None:
    """Give the login this password; None leaves it as it is."""
    if password is not None:
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(str(login)), sql.Literal(password.reveal())
            )
        )
