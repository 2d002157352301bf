"""Check 39: after a restore, nothing withdrawn since the backup is visible to any login at the first moment one succeeds."""

import random
import threading
import time
from contextlib import contextmanager
from functools import partial

import pandas as pd
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sending import confirmed

from builders import make_dataset, make_record, names, open_terms
from commons.audit import record_event, verify_audit
from commons.consent import Wanted, Word, set_agreement, set_consent
from commons.consent.erase import erase
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.database.embedded import EmbeddedCluster
from commons.database.migrate import upgrade
from commons.errors import CommonsError
from commons.operations import restore as restoring
from commons.operations.backup import backup
from commons.operations.restore import restore
from commons.partners import find_dataset
from commons.release.upkeep import release_drift
from commons.safekeeping import note as noting
from commons.safekeeping.key import erasure_key
from commons.safekeeping.ledger import EntryKind, read_ledger
from commons.safekeeping.note import catch_up, noted_heads
from commons.vocabulary import Audience, FieldGroup, Language, Precision, Stance, UploadMode, Visibility
from ingest.upload import commit_upload, prepare_upload

LOGINS = (Role.PUBLIC, Role.PARTNER, Role.RESEARCHER, Role.INGEST)
READERS = LOGINS[:3]
READABLE = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'v', 'p') AND n.nspname ~ '^released' AND has_schema_privilege(n.oid, 'USAGE')
   AND has_table_privilege(c.oid, 'SELECT')
"""
RECORDS = 12


def token(dataset, number):
    return f"canary-{dataset}-{number:02}"


@pytest.fixture
def world(database):
    """Three lists of records, each with a token in its name and its telephone number; everything public."""
    with database.connect() as connection:
        for slug in ("a-list", "b-list", "c-list"):
            dataset = make_dataset(connection, slug, open_terms())
            for number in range(RECORDS):
                told = token(slug, number)
                make_record(
                    connection,
                    dataset,
                    key=told,
                    name=told,
                    phone=f"{told}-phone",
                    place=(4.3 + number / 100, 50.84),
                )
    return database


@pytest.fixture
def dump(world, tmp_path):
    file = tmp_path / "yesterday.dump"
    assert backup(file) > 10_000
    return file


def withdraw_from(slug, number=None, groups=tuple(FieldGroup)):
    with connect(Role.INGEST) as connection:
        key = None if number is None else token(slug, number)
        withdraw(
            connection, find_dataset(connection, slug), record_key=key, field_groups=groups, withdrawn_by="x"
        )


def erase_from(slug, number):
    with connect(Role.INGEST) as connection:
        erase(connection, find_dataset(connection, slug), record_key=token(slug, number), erased_by="x")


def upload(slug, rows, folder):
    file = folder / "list.csv"
    pd.DataFrame(rows).to_csv(file, index=False)
    with connect(Role.INGEST) as connection:
        send = partial(commit_upload, connection, find_dataset(connection, slug), prepare_upload(file))
        return confirmed(connection, send, uploaded_by="t", mode=UploadMode.FULL).stored


def seen_by(login, url):
    """Return all that a login can read of what is released, as one text."""
    with psycopg.connect(url, user=login.value, connect_timeout=5) as connection:
        tables = [row[0] for row in connection.execute(READABLE)]
        return "\n".join(
            str(row) for table in tables for row in connection.execute(f"SELECT t::text FROM {table} t")
        )


def name_of(database):
    return conninfo_to_dict(database.url)["dbname"]


def databases(server, database):
    """Return the databases of the cluster that have this one's name, or began with it."""
    rows = server.execute("SELECT datname FROM pg_database").fetchall()
    return {name for (name,) in rows if name == name_of(database) or name.startswith(f"{name_of(database)}_")}


def databases_of(cluster, database):
    with psycopg.connect(cluster.url("postgres")) as server:
        return databases(server, database)


@contextmanager
def watched(database, cluster, forbidden):
    """Yield what logins saw that they must not, tried all the while in every database; and where they got in."""
    seen, places, done = set(), {"open": set(), "closed": set()}, threading.Event()

    def watch():
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
            while not done.is_set():
                for place in databases(server, database):
                    for login in READERS:
                        try:
                            text = seen_by(login, cluster.url(place))
                        except psycopg.OperationalError:
                            places["closed"].add(place)
                        else:
                            places["open"].add(place)
                            seen.update(word for word in forbidden if word in text)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen, places
    finally:
        done.set()
        watcher.join()


def everything_holds():
    with connect(Role.INGEST) as connection:
        assert release_drift(connection) == 0
        assert verify_audit(connection, noted_heads(connection)).fault is None


@pytest.mark.parametrize("seed", range(3))
def test_nothing_withdrawn_since_the_backup_is_seen_by_anybody_at_any_moment(
    world, dump, cluster, tmp_path, seed
):
    chosen = random.Random(seed)
    numbers = chosen.sample(range(RECORDS), 6)
    upload("a-list", [{"id": "late", "nom": "canary-late", "lat": 50.83, "lon": 4.36}], tmp_path)
    for number in numbers[:2]:
        withdraw_from("b-list", number)
    for number in numbers[2:4]:
        erase_from("b-list", number)
    withdraw_from("b-list", numbers[4], [FieldGroup.CONTACT_ORGANISATION])
    withdraw_from("c-list")
    with connect(Role.INGEST) as connection:
        withdraw(connection, find_dataset(connection, "a-list"), record_key="late", withdrawn_by="x")
    forbidden = {token("b-list", number) for number in numbers[:4]} | {f"{token('b-list', numbers[4])}-phone"}
    forbidden |= {token("c-list", number) for number in range(RECORDS)} | {"canary-late"}
    steps = []
    with watched(world, cluster, forbidden) as (seen, places):
        done = restore(dump, tell=steps.append)
        time.sleep(0.3)
    assert seen == set()
    assert places["open"] == {name_of(world)}
    assert any("restored" in place for place in places["closed"]), "it was never tried while it was closed"
    assert steps == ["fill", "upgrade", "ledger", "release", "swap"]
    assert (done.replayed.applied, done.replayed.barred, done.replayed.unknown) == (6, 1, ())
    expected = [token("a-list", n) for n in range(RECORDS)]
    expected += [token("b-list", n) for n in range(RECORDS) if n not in numbers[:4]]
    for audience in (Audience.PUBLIC, Audience.PARTNERS, Audience.RESEARCHERS):
        assert names(audience) == sorted(expected)
    assert not world.rows(f"SELECT FROM commons.record_version WHERE name = '{token('b-list', numbers[2])}'")
    everything_holds()
    late = {"id": "late", "nom": "canary-late", "lat": 50.83, "lon": 4.36}
    assert upload("a-list", [late], tmp_path).erased == 1
    assert "canary-late" not in names(Audience.PUBLIC)


def test_after_no_command_of_a_restore_does_a_login_get_into_what_is_not_open_yet(
    world, dump, cluster, monkeypatch
):
    """Whoever slipped in before the data were there would stay while they come."""
    inside, tried, connect_as_before = [], [], psycopg.connect

    def knock():
        with connect_as_before(cluster.url("postgres")) as server:
            places = databases(server, world) - {name_of(world)}
        for place in places:
            for login in LOGINS:
                tried.append(place)
                try:
                    inside.append(connect_as_before(cluster.url(place), user=login.value))
                except psycopg.OperationalError:
                    continue

    class Knocking(psycopg.Connection):
        def execute(self, *args, **options):
            try:
                return super().execute(*args, **options)
            finally:
                if self.info.dbname == "postgres":
                    knock()

    monkeypatch.setattr(restoring.psycopg, "connect", Knocking.connect)
    restore(dump, drill=True)
    for connection in inside:
        connection.close()
    assert len(tried) >= len(LOGINS) * 3
    assert inside == []


ANN = Word(given_by="Ann Peeters")
OPEN = {
    "visibility": Visibility.PUBLIC,
    "precision": Precision.EXACT,
    "contact": Visibility.PUBLIC,
    "statistics": True,
    "reuse": True,
}


def narrow(slug, key=None, **changes):
    with connect(Role.INGEST) as connection:
        dataset = find_dataset(connection, slug)
        change = set_consent(connection, dataset, Wanted(**OPEN | changes), ANN, record_key=key)
    assert (change.narrows, change.widens, change.in_ledger) == (True, False, True)


def narrow_in_every_way(folder):
    """Narrow records and agreements in each way there is, of a record among them that no backup has."""
    upload("a-list", [{"id": "late", "nom": "canary-late", "lat": 50.83, "lon": 4.36}], folder)
    narrow("a-list", "late", visibility=Visibility.WITHHELD)
    narrow("b-list", token("b-list", 0), visibility=Visibility.PARTNERS)
    narrow("b-list", token("b-list", 1), contact=Visibility.WITHHELD)
    narrow("b-list", token("b-list", 2), precision=Precision.COMMUNE)
    narrow("b-list", token("b-list", 3), visibility=Visibility.WITHHELD)
    narrow("b-list", contact=Visibility.PARTNERS)
    with connect(Role.INGEST) as connection:
        terms = open_terms(stance=Stance.ASK, signed_by="Ann Peeters")
        assert set_agreement(connection, find_dataset(connection, "c-list"), terms).in_ledger


def test_what_was_narrowed_since_the_backup_opens_to_nobody_at_any_moment(
    world, dump, cluster, tmp_path, safekeeping
):
    narrow_in_every_way(tmp_path)
    text = safekeeping.read_text()
    assert not [word for word in ("canary", "Ann", "phone") if word in text]
    before = {login: everything_of(world, login) for login in READERS}
    forbidden = {"canary-late", f"{token('b-list', 1)}-phone", token("b-list", 3), token("c-list", 1)}
    with watched(world, cluster, forbidden) as (seen, _):
        done = restore(dump)
    assert seen == set()
    assert (done.replayed.applied, done.replayed.barred, done.replayed.unknown) == (6, 1, ())
    assert {login: everything_of(world, login) for login in READERS} == before
    assert token("b-list", 0) not in names(Audience.PUBLIC)
    assert token("b-list", 0) in names(Audience.PARTNERS)
    everything_holds()
    late = {"id": "late", "nom": "canary-late", "lat": 50.83, "lon": 4.36}
    assert upload("a-list", [late], tmp_path).erased == 1
    backup(tmp_path / "today.dump")
    assert restore(tmp_path / "today.dump").replayed.applied == 0


def everything_of(world, login):
    """Return what a login reads of the two lists of which the backup has every record."""
    schema = {Role.PUBLIC: "public", Role.PARTNER: "partners", Role.RESEARCHER: "research"}[login]
    return world.rows(
        f"SELECT name, phone, precision, geom FROM released_{schema}.alternative"
        " WHERE name ~ '[bc]-list' ORDER BY 1",
        login,
    )


def test_a_narrowing_that_the_ledger_could_not_take_is_caught_up(world, dump, monkeypatch, safekeeping):
    with monkeypatch.context() as full:
        full.setattr(noting, "append_to_ledger", no_room)
        with connect(Role.INGEST) as connection:
            dataset = find_dataset(connection, "c-list")
            change = set_consent(
                connection, dataset, Wanted(**OPEN | {"visibility": Visibility.WITHHELD}), ANN
            )
    assert (change.narrows, change.in_ledger) == (True, False)
    with connect(Role.INGEST) as connection:
        assert catch_up(connection) == 1
    assert restore(dump).replayed.applied == 1
    assert token("c-list", 1) not in names(Audience.PUBLIC)


def test_a_trial_and_what_is_closed_already_are_no_line(world, dump):
    with connect(Role.INGEST) as connection:
        dataset = find_dataset(connection, "a-list")
        closed = Wanted(**OPEN | {"visibility": Visibility.WITHHELD})
        for key in (token("a-list", 0), None):
            lines = len(read_ledger().entries)
            for dry_run, narrows, added in ((True, True, 0), (False, True, 1), (False, False, 1)):
                change = set_consent(connection, dataset, closed, ANN, record_key=key, dry_run=dry_run)
                assert (change.narrows, len(read_ledger().entries)) == (narrows, lines + added)


def forget_withdrawals(ledger):
    """Take the withdrawals out of the ledger; of the backup it still knows."""
    lines = [line for line in ledger.read_bytes().splitlines(keepends=True) if b'"backup"' in line]
    ledger.write_bytes(b"".join(lines))


def test_without_the_ledger_they_would_be_seen(world, dump, safekeeping):
    """So that the test above is known to be able to fail."""
    withdraw_from("c-list")
    forget_withdrawals(safekeeping)
    with world.admin() as connection:
        connection.execute("ALTER TABLE commons.withdrawal DISABLE TRIGGER ALL")
        connection.execute(
            "DELETE FROM commons.withdrawal"
        )  # else it would be caught up from the old database
    restore(dump)
    assert token("c-list", 1) in names(Audience.PUBLIC)


def test_what_the_ledger_lacks_is_learnt_from_the_old_database(world, dump, safekeeping):
    withdraw_from("c-list")
    forget_withdrawals(safekeeping)
    restore(dump)
    assert token("c-list", 1) not in names(Audience.PUBLIC)


def test_a_withdrawal_made_while_it_restores_is_learnt_too(world, dump, monkeypatch):
    learn = restoring._learn
    told = []

    def learn_and_withdraw(name, **options):
        found = learn(name, **options)
        if not told:
            withdraw_from("c-list")
        told.append(found)
        return found

    monkeypatch.setattr(restoring, "_learn", learn_and_withdraw)
    done = restore(dump)
    assert [each.applied for each in told] == [0, 1]
    assert done.replayed.applied == 1
    assert token("c-list", 1) not in names(Audience.PUBLIC)
    everything_holds()


def test_a_withdrawal_that_never_committed_is_applied_closed_being_the_safe_side(world, dump):
    with connect(Role.INGEST) as connection:
        withdraw(
            connection, find_dataset(connection, "a-list"), record_key=token("a-list", 3), withdrawn_by="x"
        )
        connection.rollback()
    assert token("a-list", 3) in names(Audience.PUBLIC)
    assert restore(dump).replayed.applied == 1
    assert token("a-list", 3) not in names(Audience.PUBLIC)


def test_a_backup_that_knows_its_withdrawals_is_restored_without_repeating_them(world, tmp_path):
    withdraw_from("a-list", 1)
    erase_from("a-list", 2)
    backup(tmp_path / "today.dump")
    done = restore(tmp_path / "today.dump")
    assert (done.replayed.applied, done.replayed.barred) == (0, 0)
    assert world.rows("SELECT count(*) FROM commons.withdrawal") == [(2,)]
    everything_holds()


def test_public_ids_and_tombstones_are_those_of_before(world, dump):
    ids = world.rows("SELECT name, public_id FROM released_public.alternative ORDER BY 1", Role.PUBLIC)
    withdraw_from("a-list", 1)
    restore(dump)
    assert world.rows("SELECT name, public_id FROM released_public.alternative ORDER BY 1", Role.PUBLIC) == [
        row for row in ids if row[0] != token("a-list", 1)
    ]
    gone = world.rows("SELECT public_id FROM released_public.tombstone", Role.PUBLIC)
    assert gone == [(public_id,) for name, public_id in ids if name == token("a-list", 1)]


def test_the_old_database_is_kept_and_nobody_connects_to_it(world, dump, cluster):
    done = restore(dump)
    assert databases_of(cluster, world) == {done.database, done.replaced}
    assert restore(dump, drop_old=True).replaced is None
    assert databases_of(cluster, world) == {done.database, done.replaced}
    for login in (*LOGINS, None):
        with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
            psycopg.connect(cluster.url(done.replaced), **({"user": login.value} if login else {}))


def test_everybody_connects_to_the_restored_one_and_only_they(world, dump):
    before = world.rows("SELECT datacl::text[] FROM pg_database WHERE datname = current_database()")
    restore(dump)
    after = world.rows("SELECT datacl::text[] FROM pg_database WHERE datname = current_database()")
    assert set(after[0][0]) == set(before[0][0])


def test_the_log_tells_of_the_restore_and_heads_noted_before_are_no_longer_asked_for(world, dump):
    withdraw_from("a-list", 1)
    withdraw_from("a-list", 2)
    restore(dump)
    assert world.rows("SELECT count(*) FROM commons.audit_event WHERE action = 'restore'") == [(1,)]
    assert read_ledger().entries[-1].kind is EntryKind.RESTORE
    everything_holds()
    withdraw_from("a-list", 3)
    everything_holds()


def test_a_restore_that_the_ledger_knows_nothing_of_is_told(world, safekeeping):
    with connect(Role.INGEST) as connection:
        record_event(connection, "x", "restore", "database", "0b9d4e6e-0000-4000-8000-000000000000")
    with connect(Role.INGEST) as connection, pytest.raises(CommonsError) as told:
        noted_heads(connection)
    assert told.value.key == "audit.unknown_restore"


def test_a_drill_leaves_nothing_and_changes_nothing(world, dump, cluster, safekeeping):
    withdraw_from("a-list", 1)
    ledger = safekeeping.read_bytes()
    assert restore(dump, drill=True).replayed.applied == 1
    assert databases_of(cluster, world) == {name_of(world)}
    assert safekeeping.read_bytes() == ledger
    everything_holds()


def test_beside_the_present_one_it_is_opened_when_it_has_learnt(world, dump, cluster, monkeypatch):
    withdraw_from("a-list", 1)
    name = f"{name_of(world)}_beside"
    done = restore(dump, into=name)
    assert (done.database, done.replaced) == (name, None)
    assert token("a-list", 0) in names(Audience.PUBLIC)
    monkeypatch.setenv("DATABASE_URL", cluster.url(name))
    assert token("a-list", 0) in names(Audience.PUBLIC)
    assert token("a-list", 1) not in names(Audience.PUBLIC)
    everything_holds()


def no_room(*entries):
    raise OSError(28, "No space left on device")


# What goes wrong leaves in use what was in use


def refused(key, world, cluster, dump, **options):
    there = databases_of(cluster, world)
    with pytest.raises(CommonsError) as told:
        restore(dump, **options)
    assert told.value.key == key, str(told.value)
    assert databases_of(cluster, world) == there
    assert token("a-list", 0) in names(Audience.PUBLIC)
    everything_holds()
    return told.value


def test_a_file_that_is_no_backup_or_half_of_one_is_refused(world, dump, cluster, tmp_path):
    text = tmp_path / "text"
    text.write_text("not a backup")
    refused("restore.no_backup", world, cluster, text)
    half = tmp_path / "half"
    half.write_bytes(dump.read_bytes()[: dump.stat().st_size * 3 // 4])
    refused("restore.failed", world, cluster, half)


def test_whoever_may_not_make_databases_restores_nothing(world, dump, cluster, monkeypatch):
    with monkeypatch.context() as lesser:
        lesser.setenv("DATABASE_URL", world.url.replace("commons_admin@", "commons_ingest@"))
        with psycopg.connect(cluster.url("postgres")) as server:
            server.execute("GRANT CONNECT ON DATABASE postgres TO commons_ingest")
        with pytest.raises(CommonsError) as told:
            restore(dump)
        assert told.value.key == "database.lacking"
    assert databases_of(cluster, world) == {name_of(world)}
    with psycopg.connect(cluster.url("postgres")) as server:
        server.execute("REVOKE CONNECT ON DATABASE postgres FROM commons_ingest")


def test_a_name_that_is_taken_is_refused(world, dump, cluster):
    refused("restore.exists", world, cluster, dump, into="postgres")


def test_a_release_that_differs_from_the_rules_is_not_opened(world, cluster, tmp_path, monkeypatch):
    with world.admin() as connection:
        connection.execute(
            "UPDATE commons.released_alternative SET phone = 'canary' WHERE audience = 'public'"
        )
    backup(tmp_path / "drifted.dump")
    with world.admin() as connection:
        connection.execute(
            "SELECT commons.refresh_release(ARRAY(SELECT alternative_id FROM commons.alternative))"
        )
    monkeypatch.setattr(restoring, "REBUILD", "SELECT 1")
    refused("restore.drift", world, cluster, tmp_path / "drifted.dump")


def test_a_damaged_ledger_is_refused_before_anything_is_opened(world, dump, cluster, safekeeping):
    withdraw_from("a-list", 1)
    withdraw_from("a-list", 2)
    lines = safekeeping.read_bytes().splitlines(keepends=True)
    safekeeping.write_bytes(lines[0] + lines[1].replace(b"identity", b"xxxxxxxx") + lines[2])
    with pytest.raises(CommonsError) as told:
        restore(dump)
    assert told.value.key == "ledger.damaged"
    assert token("a-list", 0) in names(Audience.PUBLIC)


def test_a_torn_line_is_told_and_stops_nothing(world, dump, safekeeping):
    withdraw_from("a-list", 1)
    withdraw_from("a-list", 2)
    safekeeping.write_bytes(safekeeping.read_bytes()[:-40])
    done = restore(dump)
    assert (done.replayed.applied, done.replayed.torn) == (
        2,
        1,
    )  # the second is caught up from the old database


def test_a_ledger_that_cannot_be_written_leaves_the_old_one_open(world, dump, cluster, monkeypatch):
    withdraw_from("a-list", 1)
    monkeypatch.setattr(noting, "append_to_ledger", no_room)
    refused("ledger.not_writable", world, cluster, dump)


@pytest.mark.parametrize("lost", ["all", "the backup's line", "an older withdrawal"])
def test_a_ledger_that_is_not_the_backups_is_refused_and_with_leave_closes_everything(
    world, cluster, tmp_path, safekeeping, lost
):
    withdraw_from("a-list", 1)
    backup(tmp_path / "a.dump")
    lines = safekeeping.read_bytes().splitlines(keepends=True)
    assert len(lines) == 2
    kept = {"all": [], "the backup's line": lines[:1], "an older withdrawal": lines[1:]}[lost]
    safekeeping.write_bytes(b"".join(kept))
    refused("ledger.incomplete", world, cluster, tmp_path / "a.dump")
    safekeeping.write_bytes(b"".join(kept))
    assert restore(tmp_path / "a.dump", close_datasets=True).replayed.applied == 3
    assert names(Audience.PUBLIC) == []
    everything_holds()


def test_where_the_ledger_of_a_restored_database_is_lost_a_new_one_is_begun_when_told(
    world, dump, safekeeping
):
    restore(dump)
    safekeeping.unlink()
    withdraw_from("a-list", 1)
    with connect(Role.INGEST) as connection:
        with pytest.raises(CommonsError) as told:
            noted_heads(connection)
        assert told.value.key == "audit.unknown_restore"
        assert noted_heads(connection, new_ledger=True) == frozenset()
    withdraw_from("a-list", 2)
    everything_holds()


def test_another_secret_is_refused_and_with_leave_closes_whole_lists(world, dump, cluster, monkeypatch):
    withdraw_from("b-list", 1)
    erase_from("b-list", 2)
    withdraw_from("c-list")
    monkeypatch.setenv("COMMONS_ERASURE_KEY", "another secret, as long as it must be at least")
    told = refused("ledger.other_key", world, cluster, dump)
    assert "another secret: 2." in told.what(Language.EN)
    done = restore(dump, close_datasets=True)
    assert done.replayed.applied == 3
    assert names(Audience.PUBLIC) == [token("a-list", number) for number in range(RECORDS)]
    everything_holds()


def test_a_list_that_the_backup_does_not_know_is_named_and_its_erased_stay_away(world, dump, tmp_path):
    row = {"id": "1", "nom": "canary-new", "lat": 50.83, "lon": 4.36}
    with connect(Role.INGEST) as connection:
        for slug in ("new-list", "other-list"):
            make_dataset(connection, slug, open_terms())
    upload("new-list", [row], tmp_path)
    with connect(Role.INGEST) as connection:
        erase(connection, find_dataset(connection, "new-list"), record_key="1", erased_by="x")
    withdraw_from("other-list")
    done = restore(dump)
    assert (done.replayed.applied, done.replayed.barred, done.replayed.unknown) == (0, 1, ("other-list",))
    with connect(Role.INGEST) as connection:
        make_dataset(connection, "new-list", open_terms())
    assert upload("new-list", [row], tmp_path).erased == 1


@pytest.fixture
def new_machine(tmp_path_factory):
    """A server that has never heard of a commons: not even its roles."""
    cluster = EmbeddedCluster(tmp_path_factory.mktemp("new-machine"), durable=False)
    cluster.start()
    yield cluster
    cluster.remove()


def test_on_a_new_machine_the_backup_the_ledger_and_the_secret_are_enough(
    world, dump, new_machine, monkeypatch
):
    withdraw_from("b-list", 1)
    erase_from("b-list", 2)
    monkeypatch.setenv("DATABASE_URL", new_machine.url())
    done = restore(dump)
    assert done.replayed.applied == 2
    for login in LOGINS:
        with connect(login):
            pass
    assert {token("b-list", 1), token("b-list", 2)} & set(names(Audience.PUBLIC)) == set()
    assert len(names(Audience.PUBLIC)) == 3 * RECORDS - 2
    everything_holds()
    upgrade(new_machine.url())
    with connect(Role.INGEST) as connection:
        assert catch_up(connection) == 0
    assert erasure_key().key_id
