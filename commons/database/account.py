"""The account the embedded server runs as, and the folders it is given: PostgreSQL refuses to run as root."""

import errno
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from commons.errors import CommonsError

STAND_INS = ("postgres", "nobody")
"""The accounts tried, in this order, when root starts a new cluster."""
SHARED_FOLDER = Path("/var/lib/brussels-commons")
"""Where root keeps a cluster whose home the server's account cannot reach, as below /root."""
SHORT_FOLDER = Path("/tmp")  # noqa: S108  the same for every process, whatever its TMPDIR; ownership is checked
LONGEST_SOCKET_PATH = 107
"""Bytes of a socket's path that Linux accepts."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine; `switch` tells that we are root and become this user to run its commands."""

    uid: int
    gid: int
    switch: bool

    def run(
        self, *command: str | Path, output: int | IO[str] = subprocess.PIPE
    ) -> subprocess.CompletedProcess[str]:
        """Return the finished command, run as this account and without any PG* variable of ours."""
        return subprocess.run(  # noqa: S603
            command,
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            user=self.uid if self.switch else None,
            group=self.gid if self.switch else None,
            extra_groups=[] if self.switch else None,
        )

    def take(self, folder: Path) -> None:
        """Make a folder that we have just created this account's own."""
        if self.switch:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, folder: Path) -> bool:
        """Tell whether this account can enter `folder` through all its parents."""
        return self.run("test", "-x", folder).returncode == 0


def server_account(folder: Path) -> Account:
    """Return the account of an existing server folder; for a new one ourselves or, as root, a stand-in."""
    uid = os.geteuid()
    owner = folder.stat().st_uid if folder.exists() else uid
    if uid not in {0, owner}:
        raise CommonsError("embedded.foreign", folder=folder, owner=owner)
    if uid != 0:
        return Account(uid, os.getegid(), switch=False)
    entry = pwd.getpwuid(owner) if owner != 0 else _stand_in()
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def _stand_in() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in STAND_INS:
        if name in known:
            return known[name]
    raise CommonsError("embedded.no_account", names=", ".join(STAND_INS))


def make_server_folder(folder: Path, account: Account) -> None:
    """Make the folder that holds the server's files, which only `account` enters.

    Where the account cannot reach it, the folder becomes a link to one below SHARED_FOLDER.
    """
    if folder.is_symlink():
        folder.unlink()  # its target is gone: the caller looked
    folder.mkdir(mode=0o700)
    account.take(folder)
    if account.reaches(folder):
        return
    folder.rmdir()
    SHARED_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    elsewhere = Path(tempfile.mkdtemp(prefix="cluster-", dir=SHARED_FOLDER))
    account.take(elsewhere)
    if not account.reaches(elsewhere):
        elsewhere.rmdir()
        raise CommonsError("embedded.unreachable", folder=folder.parent)
    folder.symlink_to(elsewhere)


def socket_folder(server: Path, home: Path) -> Path:
    """Return the folder of the socket: within the server's, or a short one where that path would not do.

    It would not where it is too long, or holds a comma, with which libpq separates hosts.
    """
    inside = server / "run"
    if len(os.fsencode(inside / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH and "," not in str(inside):
        return inside
    return SHORT_FOLDER / f"commons-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"


def make_socket_folder(folder: Path, account: Account) -> None:
    """Make the socket's folder unless it is there; raise CommonsError where someone else could enter it."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
        if not private or found.st_uid != account.uid:
            raise CommonsError("embedded.socket_folder", folder=folder) from None
    else:
        account.take(folder)


@contextmanager
def disk_errors_explained(folder: Path) -> Iterator[None]:
    """Return a context in which a full, read-only or forbidden disk becomes a CommonsError about `folder`."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise CommonsError("embedded.disk_full", folder=folder, free_mb=free_mb(folder)) from error
        raise CommonsError("embedded.not_writable", folder=folder, reason=error.strerror or error) from error


def free_mb(folder: Path) -> int:
    """Return the megabytes free for ordinary accounts on the disk of `folder` or of its nearest parent."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // 1_000_000
