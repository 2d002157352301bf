"""The command `commons upkeep`: what must run each minute and each night, for where no cron does it."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from commons.cli.cluster import ensure_database
from commons.cli.data import sweep
from commons.cli.terminal import complaints, console, say, told
from commons.errors import CommonsError

MINUTE_S = 60
BACKUPS_LIVE = timedelta(days=30)
"""As docs/operations.md promises to those whose data were erased."""
HALF_PAST_TWO = datetime(1900, 1, 1, 2, 30)  # noqa: DTZ001 - a time of day
NIGHTLY = (("release", "check"), ("sources", "refresh"), ("audit", "verify"))


def register(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command(help=told("upkeep", "commons upkeep --backups /backups --at 02:30"))(upkeep)


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
    """Return whether the sweep ended well; a failure is told, and the next minute tries again."""
    try:
        sweep()
    except (CommonsError, psycopg.Error) as failure:
        # PostgreSQL's own words may quote a value.
        reason = str(failure) if isinstance(failure, CommonsError) else type(failure).__name__
        complaints.print(say("upkeep.failed", job="release sweep", reason=reason), markup=False)
        return False
    return True


def _each_night(backups: Path | None) -> list[bool]:
    """Return of each job whether it ended well; each is a process of its own, so that none stops the next."""
    jobs = list(NIGHTLY)
    if backups is not None:
        today = backups / f"commons-{datetime.now(UTC):%Y-%m-%d}.dump"
        if not today.exists():
            jobs.append(("backup", str(today)))
        _delete_old(backups)
    return [_run(job) for job in jobs]


def _run(job: tuple[str, ...]) -> bool:
    done = subprocess.run([sys.executable, "-m", "commons", *job], check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    outcome = "upkeep.done" if done.returncode == 0 else "upkeep.failed"
    console.print(say(outcome, job=" ".join(job), reason=done.returncode), markup=False)
    return done.returncode == 0


def _delete_old(backups: Path) -> None:
    """Delete our own backups that are older than they may get; other files stay."""
    oldest = (datetime.now(UTC) - BACKUPS_LIVE).timestamp()
    for file in backups.glob("commons-????-??-??.dump"):
        if file.stat().st_mtime < oldest:
            file.unlink()
            console.print(say("upkeep.deleted", file=file.name), markup=False)
