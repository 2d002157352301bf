"""Running pg_dump and pg_restore: those of the server's version, and no password on a command line."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from commons.database.installation import DEBIAN_FOLDER
from commons.errors import CommonsError

LINES_SHOWN = 8
SIGNS_OF_AN_ERROR = (": error: ", "Error message from server")


def client_program(name: str, major: int) -> Path:
    """Return the program of this PostgreSQL version, or the oldest newer one, or raise CommonsError."""
    on_path = shutil.which(name)
    found = [*DEBIAN_FOLDER.glob(f"*/bin/{name}"), *([Path(on_path)] if on_path else [])]
    fitting = sorted((version, path) for path in found if (version := _major(path)) >= major)
    if not fitting:
        raise CommonsError("backup.no_program", program=name, major=major)
    return fitting[0][1]


def run_program(
    program: Path, conninfo: str | None, *arguments: str | Path, output: int | IO[bytes] = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """Return the finished program, connected to a database where one is named; its complaints are in `stderr`.

    A password goes by the environment, which only its own account can read; never by the command line, which all can.
    """
    command: list[str | Path] = [program, "--no-password"]
    environment = dict(os.environ)
    if conninfo is not None:
        parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
        password = parts.pop("password", None)
        if password is not None:
            environment["PGPASSWORD"] = password
        command.append(f"--dbname={make_conninfo('', **parts)}")
    return subprocess.run(  # noqa: S603 - a program of PostgreSQL
        [*command, *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        env=environment | {"LC_ALL": "C.UTF-8"},
    )


def error_lines(text: str) -> str:
    """Return what a program calls its error, without the query that met it; else the end of what it said."""
    lines = text.splitlines()
    errors = [line for line in lines if any(sign in line for sign in SIGNS_OF_AN_ERROR)]
    return "\n".join(errors[:LINES_SHOWN] or lines[-LINES_SHOWN:])


def _major(program: Path) -> int:
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL
        [program, "--version"], check=False, capture_output=True, text=True
    )
    version = re.search(r"\) (\d+)", done.stdout)
    return int(version[1]) if version else 0
