"""What PostgreSQL still knows of a value after its withdrawal: nothing that a login can reach (laboratory.md, check 22)."""

import json
import re

import psycopg
import pytest

from builders import make_dataset, make_record, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect, conninfo

PARTS = """
SELECT t.relid::regclass::text, c.reloptions::text
  FROM unnest('{commons.released_alternative,commons.released_participation}'::regclass[]) AS parent,
       pg_partition_tree(parent) t JOIN pg_class c ON c.oid = t.relid
 WHERE t.isleaf
"""
KNOWN = """
SELECT tablename, attname, coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '')
       || coalesce(most_common_elems::text, '')
  FROM pg_stats WHERE schemaname ~ '^released'
"""
CODED = {"public_id", "category", "precision", "commune", "neighbourhood", "sector", "counted", "expires_at", "geom",
         "alternative_id", "anchor_id", "mutualisation_id", "audience", "partner_id", "resource_kind", "spot"}  # fmt: skip
CORNER = (4.2601234567, 50.8001234567)


def as_autovacuum_does():
    """Vacuum and analyse each released partition that autovacuum would find changed, which it does within a minute."""
    with psycopg.connect(conninfo(Role.ADMIN), autocommit=True) as connection:
        for name, options in connection.execute(PARTS).fetchall():
            for threshold in (
                "vacuum_threshold",
                "vacuum_scale_factor",
                "analyze_threshold",
                "analyze_scale_factor",
            ):
                assert f"autovacuum_{threshold}=0" in options, name
            assert "vacuum_index_cleanup=on" in options
            connection.execute(f"VACUUM (ANALYZE) {name}")


@pytest.fixture
def withdrawn(database):
    """A list of places with one far to the west, of which statistics have been gathered, and which then withdraws."""
    with connect(Role.INGEST) as connection:
        stays, leaves = (make_dataset(connection, slug, open_terms()) for slug in ("stays", "leaves"))
        for number in range(60):
            place = (4.33 + number / 2000, 50.83 + number / 3000)
            make_record(connection, stays, name=f"stays {number:03}", place=place)
        for number in range(20):
            make_record(
                connection, leaves, place=CORNER, name=f"zqleaves{number}", description=f"zqleaves text {number}",
                website="https://zqleaves.example.org", phone="+3225550123", street="zqleaves street", category="energy",
            )  # fmt: skip
    as_autovacuum_does()
    with connect(Role.INGEST) as connection:
        withdraw(connection, leaves, withdrawn_by="someone")
    return database


def test_no_text_of_a_released_row_is_remembered_beside_it(withdrawn):
    """Not even before autovacuum comes: of the columns that hold partners' words there are no statistics at all."""
    known = withdrawn.rows(KNOWN)
    assert {column for _, column, _ in known} <= CODED
    assert not [row for row in known if "leaves" in row[2]]
    kept = withdrawn.rows(
        "SELECT DISTINCT attname FROM pg_attribute WHERE attstattarget <> 0 AND attnum > 0 AND NOT attisdropped AND attrelid IN"
        " (SELECT t.relid FROM unnest('{commons.released_alternative,commons.released_participation}'::regclass[]) AS p,"
        " pg_partition_tree(p) t)"
    )
    assert {row[0] for row in kept} <= CODED


def estimates(role, condition, choices):
    """Return the rows that EXPLAIN expects of a condition, for each choice put into it."""
    with connect(role) as connection:
        plans = [
            connection.execute(
                f"EXPLAIN (FORMAT JSON) SELECT FROM alternative WHERE {condition.format(choice)}"
            )
            for choice in choices
        ]
        return [json.loads(json.dumps(plan.fetchone()[0]))[0]["Plan"]["Plan Rows"] for plan in plans]


def test_estimates_do_not_find_a_withdrawn_name_or_place(withdrawn):
    names = ["", "s", "stays 03", "z", "zq", "zqleaves", "zqleaves1", "zr"]
    assert len(set(estimates(Role.PUBLIC, "name < '{}'", names))) == 1
    assert len(set(estimates(Role.PUBLIC, "name = '{}'", names))) == 1
    as_autovacuum_does()
    boxes = [f"ST_MakeEnvelope({x}, 50.8, {x + 0.001}, 50.801, 4326)" for x in (4.25, 4.26, 4.261, 4.5)]
    assert len(set(estimates(Role.PUBLIC, "geom && {}", boxes))) == 1
    assert estimates(Role.PUBLIC, "category = '{}'", ["energy"]) == estimates(
        Role.PUBLIC, "category = '{}'", ["x"]
    )
    assert len(set(estimates(Role.PUBLIC, "sector = '{}'", sectors(withdrawn)))) == 1


def sectors(database):
    """The sector in which everything withdrawn lay, and one in which there never was anything."""
    corner = f"ST_SetSRID(ST_MakePoint({CORNER[0]}, {CORNER[1]}), 4326)"
    found = database.rows(
        f"(SELECT code FROM reference.district WHERE level = 'sector' AND is_current ORDER BY geom <-> {corner} LIMIT 1)"
        f" UNION ALL (SELECT code FROM reference.district WHERE level = 'sector' AND is_current ORDER BY geom <-> {corner} DESC"
        " LIMIT 1)"
    )
    return [row[0] for row in found]


def plan(connection, box):
    """Return the text of an index scan for what lies in a box, run, without the box itself."""
    connection.execute("SET enable_seqscan = off")
    told = connection.execute(
        "EXPLAIN (ANALYZE, BUFFERS, VERBOSE, TIMING OFF, SUMMARY OFF)"
        f" SELECT * FROM alternative WHERE geom && ST_Expand('SRID=4326;POINT({box[0]} {box[1]})'::geometry, 0.0001)"
    )
    return re.sub(r"'[0-9A-F]+'", "'…'", "\n".join(row[0] for row in told)).partition("Planning:")[0].strip()


def test_no_dead_row_is_left_to_be_counted_in_a_plan(withdrawn):
    """Rows fetched and pages read tell of withdrawn rows until they have been vacuumed away: then no longer."""
    with connect(Role.PUBLIC) as connection:
        plan(connection, (4.49, 50.72))  # which reads the catalogue
        as_autovacuum_does()
        nowhere, corner = plan(connection, (4.49, 50.71)), plan(connection, CORNER)
    assert "Index" in corner
    assert "Rows Removed" not in corner
    assert corner == nowhere
