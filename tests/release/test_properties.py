"""What must always hold (docs/consent.md), on PostgreSQL: small worlds through the real tables and triggers, read by the logins."""

import copy
import random
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from oracle import GROUP_OF, LADDER, granted, shown_value
from psycopg import sql
from worlds import components, make_statement, make_world, named_partners, read_places, store_worlds

from commons.consent.withdraw import withdraw
from commons.partners import find_dataset

READERS = {
    "public": ("commons_public", "released_public"),
    "partners": ("commons_partner", "released_partners"),
    "researchers": ("commons_researcher", "released_research"),
    "partner": ("commons_partner_{reader}", "released_to_{reader}"),
}
INWARD = [("public", "partners"), ("partners", "partner"), ("public", "researchers")]
FIELDS = {name: group for group, names in GROUP_OF.items() for name in names}
NEEDED = {(group, "display") for group in ("existence", "identity", "location")}
SEEDS = st.integers(1, 10**6)
checked = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


class Ground:
    """Where worlds are tried. (Not a dataclass: hypothesis would print all its places.)"""

    def __init__(self, connection: psycopg.Connection, places: list, ids: dict, reader: int) -> None:
        self.connection, self.places, self.ids, self.reader = connection, places, ids, reader


@pytest.fixture(scope="module")
def ground(cluster, template, clone, tmp_path_factory):
    """Yield a connection as the administrator, the places, and the number of the partner that reads by name."""
    with (
        clone(cluster, template) as database,
        database.admin() as connection,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("DATABASE_URL", database.url)
        patch.setenv("COMMONS_HOME", str(tmp_path_factory.mktemp("home")))
        places, ids = read_places(connection)
        reader = named_partners(connection)["reader"]
        connection.commit()
        yield Ground(connection, places, ids, reader)


@contextmanager
def stored(ground, world):
    """Put the world into the tables, with all its triggers; take it away again."""
    connection = ground.connection
    with connection.transaction(force_rollback=True):
        if world[0]:
            store_worlds(connection, [world], ground.ids)
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield connection


def look(ground, reader):
    """Return all that the reader's own login can read of what is released, without the random ids, in order."""
    connection = ground.connection
    role, schema = (name.format(reader=ground.reader) for name in READERS[reader])
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
    rows = connection.execute(
        sql.SQL("SELECT to_jsonb(a) - 'public_id', ST_AsEWKB(geom) FROM {}.alternative a").format(
            sql.Identifier(schema)
        )
    ).fetchall()
    connection.execute("RESET ROLE")
    return sorted(rows, key=repr)


def look_as_everyone(ground):
    return {reader: look(ground, reader) for reader in READERS}


def permissions(connection, as_of=None):
    rows = connection.execute(
        "SELECT audience::text, partner_id, v.name, p.rights, p.precision::text, p.expires_at"
        "  FROM commons.permissions(ARRAY(SELECT record_id FROM commons.source_record), 'display', coalesce(%s, clock_timestamp())) p"
        "  JOIN commons.record_version v USING (version_id)",
        (as_of,),
    ).fetchall()
    return {row[:3]: row[3:] for row in rows}


def opens_more(before, after):
    """Name what is allowed after and was not before: rights, a finer place, a later end."""
    return [
        key
        for key, (rights, precision, until) in after.items()
        if rights
        and (
            key not in before
            or rights & ~before[key][0]
            or LADDER.index(precision) < LADDER.index(before[key][1])
            or until > before[key][2]
        )
    ]


@checked
@given(SEEDS)
def test_without_a_grant_nothing_is_released(ground, seed):
    rng = random.Random(seed)
    records, same = make_world(rng.randint(1, 10**6), ground.places)
    for record in records:
        record.said = [s for s in record.said if s.effect != "allow"]
        if record.dataset.agreement:
            record.dataset.agreement.stance = "ask"
    with stored(ground, (records, same)):
        assert look_as_everyone(ground) == {reader: [] for reader in READERS}
    records, same = make_world(rng.randint(1, 10**6), ground.places)
    for record in records:
        record.dataset.agreement = None
    with stored(ground, (records, same)):
        assert look_as_everyone(ground) == {reader: [] for reader in READERS}


def scrambled(world, reader, rng):
    """Return the world with everything changed that the reader is not entitled to."""
    now = datetime.now(UTC)
    records, same = copy.deepcopy(world)
    for record in records:
        allowed = granted(record, reader, now)
        seen = (
            allowed is not None
            and not record.gone
            and record.place is not None
            and allowed.rights >= NEEDED
            and allowed.precision != "withheld"
            and (allowed.precision == "exact" or not record.composed)
        )
        for name, group in FIELDS.items():
            may = (
                seen
                and (group, "display") in allowed.rights
                and (group != "location" or allowed.precision == "exact")
            )
            if not may and isinstance(record.values[name], str) and name != "category":
                record.values[name] = f"scrambled {rng.random()}"
        if not seen:
            record.updated_on += timedelta(days=rng.randint(1, 900))
            record.values["category"] = (
                rng.choice(["food", "shelter"]) if record.gone else record.values["category"]
            )
    return records, same


@pytest.mark.parametrize("reader", READERS)
@checked
@example(seed=541115)  # a hidden record holds a share-alike one together with one that is not everyone's
@given(seed=SEEDS)
def test_what_a_reader_may_not_have_changes_nothing_that_it_sees(ground, reader, seed):
    rng = random.Random(seed)
    world = make_world(rng.randint(1, 10**6), ground.places)
    with stored(ground, world):
        before = look(ground, reader)
    with stored(ground, scrambled(world, reader, rng)):
        assert look(ground, reader) == before
    unseen = [
        record
        for record in world[0]
        if (allowed := granted(record, reader, datetime.now(UTC))) is None or not allowed.rights >= NEEDED
    ]
    if unseen:
        with stored(ground, without(world, rng.choice(unseen))):
            assert look(ground, reader) == before


def without(world, gone):
    """Return the world in which the record never was: what it alone held together is not."""
    records, same = world
    left = [record for record in records if record is not gone]
    return left, [pair for pair in same if gone not in pair]


@checked
@given(SEEDS)
def test_an_inner_reader_may_all_that_an_outer_one_may(ground, seed):
    rng = random.Random(seed)
    with stored(ground, make_world(rng.randint(1, 10**6), ground.places)) as connection:
        located = connection.execute("SELECT commons.cells('{location}', '{display}')").fetchone()[0]
        found = permissions(connection)
        by_reader = {
            reader: {key[2]: (*rest[:2], None) for key, rest in found.items() if key[0] == reader}
            for reader in READERS
        }
        by_reader["partner"] = by_reader["partners"] | by_reader["partner"]
    for outer, inner in INWARD:
        for name, (rights, precision, _) in by_reader[outer].items():
            assert rights & ~by_reader[inner].get(name, (0, "withheld"))[0] == 0
            if rights & located:
                assert LADDER.index(by_reader[inner][name][1]) <= LADDER.index(precision)


@checked
@given(SEEDS)
def test_a_restriction_only_restricts(ground, seed):
    rng = random.Random(seed)
    records, same = make_world(rng.randint(1, 10**6), ground.places)
    with stored(ground, (records, same)) as connection:
        before = permissions(connection)
    rng.choice([rng.choice(records).said, rng.choice(records).dataset.said]).append(
        make_statement(rng, restrict_only=True)
    )
    with stored(ground, (records, same)) as connection:
        assert opens_more(before, permissions(connection)) == []


@checked
@given(SEEDS)
def test_at_its_end_a_consent_is_as_good_as_withdrawn(ground, seed):
    rng = random.Random(seed)
    records, same = make_world(rng.randint(1, 10**6), ground.places)
    now = datetime.now(UTC)
    ends = sorted(s.until for r in records for s in r.said if s.effect == "allow" and s.holds(now))
    if not ends:
        return
    end = ends[0]
    with stored(ground, (records, same)) as connection:
        at_its_end = permissions(connection, end)
    for record in records:
        for statement in record.said:
            if statement.effect == "allow" and statement.until <= end and statement.ended_as is None:
                statement.ended_as = "withdrawn"
    with stored(ground, (records, same)) as connection:
        assert permissions(connection, end) == at_its_end


@checked
@given(SEEDS)
def test_after_a_withdrawal_it_is_as_if_the_source_had_never_been(ground, seed):
    rng = random.Random(seed)
    world = make_world(rng.randint(1, 10**6), ground.places)
    gone = rng.choice(world[0])
    whole = rng.random() < 0.3
    with stored(ground, world) as connection:
        dataset = find_dataset(connection, gone.dataset.slug)
        withdraw(connection, dataset, record_key=None if whole else gone.key, withdrawn_by="x")
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        after = look_as_everyone(ground)
    never = world
    for record in [r for r in world[0] if r is gone or (whole and r.dataset is gone.dataset)]:
        never = without(never, record)
    with stored(ground, never):
        assert look_as_everyone(ground) == after


@checked
@given(SEEDS)
def test_neither_the_order_of_arrival_nor_a_second_refresh_changes_anything(ground, seed):
    rng = random.Random(seed)
    records, same = make_world(rng.randint(1, 10**6), ground.places)
    with stored(ground, (records, same)) as connection:
        before = look_as_everyone(ground)
        connection.execute(
            "SELECT commons.refresh_release(ARRAY(SELECT alternative_id FROM commons.alternative))"
        )
        assert look_as_everyone(ground) == before
    shuffled = rng.sample(records, len(records))
    with stored(ground, (shuffled, rng.sample(same, len(same)))):
        assert look_as_everyone(ground) == before


@checked
@given(SEEDS)
@example(26422)  # a text whose contact is masked
def test_every_value_is_a_consenting_sources_own_and_no_finer_than_it_allows(ground, seed):
    rng = random.Random(seed)
    records, same = make_world(rng.randint(1, 10**6), ground.places)
    now = datetime.now(UTC)
    with stored(ground, (records, same)):
        seen = look_as_everyone(ground)
    for reader, rows in seen.items():
        for row, _ in rows:
            for name, slug in row["provenance"].items():
                givers = [g for r in records if r.dataset.slug == slug and (g := granted(r, reader, now))]
                as_fine = [g for g in givers if LADDER.index(g.precision) <= LADDER.index(row["precision"])]
                if name == "geom":
                    assert any(("location", "display") in g.rights for g in as_fine)
                else:
                    assert any(
                        (FIELDS[name], "display") in g.rights and str(shown_value(g, name)) == str(row[name])
                        for g in as_fine
                    )
            assert row["attributions"] == sorted({f"© {slug}" for slug in row["provenance"].values()})


def test_worlds_hold_together_as_they_say(ground):
    records, same = make_world(7, ground.places)
    assert len(components(records, same)) == 1
