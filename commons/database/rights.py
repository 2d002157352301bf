"""What the login that upgrades must be able to do, asked before anything is done; what it lacks is named, all at once.

docs/operations.md tells the operator; tests/external upgrade, serve, back up and restore with exactly that.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError

from commons.database.connection import Connection
from commons.database.failures import interruption
from commons.database.installation import OLDEST_MAJOR
from commons.database.options import OPTIONS_OF_A_SUPERUSER
from commons.database.statements import run_file
from commons.errors import CommonsError
from commons.i18n import translate
from commons.vocabulary import Language

TO_RESTORE = """
SELECT code, value
  FROM (VALUES (1, 'create_database', current_user::text,
                NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolcreatedb OR rolsuper))),
               (2, 'signal', current_user::text, NOT pg_has_role('pg_signal_backend', 'USAGE')),
               (3, 'blank', %(blank)s::text,
                NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper)
                AND NOT EXISTS (SELECT FROM pg_database
                                 WHERE datname = %(blank)s::text AND pg_has_role(datdba, 'USAGE'))))
       AS needed (place, code, value, is_missing)
 WHERE is_missing
 ORDER BY place
"""


class MissingRightsError(CommonsError):
    """Names each right, or part of the server, that is missing, with what gives it."""

    def __init__(self, user: str, database: str, missing: Sequence[tuple[str, str]]) -> None:
        super().__init__("database.lacking", user=user, database=database)
        self.missing = list(missing)

    def what(self, language: Language | None = None) -> str:
        """Return what is missing, a line each."""
        lines = [
            translate(f"right.{code}", language, **self.values, value=value) for code, value in self.missing
        ]
        return "\n- ".join([super().what(language), *lines])


def refuse_missing(connection: Connection) -> None:
    """Raise MissingRightsError where the login cannot upgrade this database as it is."""
    version = connection.info.server_version
    if version // 10000 < OLDEST_MAJOR:
        _refuse(connection, [("old_server", str(version // 10000))])
    rows = run_file(
        connection, "commons.database.routines", "missing", {"options": list(OPTIONS_OF_A_SUPERUSER)}
    )
    _refuse(connection, rows.fetchall())


def refuse_to_restore(server: Connection, database: str, blank: str) -> None:
    """Raise MissingRightsError where the login cannot make a database, or has no `blank` one with PostGIS to copy."""
    _refuse(server, server.execute(TO_RESTORE, {"blank": blank}).fetchall(), database)


def _refuse(connection: Connection, missing: Sequence[tuple[str, str]], database: str | None = None) -> None:
    if missing:
        raise MissingRightsError(connection.info.user, database or connection.info.dbname, missing)


@contextmanager
def refusals_explained() -> Iterator[None]:
    """Return a context in which what PostgreSQL refuses, or cannot go on with, becomes a CommonsError."""
    try:
        yield
    except DBAPIError as failure:
        explained = interruption(failure.orig) if isinstance(failure.orig, psycopg.Error) else None
        if explained is None:
            raise
        raise explained from failure
    except psycopg.Error as failure:
        explained = interruption(failure)
        if explained is None:
            raise
        raise explained from failure
