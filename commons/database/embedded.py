"""A private PostGIS server below the project's home, for whoever has no database yet.

It listens on a unix socket only, in a folder that only the server's account enters: whoever reaches the
socket is trusted. What is below `home`:

    lock           held while somebody starts or stops the server
    postgres.log   the server's log: starts, stops, crashes; no statement, no error of a statement, no value
    server/data    the cluster; `server` is a link where the server's account cannot reach `home`
    server/run     the socket
"""

import errno
import fcntl
import os
import shlex
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.sql import SQL, Identifier

from commons.database.account import (
    Account,
    disk_errors_explained,
    free_mb,
    make_server_folder,
    make_socket_folder,
    server_account,
    socket_folder,
)
from commons.database.installation import Installation, find_installation
from commons.database.options import HASTY_OPTIONS, OPTIONS
from commons.errors import CommonsError

ADMIN = "commons_admin"
"""The cluster's only superuser."""
DATABASE = "commons"
NEW_CLUSTER_MB = 250
"""Room asked for before a cluster is made: 40 MB of files, 80 MB of write-ahead log, and some data."""
WAL_SEGMENT_MB = 17
"""With less room than one write-ahead log file a server that fails is taken to fail for lack of it."""
START_WAIT_S = 120
"""How long recovery after a crash may take."""
ORPHAN_WAIT_S = 20
"""How long the processes of a killed server may take to notice it."""
LOG_LIMIT_BYTES = 10_000_000
LOG_LINES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """Whether the server runs, and where; `version` is None where no PostgreSQL for it is installed."""

    running: bool
    pid: int | None
    data_folder: Path
    socket_folder: Path
    version: str | None


class EmbeddedCluster:
    """The PostGIS cluster of one home.

    `durable=False` trades safety in a power cut for speed: for clusters that tests throw away.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.expanduser().absolute()
        self.log = self.home / "postgres.log"
        self._options = OPTIONS if durable else HASTY_OPTIONS

    @property
    def server_folder(self) -> Path:
        """Return the folder of the server's files, links followed."""
        return (self.home / "server").resolve()

    @property
    def data_folder(self) -> Path:
        """Return PostgreSQL's data folder."""
        return self.server_folder / "data"

    @property
    def socket_folder(self) -> Path:
        """Return the folder of the socket."""
        return socket_folder(self.server_folder, self.home)

    def url(self, database: str = DATABASE, user: str | None = None) -> str:
        """Return a libpq URI over the socket, as the superuser where no user is named; valid once started."""
        folder = quote(os.fsencode(self.socket_folder), safe="/")
        name, role = quote(database, safe=""), quote(user or ADMIN, safe="")
        return f"postgresql://{role}@/{name}?host={folder}&port=5432"

    def start(self) -> None:
        """Make the cluster and its database `commons` where missing, and start the server unless it runs."""
        with disk_errors_explained(self.home), self._locked():
            if self._pid() is None:
                self._bring_up()
            try:
                self._ensure_database()
            except CommonsError:
                if self._pid() is not None:
                    raise
                self._bring_up()  # it was dying when it was looked at
                self._ensure_database()

    def stop(self) -> None:
        """Stop the server, open connections included, and return once it is down; nothing where none runs."""
        with disk_errors_explained(self.home):
            if not self.data_folder.exists():
                return
        with disk_errors_explained(self.home), self._locked():
            if self._pid() is None:
                return
            account = server_account(self.server_folder)
            pg_ctl = find_installation(self._major()).programs / "pg_ctl"
            done = account.run(
                pg_ctl, "stop", "-s", "-w", "-m", "fast", "-t", str(START_WAIT_S), "-D", self.data_folder
            )
            if done.returncode != 0:
                raise CommonsError("embedded.did_not_stop", log=self.log, lines=done.stdout)

    def remove(self) -> None:
        """Stop the server and delete its files, the data included; what else is in the home stays."""
        self.stop()
        with disk_errors_explained(self.home), self._locked():
            for folder in (self.socket_folder, self.server_folder):
                if folder.exists():
                    shutil.rmtree(folder)
            for trace in (self.home / "server", self.log, self.log.with_suffix(".log.1")):
                trace.unlink(missing_ok=True)

    def status(self) -> ClusterStatus:
        """Return the state of the server; never starts or makes anything."""
        with disk_errors_explained(self.home):
            pid = self._pid()
            major = self._major() if self.data_folder.exists() else None
        try:
            version = find_installation(major).version
        except CommonsError:
            version = None
        return ClusterStatus(pid is not None, pid, self.data_folder, self.socket_folder, version)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Return a context that one process at a time enters; others wait."""
        if not self.home.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            self.home.chmod(0o711 if os.geteuid() == 0 else 0o700)
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _major(self) -> int:
        return int((self.data_folder / "PG_VERSION").read_text("ascii"))

    def _pid(self) -> int | None:
        """Return the process that serves this data folder.

        A pid file may outlive its server, its number pass to another program: the command line tells.
        """
        try:
            first = (self.data_folder / "postmaster.pid").read_text("utf-8").partition("\n")[0]
            command = Path(f"/proc/{int(first)}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        ours = Path(os.fsdecode(command[0])).name == "postgres" and os.fsencode(self.data_folder) in command
        return int(first) if ours else None

    def _clear_traces(self, account: Account) -> None:
        """Wait for what is left of a killed server, then remove its pid files.

        PostgreSQL removes them itself unless their number now belongs to another program of the same account.
        """
        traces = [self.data_folder / "postmaster.pid", self.socket_folder / ".s.PGSQL.5432.lock"]
        if not any(trace.exists() for trace in traces):
            return
        deadline = time.monotonic() + ORPHAN_WAIT_S
        while orphans := self._processes_inside(account):
            if time.monotonic() > deadline:
                raise CommonsError("embedded.orphans", pids=", ".join(orphans))
            time.sleep(0.1)
        for trace in traces:
            trace.unlink(missing_ok=True)

    def _processes_inside(self, account: Account) -> list[str]:
        """Return the pids of the processes in the data folder, asked as their account, which may see it."""
        listing = account.run(
            "find", "/proc", "-mindepth", "2", "-maxdepth", "2", "-name", "cwd", "-printf", "%h\t%l\n"
        )
        lines = [line.split("\t") for line in (listing.stdout or "").splitlines() if "\t" in line]
        return [process.rpartition("/")[2] for process, folder in lines if folder == str(self.data_folder)]

    def _bring_up(self) -> None:
        made = self.data_folder.exists()
        installation = find_installation(self._major() if made else None)
        account = server_account(self.server_folder)
        if not self.server_folder.exists():
            make_server_folder(self.home / "server", account)
        if made:
            self._clear_traces(account)
        else:
            self._create(installation, account)
        make_socket_folder(self.socket_folder, account)
        self._launch(installation, account)

    def _create(self, installation: Installation, account: Account) -> None:
        """Make the cluster beside its place and move it there: an interrupted start leaves no half of one."""
        if (free := free_mb(self.server_folder)) < NEW_CLUSTER_MB:
            raise CommonsError("embedded.disk_full", folder=self.home, free_mb=free)
        unfinished = self.server_folder / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        done = account.run(
            installation.programs / "initdb",
            f"--pgdata={unfinished}",
            f"--username={ADMIN}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
            "--auth-local=trust",
            "--auth-host=reject",
            *(["--no-sync"] if self._options["fsync"] == "off" else []),
        )
        if done.returncode != 0:
            raise self._failure(done.stdout)
        unfinished.rename(self.data_folder)

    def _launch(self, installation: Installation, account: Account) -> None:
        folder = str(self.socket_folder).replace('"', '""')
        options = self._options | {"unix_socket_directories": f'"{folder}"'}
        flags = ["-D", str(self.data_folder), *(f"--{name}={value}" for name, value in options.items())]
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        pg_ctl = installation.programs / "pg_ctl"
        with open(os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as log:  # noqa: PTH123
            before = log.tell()
            wait = ("-s", "-w", "-t", str(START_WAIT_S))
            # Not by pg_ctl's own -D, which it hands to a shell between double quotes.
            folder_for_pg_ctl = f"PGDATA={self.data_folder}"
            done = account.run(
                "env", folder_for_pg_ctl, pg_ctl, "start", *wait, "-o", shlex.join(flags), output=log
            )
        if done.returncode != 0:
            raise self._failure(self.log.read_bytes()[before:].decode("utf-8", "replace"))

    def _ensure_database(self) -> None:
        try:
            with psycopg.connect(
                self.url("postgres"), autocommit=True, connect_timeout=START_WAIT_S
            ) as connection:
                if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
                    connection.execute(SQL("CREATE DATABASE {}").format(Identifier(DATABASE)))
        except psycopg.OperationalError as error:
            raise self._failure(str(error)) from error

    def _failure(self, output: str) -> CommonsError:
        """Return the error for what PostgreSQL's programs said, with their last lines."""
        free = free_mb(self.server_folder)
        if os.strerror(errno.ENOSPC) in output or free < WAL_SEGMENT_MB:
            return CommonsError("embedded.disk_full", folder=self.home, free_mb=free)
        lines = "\n".join(output.splitlines()[-LOG_LINES_SHOWN:])
        return CommonsError("embedded.did_not_start", log=self.log, lines=lines)
