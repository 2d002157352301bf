"""The embedded cluster on real PostgreSQL: starts, crashes, full disks, strangers."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import psycopg
import pytest
from sqlalchemy import create_engine, text

from commons.database import account, embedded, installation
from commons.database.embedded import EmbeddedCluster
from commons.errors import CommonsError
from commons.i18n import catalogue
from commons.vocabulary import Language

ROOT = os.geteuid() == 0
SLEEP = shutil.which("sleep") or "sleep"
as_root = pytest.mark.skipif(not ROOT, reason="only root hands the server to another account")


@contextmanager
def open_folder() -> Iterator[Path]:
    """A short folder that every account may cross, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="commons-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster_in(home: Path) -> Iterator[EmbeddedCluster]:
    cluster = EmbeddedCluster(home, durable=False)
    try:
        yield cluster
    finally:
        cluster.remove()


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A small file system in memory; skips where this machine forbids it."""
    command = ["mount", "-t", "tmpfs", "-o", options, "commons-test", str(folder)]
    if not ROOT or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting a file system is not permitted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="module")
def shared() -> Iterator[EmbeddedCluster]:
    """A running cluster that tests may stop but leave running."""
    with open_folder() as folder, cluster_in(folder / "home") as cluster:
        cluster.start()
        yield cluster


@pytest.fixture
def fresh() -> Iterator[EmbeddedCluster]:
    with open_folder() as folder, cluster_in(folder / "home") as cluster:
        yield cluster


def ask(cluster: EmbeddedCluster, query: str, *, database: str = "commons") -> object:
    with psycopg.connect(cluster.url(database), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row and row[0]


def do(cluster: EmbeddedCluster, command: str) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(command.encode())


def pid_of(cluster: EmbeddedCluster) -> int:
    pid = cluster.status().pid
    assert pid is not None
    return pid


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def ended(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def fails(key: str, cluster: EmbeddedCluster) -> CommonsError:
    with pytest.raises(CommonsError) as caught:
        cluster.start()
    assert caught.value.key == key, str(caught.value)
    return caught.value


# What it is


def test_a_first_start_makes_the_database_and_a_second_changes_nothing(shared: EmbeddedCluster) -> None:
    before = pid_of(shared)
    shared.start()
    assert pid_of(shared) == before
    assert ask(shared, "SELECT current_user || '@' || current_database()") == "commons_admin@commons"
    status = shared.status()
    assert status.running
    assert status.data_folder.is_dir()
    assert str(ask(shared, "SHOW server_version")).startswith(str(status.version))


def test_postgis_can_be_created(shared: EmbeddedCluster) -> None:
    do(shared, "CREATE EXTENSION postgis")
    assert ask(
        shared, "SELECT ST_AsText(ST_Transform(ST_SetSRID(ST_Point(4.35, 50.85), 4326), 31370)) IS NOT NULL"
    )


def test_the_url_serves_sqlalchemy_and_other_roles(shared: EmbeddedCluster) -> None:
    do(shared, "CREATE ROLE visitor LOGIN")
    engine = create_engine(shared.url(user="visitor").replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == "visitor"
    engine.dispose()


def test_the_data_is_utf8_checked_and_safe_in_a_power_cut_unless_thrown_away() -> None:
    with open_folder() as folder:
        cluster = EmbeddedCluster(folder / "home")
        try:
            cluster.start()
            shown = {
                name: ask(cluster, f"SHOW {name}")
                for name in ("server_encoding", "lc_collate", "data_checksums", "fsync", "synchronous_commit")
            }
            assert list(shown.values()) == ["UTF8", "C.UTF-8", "on", "on", "on"]
        finally:
            cluster.remove()


def test_only_the_socket_listens_in_a_folder_of_the_server_alone(shared: EmbeddedCluster) -> None:
    assert ask(shared, "SHOW listen_addresses") == ""
    server = shared.socket_folder.stat()
    assert server.st_mode & 0o777 == 0o700
    assert server.st_uid == Path(f"/proc/{pid_of(shared)}").stat().st_uid != 0
    rules = (shared.data_folder / "pg_hba.conf").read_text().splitlines()
    assert {line.split()[-1] for line in rules if line.startswith("host")} == {"reject"}


def test_variables_of_another_postgresql_are_not_followed(
    shared: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.stop()
    for name, value in {
        "PGPORT": "6543",
        "PGDATA": "/nowhere",
        "PGHOST": "elsewhere",
        "PGUSER": "nobody",
    }.items():
        monkeypatch.setenv(name, value)
    shared.start()
    assert ask(shared, "SELECT current_user") == "commons_admin"


def test_no_value_reaches_the_log(shared: EmbeddedCluster) -> None:
    do(shared, "CREATE TABLE person (email text UNIQUE, age int)")
    insert = b"INSERT INTO person VALUES (%s, %s)"
    with psycopg.connect(shared.url(), autocommit=True) as connection:
        connection.execute(insert, ["secret@example.org", 1])
        with pytest.raises(psycopg.errors.UniqueViolation, match=r"secret@example\.org"):
            connection.execute(insert, ["secret@example.org", 2])
        with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="secret"):
            connection.execute("SELECT 'secret'::int")
        with pytest.raises(psycopg.errors.RaiseException, match="secret"):
            connection.execute("DO $$ BEGIN RAISE EXCEPTION 'secret'; END $$")
        connection.execute("DO $$ BEGIN RAISE WARNING 'secret'; END $$")
    log = shared.log.read_text()
    assert "ready to accept connections" in log
    assert "secret" not in log
    assert "INSERT" not in log


def test_stop_keeps_the_data_and_a_second_stop_is_nothing(shared: EmbeddedCluster) -> None:
    do(shared, "CREATE TABLE kept AS SELECT 42 AS answer")
    pid = pid_of(shared)
    shared.stop()
    shared.stop()
    assert not shared.status().running
    assert ended(pid)
    shared.start()
    assert ask(shared, "SELECT answer FROM kept") == 42


def test_status_and_stop_make_nothing_where_nothing_is(tmp_path: Path) -> None:
    cluster = EmbeddedCluster(tmp_path / "home")
    cluster.stop()
    assert not cluster.status().running
    assert not cluster.home.exists()


# Several at once, and what a crash leaves


def test_two_processes_that_start_at_once_get_one_server(fresh: EmbeddedCluster) -> None:
    code = (
        "import sys; from pathlib import Path; from commons.database.embedded import EmbeddedCluster as C;"
        "c = C(Path(sys.argv[1]), durable=False); c.start(); print(c.status().pid)"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", code, str(fresh.home)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    pids = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert [start.returncode for start in starts] == [0, 0]
    assert pids == {str(pid_of(fresh))}


def test_a_killed_server_starts_again_with_what_was_committed(shared: EmbeddedCluster) -> None:
    do(shared, "CREATE TABLE survivor AS SELECT 1 AS one")
    idle = psycopg.connect(shared.url(), autocommit=True)
    os.kill(pid_of(shared), signal.SIGKILL)
    wait_until(lambda: not shared.status().running)
    shared.start()
    with pytest.raises(psycopg.OperationalError):
        idle.execute("SELECT 1")
    idle.close()
    assert ask(shared, "SELECT one FROM survivor") == 1


def test_a_server_that_dies_while_it_is_asked_is_started_again(shared: EmbeddedCluster) -> None:
    dying = pid_of(shared)
    os.kill(dying, signal.SIGSTOP)  # the connection is made, and nobody answers
    Timer(0.5, os.kill, (dying, signal.SIGKILL)).start()
    shared.start()
    assert pid_of(shared) != dying
    assert ask(shared, "SELECT 1") == 1


def test_a_process_that_a_killed_server_left_is_waited_for_or_named(
    shared: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two servers on one data folder would destroy it: a busy backend outlives its postmaster."""
    monkeypatch.setattr(embedded, "ORPHAN_WAIT_S", 1)
    busy = "DO $$ BEGIN FOR i IN 1..1000000000 LOOP END LOOP; END $$"
    connection = psycopg.connect(shared.url(), autocommit=True)
    connection.pgconn.send_query(busy.encode())
    time.sleep(0.3)
    os.kill(pid_of(shared), signal.SIGKILL)
    wait_until(lambda: not shared.status().running)
    assert fails("embedded.orphans", shared).values["pids"] == str(connection.info.backend_pid)
    os.kill(connection.info.backend_pid, signal.SIGKILL)
    shared.start()
    assert shared.status().running
    connection.close()


def test_a_pid_file_whose_number_passed_to_another_program_is_no_obstacle(shared: EmbeddedCluster) -> None:
    pid_file, lock_file = shared.data_folder / "postmaster.pid", shared.socket_folder / ".s.PGSQL.5432.lock"
    content = pid_file.read_text(), lock_file.read_text()
    shared.stop()
    owner = account.server_account(shared.server_folder)
    other = subprocess.Popen([SLEEP, "60"], user=owner.uid if ROOT else None)
    try:
        for file, old in zip((pid_file, lock_file), content, strict=True):
            file.write_text("\n".join([str(other.pid), *old.splitlines()[1:], ""]))
            owner.take(file)
            file.chmod(0o600)
        assert not shared.status().running
        shared.stop()
        shared.start()
        assert pid_of(shared) != other.pid
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_an_interrupted_creation_is_begun_afresh(fresh: EmbeddedCluster) -> None:
    (fresh.home / "server" / "data.new").mkdir(parents=True)
    (fresh.home / "server" / "data.new" / "PG_VERSION").write_text("15\n")
    owner = account.server_account(fresh.home / "server")
    for folder in (fresh.home / "server" / "data.new", fresh.home / "server"):
        owner.take(folder)
        folder.chmod(0o700)
    fresh.start()
    assert ask(fresh, "SELECT 1") == 1


# Where it stands


@pytest.mark.parametrize("name", ["b" * 100, "one, two"], ids=["long", "comma"])
def test_a_path_that_no_socket_can_have_gets_a_short_one(fresh: EmbeddedCluster, name: str) -> None:
    home = fresh.home / name
    with cluster_in(home) as cluster:
        cluster.start()
        assert len(os.fsencode(cluster.socket_folder)) < 90
        assert ask(cluster, "SELECT 1") == 1
        assert EmbeddedCluster(home).url() == cluster.url()
    assert not cluster.socket_folder.exists()


def test_an_odd_path_is_quoted(fresh: EmbeddedCluster) -> None:
    with cluster_in(fresh.home.parent / "é \"$HOME' %20 `id`") as cluster:
        cluster.start()
        assert cluster.socket_folder.is_relative_to(cluster.home)
        assert ask(cluster, "SELECT 1") == 1


def test_a_socket_folder_that_others_may_enter_is_refused(
    fresh: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "LONGEST_SOCKET_PATH", 10)
    monkeypatch.setattr(account, "SHORT_FOLDER", fresh.home.parent)
    fresh.socket_folder.mkdir(mode=0o755)
    fails("embedded.socket_folder", fresh)
    fresh.socket_folder.rmdir()
    fresh.socket_folder.symlink_to(fresh.home.parent)
    fails("embedded.socket_folder", fresh)
    fresh.socket_folder.unlink()


@as_root
def test_as_root_a_home_that_the_server_cannot_reach_links_to_one_that_it_can(
    fresh: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "SHARED_FOLDER", fresh.home.parent / "shared")
    closed = fresh.home.parent / "closed"
    closed.mkdir(mode=0o700)
    with cluster_in(closed / "home") as cluster:
        cluster.start()
        assert cluster.data_folder.is_relative_to(fresh.home.parent / "shared")
        assert cluster.socket_folder.stat().st_mode & 0o777 == 0o700
        assert ask(cluster, "SELECT 1") == 1
    assert list((fresh.home.parent / "shared").iterdir()) == []


@as_root
def test_as_root_with_no_reachable_place_at_all_it_says_so(
    fresh: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = fresh.home.parent / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(account, "SHARED_FOLDER", closed / "shared")
    fails("embedded.unreachable", EmbeddedCluster(closed / "home"))


@as_root
def test_as_root_with_no_other_account_it_says_which_to_make(
    fresh: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "STAND_INS", ("nobody-has-this-name",))
    assert "nobody-has-this-name" in str(fails("embedded.no_account", fresh))


@as_root
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_an_ordinary_account_runs_its_own_server_and_not_root_s(shared: EmbeddedCluster) -> None:
    """In a forked child that becomes an ordinary account: its modules are loaded, its folders are its own."""
    other = pwd.getpwnam("nobody")
    with open_folder() as folder:
        (folder / "own").mkdir()
        os.chown(folder / "own", other.pw_uid, other.pw_gid)
        child = os.fork()
        if child == 0:
            os._exit(_as_ordinary_account(other, folder / "own" / "home", shared.home))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _as_ordinary_account(other: pwd.struct_passwd, own: Path, foreign: Path) -> int:
    os.setgroups([])
    os.setgid(other.pw_gid)
    os.setuid(other.pw_uid)
    with cluster_in(own) as cluster:
        cluster.start()
        runs_as = Path(f"/proc/{pid_of(cluster)}").stat().st_uid
    try:
        EmbeddedCluster(foreign).start()
    except CommonsError as error:
        refused = error.key == "embedded.not_writable"
    else:
        refused = False
    return 0 if runs_as == other.pw_uid and refused else 1


# What the machine lacks


def test_a_disk_too_small_is_refused_before_anything_is_made(fresh: EmbeddedCluster) -> None:
    fresh.home.mkdir()
    fresh.home.chmod(0o711)
    with mounted(fresh.home, "size=8m,mode=711"):
        error = fails("embedded.disk_full", fresh)
        assert error.values["free_mb"] == 8
        assert "COMMONS_HOME" in error.remedy(Language.EN)
        assert not fresh.data_folder.exists()


def test_a_disk_that_filled_up_is_said_and_works_again_once_there_is_room(
    fresh: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "NEW_CLUSTER_MB", 60)
    fresh.home.mkdir()
    with mounted(fresh.home, "size=80m,mode=711"):
        fresh.start()
        os.kill(pid_of(fresh), signal.SIGKILL)
        wait_until(lambda: not fresh.status().running)
        ballast = fresh.home / "ballast"
        with pytest.raises(OSError, match="No space"):
            fill(ballast)
        fails("embedded.disk_full", fresh)
        ballast.unlink()
        fresh.start()
        assert ask(fresh, "SELECT 1") == 1
        fresh.remove()


def test_a_read_only_disk_is_said(fresh: EmbeddedCluster) -> None:
    fresh.home.mkdir()
    with mounted(fresh.home, "ro,size=8m"):
        assert "Read-only" in str(fails("embedded.not_writable", fresh).values["reason"])


def test_a_home_that_is_a_file_is_said(fresh: EmbeddedCluster) -> None:
    fresh.home.write_text("not a folder")
    fails("embedded.not_writable", fresh)
    fresh.home.unlink()


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that is all of PATH, so that only what a test puts there is installed."""
    monkeypatch.setattr(installation, "DEBIAN_FOLDER", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_no_postgresql_names_the_packages(fresh: EmbeddedCluster, no_programs: Path) -> None:
    del no_programs
    assert "postgresql-postgis" in fails("embedded.no_postgresql", fresh).remedy(Language.NL)
    assert fresh.status().version is None


def test_postgresql_without_postgis_names_the_package_for_its_version(
    fresh: EmbeddedCluster, no_programs: Path
) -> None:
    programs = no_programs / "lib"
    programs.mkdir()
    for program in installation.PROGRAMS:
        write_script(programs / program, 'echo "postgres (PostgreSQL) 16.4 (Debian 16.4-1)"')
    write_script(programs / "pg_config", f'[ "$1" = --sharedir ] && echo {no_programs} || echo {programs}')
    (no_programs / "pg_config").symlink_to(programs / "pg_config")
    assert "postgresql-16-postgis-3" in fails("embedded.no_postgis", fresh).remedy(Language.FR)
    (no_programs / "extension").mkdir()
    (no_programs / "extension" / "postgis.control").touch()
    assert installation.find_installation().major == 16


def write_script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def test_data_of_a_postgresql_that_is_gone_names_its_version(fresh: EmbeddedCluster) -> None:
    fresh.start()
    fresh.stop()
    (fresh.data_folder / "PG_VERSION").write_text("13\n")
    assert "postgresql-13-postgis-3" in str(fails("embedded.other_major", fresh))
    assert fresh.status().version is None


def test_a_server_that_does_not_start_shows_the_end_of_its_log(shared: EmbeddedCluster) -> None:
    shared.stop()
    control = shared.data_folder / "global" / "pg_control"
    control.rename(control.with_suffix(".away"))
    try:
        error = fails("embedded.did_not_start", shared)
    finally:
        control.with_suffix(".away").rename(control)
    assert "could not find the database system" in error.what(Language.EN)
    assert str(shared.log) in error.remedy(Language.EN)
    shared.start()


def test_every_error_is_told_in_three_languages() -> None:
    told = {key for key in catalogue() if key.startswith(("error.embedded.", "error.setting."))}
    sources = "".join(
        Path(str(module.__file__)).read_text("utf-8") for module in (account, embedded, installation)
    ) + Path(str(sys.modules["commons.errors"].__file__)).with_name("settings.py").read_text("utf-8")
    for key in {key.removeprefix("error.").rpartition(".")[0] for key in told}:
        assert f'"{key}"' in sources, f"{key} is told but never raised"
        assert {f"error.{key}.what", f"error.{key}.remedy"} <= told
    assert all(set(catalogue()[key]) == set(Language) for key in told)
