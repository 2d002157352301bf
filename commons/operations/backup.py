"""Backing up: the whole database in one file, which holds personal values and is for its owner's eyes only."""

import os
import secrets
from pathlib import Path

from commons.database.connection import Role, connect, conninfo
from commons.errors import CommonsError
from commons.operations.programs import client_program, error_lines, run_program
from commons.safekeeping.key import sync_folder
from commons.safekeeping.note import catch_up_or_refuse, note_backup


def backup(file: Path) -> int:
    """Return the bytes of a backup that has been written to a new file, complete or not at all.

    What the ledger lacks is noted first: from here on a withdrawal is safe only if the ledger has it.
    """
    if file.exists():
        raise CommonsError("backup.exists", file=file)
    with connect(Role.INGEST) as connection:
        catch_up_or_refuse(connection)
        note_backup(connection)
        program = client_program("pg_dump", connection.info.server_version // 10000)
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:  # noqa: PTH123
            done = run_program(program, conninfo(Role.ADMIN), "--format=custom", output=output)
            if done.returncode != 0:
                raise CommonsError("backup.failed", lines=error_lines(done.stderr))
            os.fsync(output.fileno())
        os.link(unfinished, file)
        sync_folder(file.parent)
        return file.stat().st_size
    except OSError as failure:
        raise CommonsError("backup.not_writable", file=file, reason=failure.strerror) from failure
    finally:
        unfinished.unlink(missing_ok=True)
