"""Restoring a backup: closed to everybody until it has learnt of every withdrawal made since, and only then opened.

The order is the rule (laboratory.md 6): an empty database to which nobody may connect, the backup, the present schema,
the ledger, the release anew, the drift check, and CONNECT last. Whatever fails leaves in use what was in use.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from commons.database.connection import Connection, Role, conninfo, log_in
from commons.database.create import MAINTENANCE, allow_connections, blank_name, create_closed, of_database
from commons.database.migrate import upgrade
from commons.database.owner import OWNER, REBUILD, give_options, routine
from commons.database.rights import refusals_explained, refuse_to_restore
from commons.errors import CommonsError
from commons.operations.programs import client_program, error_lines, run_program
from commons.operations.replay import Replayed, replay
from commons.safekeeping.note import catch_up_or_refuse, note_restore

SIGN_OF_OURS = "SCHEMA - commons "
"""What the contents of a backup of a commons name."""
IN_PLACE = re.compile(
    r" ((EXTENSION -|COMMENT - EXTENSION) (postgis|pg_trgm|unaccent)|TABLE DATA public spatial_ref_sys)\b"
)
"""Contents that the closed database has already, from whoever could put them there."""
TO_END = """
SELECT pg_terminate_backend(a.pid, 10000)
  FROM pg_stat_activity a
 WHERE a.datname = %s AND a.backend_type = 'client backend'
"""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """Where the backup is now, under which name what it replaced is kept (None: nothing), and what the ledger did."""

    database: str
    replaced: str | None
    replayed: Replayed


def restore(
    file: Path,
    *,
    into: str | None = None,
    drill: bool = False,
    drop_old: bool = False,
    close_datasets: bool = False,
    tell: Tell = lambda _: None,
) -> Restored:
    """Return where the backup was restored to: in the place of the present database, or beside it as `into`.

    A drill does everything but open it, and drops it again. `tell` is told each step. What was in use is kept under
    another name, where nobody may connect to it, unless it is to be dropped. Raises CommonsError where a step fails;
    nothing has changed then.
    """
    parts = conninfo_to_dict(conninfo(Role.ADMIN))
    present = str(parts.get("dbname") or parts.get("user"))
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    name = into or f"{present}_restored_{stamp}"
    replaced = None
    with _server() as server:
        contents = _contents(file, server)
        refuse_to_restore(server, present, blank_name(present))
        with _closed_database(server, name, present, drop=drill):
            _fill(server, name, file, contents, tell)
            tell("ledger")
            replayed = _learn(name, close_datasets=close_datasets)
            tell("release")
            _release_anew(name)
            if drill:
                return Restored(name, None, replayed)
            if into is None:
                tell("swap")
                with _ended(server, present):
                    later = _learn(name, close_datasets=close_datasets, again=True)
                    replayed = replace(later, applied=later.applied + replayed.applied)
                    _sign(name)
                    replaced = _put_in_place(server, name, present, f"{present}_before_{stamp}")
                name = present
            else:
                _sign(name)
    with _of(name) as restored:
        restored.execute(routine("database_rights"))
        restored.execute(routine("reader_logins"))
    if drop_old and replaced is not None:
        with _server() as server:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(replaced)))
        replaced = None
    return Restored(name, replaced, replayed)


def _of(database: str, *, autocommit: bool = False) -> Connection:
    """Return an administrator's connection to a database of the present one's server."""
    return log_in(of_database(conninfo(Role.ADMIN), database), Role.ADMIN, autocommit=autocommit)


@contextmanager
def _server() -> Iterator[Connection]:
    """Yield a connection from which databases are made and renamed, which an administrator may."""
    with refusals_explained(), _of(MAINTENANCE, autocommit=True) as server:
        yield server


def _contents(file: Path, server: Connection) -> str:
    """Return the table of contents of a backup of a commons."""
    program = client_program("pg_restore", server.info.server_version // 10000)
    done = run_program(program, None, "--list", file)
    if done.returncode != 0 or SIGN_OF_OURS not in done.stdout:
        raise CommonsError("restore.no_backup", file=file, lines=error_lines(done.stderr))
    return done.stdout


def _exists(server: Connection, name: str) -> bool:
    return server.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).rowcount > 0


@contextmanager
def _closed_database(server: Connection, name: str, present: str, *, drop: bool) -> Iterator[None]:
    """Make a database to which nobody may connect, like the present one; drop it where the block fails, or anyhow."""
    if _exists(server, name):
        raise CommonsError("restore.exists", name=name)
    if not server.execute("SELECT FROM pg_roles WHERE rolname = %s", (OWNER,)).rowcount:
        server.execute(SQL("CREATE ROLE {} NOLOGIN").format(Identifier(OWNER)))
    # Everybody may connect to a new database: who slipped in before that was revoked would stay while it is filled.
    create_closed(server, name, like=present)
    try:
        server.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(Identifier(name)))
        allow_connections(server, name, allowed=True)
        yield
    except BaseException:
        drop = True
        raise
    finally:
        if drop:
            server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def _fill(server: Connection, name: str, file: Path, contents: str, tell: Tell) -> None:
    tell("fill")
    with _of(name) as restored:
        restored.execute(routine("extensions"))
        give_options(restored)  # a row that is refused stays out of the server's log
    with NamedTemporaryFile("w", encoding="utf-8") as wanted:
        wanted.writelines(line for line in contents.splitlines(keepends=True) if not IN_PLACE.search(line))
        wanted.flush()
        program = client_program("pg_restore", server.info.server_version // 10000)
        # Who may do what is given anew by the upgrade: the backup may know logins that this server does not have.
        done = run_program(
            program,
            of_database(conninfo(Role.ADMIN), name),
            "--exit-on-error",
            "--no-acl",
            f"--use-list={wanted.name}",
            file,
        )
    if done.returncode != 0:
        raise CommonsError("restore.failed", file=file, lines=error_lines(done.stderr))
    tell("upgrade")
    upgrade(of_database(conninfo(Role.ADMIN), name), closed=True)


def _learn(name: str, *, close_datasets: bool, again: bool = False) -> Replayed:
    with _of(name, autocommit=True) as restored:
        return replay(restored, close_datasets=close_datasets, again=again)


def _release_anew(name: str) -> None:
    with _of(name) as restored:
        restored.execute(REBUILD)
        restored.commit()
        row = restored.execute("SELECT count(*) FROM commons.release_drift()").fetchone()
        if row is None or row[0]:
            raise CommonsError("restore.drift", count=row and row[0])


@contextmanager
def _ended(server: Connection, present: str) -> Iterator[None]:
    """Keep everybody from the present database, so that no withdrawal is made in it any more; undone on a failure."""
    if not _exists(server, present):
        yield
        return
    try:
        with psycopg.connect(of_database(conninfo(Role.ADMIN), present)) as ending:
            catch_up_or_refuse(ending)
    except (psycopg.errors.UndefinedTable, psycopg.OperationalError):
        pass  # it is empty, or broken: that is why a backup is restored
    allow_connections(server, present, allowed=False)
    try:
        server.execute(TO_END, (present,))
        yield
    except BaseException:
        if _exists(server, present):
            allow_connections(server, present, allowed=True)
        raise


def _sign(name: str) -> None:
    with _of(name) as restored:
        note_restore(restored)


def _put_in_place(server: Connection, name: str, present: str, old: str) -> str | None:
    """Return the name under which the present database is kept; both names change at once, or neither does."""
    rename = SQL("ALTER DATABASE {} RENAME TO {}")
    there_is = _exists(server, present)
    with server.transaction():
        if there_is:
            server.execute(rename.format(Identifier(present), Identifier(old)))
        server.execute(rename.format(Identifier(name), Identifier(present)))
    return old if there_is else None
