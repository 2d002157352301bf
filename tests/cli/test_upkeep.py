"""What runs each minute and each night: each job by itself, backups kept for thirty days, other files left alone."""

import doctest
import os
import subprocess
import sys
import time
from datetime import datetime

import pytest
from command_line import commons

from builders import make_dataset, make_record, open_terms
from commons.calendar import today
from commons.commands import upkeep
from commons.database.connection import Role, connect
from commons.release.upkeep import keep_up

DAY_S = 86_400


def aged(file, days):
    file.write_text("a backup")
    then = time.time() - days * DAY_S
    os.utime(file, (then, then))
    return file


def run_out(database):
    """Store a record whose agreement has run out since it was released."""
    with connect(Role.INGEST) as connection:
        make_record(connection, make_dataset(connection, "a-list", open_terms()), name="Over")
    with database.admin() as connection:
        connection.execute("UPDATE commons.released_alternative SET expires_at = now() - interval '1 second'")


def over(database):
    return database.rows("SELECT count(*) FROM commons.released_alternative WHERE expires_at <= now()")[0][0]


def test_once_does_all_and_keeps_backups_for_thirty_days(database, tmp_path):
    old, young = (
        aged(tmp_path / "commons-2026-01-01.dump", 31),
        aged(tmp_path / "commons-2026-01-20.dump", 29),
    )
    others = [aged(tmp_path / name, 400) for name in ("photo.dump", "commons-before-the-move.dump", "a.txt")]
    done = commons("upkeep", "--once", "--backups", str(tmp_path))
    assert done.returncode == 0, done.stderr
    made = tmp_path / f"commons-{today()}.dump"
    assert set(tmp_path.iterdir()) == {young, made, *others}
    assert made.stat().st_size > 100_000
    for job in ("release check", "sources refresh", "audit verify", f"backup {made}"):
        assert f"commons {job}: done." in done.stdout
    before = made.stat().st_mtime
    assert commons("upkeep", "--once", "--backups", str(tmp_path)).returncode == 0
    assert made.stat().st_mtime == before
    assert not old.exists()


def test_a_job_that_fails_stops_no_other_and_is_told(database, tmp_path):
    ledger = tmp_path / "a folder"
    ledger.mkdir()
    done = commons("upkeep", "--once", COMMONS_LEDGER=str(ledger))
    assert done.returncode == 1
    assert "commons audit verify failed: 1" in done.stderr
    assert "commons release check: done." in done.stdout


def test_a_folder_that_takes_no_backup_is_told(database, tmp_path):
    (tmp_path / "commons-2026-01-01.dump").mkdir()
    os.utime(tmp_path / "commons-2026-01-01.dump", (0, 0))
    done = commons("upkeep", "--once", "--backups", str(tmp_path))
    assert done.returncode == 1
    assert f"commons backup {tmp_path} failed: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_told_and_waited_for(database, tmp_path):
    environment = {
        **os.environ,
        "COMMONS_LANG": "en",
        "DATABASE_URL": "postgresql://nobody:secret@127.0.0.1:9/nowhere",
    }
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "commons", "upkeep"], env=environment, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + 60
        while "release sweep failed" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        assert process.poll() is None
        assert "Traceback" not in log.read_text()
        assert "secret" not in log.read_text()
    finally:
        process.terminate()
        process.wait()


def test_each_minute_what_has_run_out_goes(database):
    run_out(database)
    assert over(database) > 0
    assert upkeep._each_minute()
    assert over(database) == 0


def test_where_the_server_is_at_it_it_gives_way(database):
    run_out(database)
    with database.connect() as server:
        assert keep_up(server) == 1
        assert upkeep._each_minute()
        assert over(database) > 0
    assert over(database) == 0


@pytest.mark.parametrize(
    ("now", "night"),
    [("23:59", "2026-12-01 02:30"), ("02:29", "2026-11-30 02:30"), ("02:30", "2026-12-01 02:30")],
)
def test_the_next_night_is_always_ahead(now, night):
    begun = datetime.fromisoformat(f"2026-11-30T{now}+00:00")
    assert f"{upkeep.next_night(begun, upkeep.HALF_PAST_TWO):%Y-%m-%d %H:%M}" == night


def test_the_example_is_right():
    assert doctest.testmod(upkeep).failed == 0
