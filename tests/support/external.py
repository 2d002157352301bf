"""A PostgreSQL of somebody else: made by initdb with nothing but its own defaults, reached over TCP, with passwords."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from commons.database.account import Account, server_account
from commons.database.installation import find_installation

SUPERUSER = "postgres"
OWNER = "operator"
PASSWORD = "a/strange:pass@word"
PASSWORDS = {
    f"COMMONS_{role}_PASSWORD": f"secret of {role}" for role in ("PUBLIC", "PARTNER", "RESEARCHER", "INGEST")
}


@dataclass(frozen=True)
class ExternalServer:
    """A running server, and where its log is."""

    port: int
    log: Path

    def url(self, database: str = "postgres", user: str = SUPERUSER, *, password: str = PASSWORD) -> str:
        """Return an address of a database, as the superuser unless another login is named."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def do(self, *commands: str, database: str = "postgres") -> None:
        """Run commands as the superuser, each by itself."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for command in commands:
                connection.execute(command.encode())

    def rows(self, query: str, *values: object, database: str = "postgres") -> list[tuple]:
        """Return the rows of a query of the superuser."""
        with psycopg.connect(self.url(database)) as connection:
            return connection.execute(query.encode(), values).fetchall()

    @contextmanager
    def database(self, name: str, owner: str = OWNER, *, letters: str = "") -> Iterator[str]:
        """Yield the name of an empty database, dropped in the end with those that came of it."""
        self.make_database(name, owner, letters=letters)
        try:
            yield name
        finally:
            self.drop_databases(name)

    def make_database(self, name: str, owner: str = OWNER, *, letters: str = "") -> None:
        """Make an empty database, as an operator does."""
        self.do(f"CREATE DATABASE {name} OWNER {owner} TEMPLATE template0 {letters}")

    def drop_databases(self, beginning: str) -> None:
        """Drop the databases whose name begins so."""
        found = self.rows("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", beginning)
        self.do(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for (name,) in found))


@contextmanager
def external_server() -> Iterator[ExternalServer]:
    """Yield a server with initdb's own defaults; only what is lost in a power cut is risked, for speed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="commons-external-"))
    folder.chmod(0o755)
    account = server_account(folder / "data")
    account.take(folder)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    programs, data, log = find_installation().programs, folder / "data", folder / "log"
    try:
        _run(
            account,
            programs / "initdb",
            "--no-sync",
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
        )
        options = f"-p {port} -c fsync=off -c unix_socket_directories=''"
        _run(account, programs / "pg_ctl", "start", "-w", "-s", "-D", data, "-l", log, "-o", options)
        try:
            server = ExternalServer(port, log)
            server.do(f"CREATE ROLE {OWNER} LOGIN CREATEROLE CREATEDB PASSWORD '{PASSWORD}'")
            yield server
        finally:
            _run(account, programs / "pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", data)
    finally:
        shutil.rmtree(folder)


def _run(account: Account, *command: str | Path) -> None:
    """Run a program of PostgreSQL; its output goes to a file, since a server that it starts keeps a pipe open."""
    with tempfile.TemporaryFile("w+") as output:
        done = account.run(*command, output=output)
        output.seek(0)
        assert done.returncode == 0, output.read()
