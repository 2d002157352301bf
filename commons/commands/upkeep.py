"""The command `commons upkeep`: what must run each minute and each night, for where no cron does it."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from commons.calendar import today
from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import complaints, console, example, say
from commons.errors import CommonsError

with lazy_imports():
    import psycopg

    from commons.database.connection import Role, connect
    from commons.release.upkeep import keep_up

MINUTE_S = 60
BACKUPS_LIVE = timedelta(days=30)
"""As docs/operations.md promises to those whose data were erased."""
HALF_PAST_TWO = datetime(1900, 1, 1, 2, 30)  # noqa: DTZ001 - a time of day
NIGHTLY = (("release", "check"), ("sources", "refresh"), ("audit", "verify"))


@example("commons upkeep --backups /backups --at 02:30")
def upkeep(
    backups: Annotated[Path | None, typer.Option(help=say("upkeep.backups"))] = None,
    at: Annotated[
        datetime, typer.Option(formats=["%H:%M"], show_default="02:30", help=say("upkeep.at"))
    ] = HALF_PAST_TWO,
    once: Annotated[bool, typer.Option("--once", help=say("upkeep.once"))] = False,
) -> None:
    ensure_database()
    if once:
        ended_well = [_each_minute(), *_each_night(backups)]
        raise typer.Exit(0 if all(ended_well) else 1)
    due = next_night(datetime.now(UTC), at)
    console.print(say("upkeep.begun", at=f"{due:%Y-%m-%d %H:%M}"))
    while True:
        _each_minute()
        if datetime.now(UTC) >= due:
            _each_night(backups)
            due = next_night(datetime.now(UTC), at)
        time.sleep(MINUTE_S)


def next_night(now: datetime, at: datetime) -> datetime:
    """Return the first moment after `now` at the time of day of `at`, UTC.

    >>> at = datetime(1900, 1, 1, 2, 30)
    >>> str(next_night(datetime(2026, 11, 30, 2, 29, tzinfo=UTC), at))
    '2026-11-30 02:30:00+00:00'
    >>> str(next_night(datetime(2026, 11, 30, 2, 30, tzinfo=UTC), at))
    '2026-12-01 02:30:00+00:00'
    """
    today = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _each_minute() -> bool:
    """Return whether the sweep ended well; a failure is told, and the next minute tries again.

    It is the server's own: where one runs, or another `commons upkeep`, one of them does it.
    """
    try:
        with connect(Role.INGEST) as connection:
            released = keep_up(connection)
    except CommonsError as failure:
        return _failed("release sweep", failure)
    except psycopg.Error as failure:
        return _failed("release sweep", type(failure).__name__)  # its words may quote a value
    if released:
        console.print(say("release_sweep.done", count=released))
    return True


def _each_night(backups: Path | None) -> list[bool]:
    """Return of each job whether it ended well; each is a process of its own, so that none stops the next."""
    ended_well = [_run(*job) for job in NIGHTLY]
    return ended_well if backups is None else [*ended_well, _back_up(backups)]


def _back_up(backups: Path) -> bool:
    """Return whether there is a backup of today, and none of ours that is older than it may get; other files stay."""
    now = datetime.now(UTC)
    try:
        for file in backups.glob("commons-????-??-??.dump"):
            if file.stat().st_mtime < (now - BACKUPS_LIVE).timestamp():
                file.unlink()
                console.print(say("upkeep.deleted", file=file.name), markup=False)
        file = backups / f"commons-{today()}.dump"
        return file.exists() or _run("backup", str(file))
    except OSError as failure:
        return _failed(f"backup {backups}", failure.strerror)


def _run(*job: str) -> bool:
    done = subprocess.run([sys.executable, "-m", "commons", *job], check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    if done.returncode != 0:
        return _failed(" ".join(job), done.returncode)
    console.print(say("upkeep.done", job=" ".join(job)), markup=False)
    return True


def _failed(job: str, reason: object) -> bool:
    complaints.print(say("upkeep.failed", job=job, reason=reason), markup=False)
    return False
