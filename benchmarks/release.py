"""Consent and release: what a change costs, and what a reader pays, beside the same on a plain table without consent.

    python benchmarks/release.py [--datasets 40] [--size 5000]

The baseline is `plain`: what partners see, in one table with the same columns, a spatial index and no consent. Every
ratio is of medians of the same run. Nothing is left behind.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from commons.database.connection import Connection, Role, connect
from commons.database.embedded import EmbeddedCluster
from commons.database.migrate import upgrade
from commons.districts.load import load_districts
from commons.districts.packaged import packaged_districts
from commons.release.upkeep import release_drift

WORLD = Path(__file__).with_suffix(".sql").with_name("release_world.sql")
ROUNDS = 15
PLAIN = """
CREATE TABLE public.plain AS SELECT * FROM released_public.alternative_row WHERE false;
INSERT INTO public.plain SELECT * FROM commons.released_alternative WHERE audience = 'partners';
CREATE INDEX ON public.plain USING gist (geom);
CREATE INDEX ON public.plain (alternative_id);
GRANT SELECT ON public.plain TO commons_public;
ANALYZE public.plain;
"""
BOX = """
SELECT public_id, name, category, ST_AsBinary(geom) FROM {table}
 WHERE geom && ST_MakeEnvelope(4.35, 50.83, 4.35 + {side}, 50.83 + {side} * 0.64, 4326)
"""
TILE = """
SELECT ST_AsMVT(tile.*) FROM (
    SELECT public_id, name, category,
           ST_AsMVTGeom(ST_Transform(geom, 3857), ST_TileEnvelope({z}, {x}, {y})) AS geom
      FROM {table}
     WHERE geom && ST_Transform(ST_TileEnvelope({z}, {x}, {y}), 4326)) tile
"""
DENY = """
INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by, evidence_kind,
                             valid_from, valid_until)
SELECT %(dataset)s, %(record)s, 'deny', audience, enum_range(NULL::reference.field_group),
       enum_range(NULL::reference.purpose), 'x', 'withdrawal', clock_timestamp(), 'infinity'
  FROM unnest('{partner,researchers}'::reference.audience[]) AS audience
"""
SOME = """
SELECT dataset_id, record_id FROM commons.source_record
 WHERE record_id %% 10 < 8 ORDER BY record_id * 7919 %% 100003 LIMIT %(number)s
"""
OF_DATASET = """
alternative_id IN (SELECT m.alternative_id FROM commons.membership m JOIN commons.source_record USING (record_id)
                    WHERE dataset_id = %(value)s)
"""
REBUILD = "SELECT commons.refresh_release(ARRAY(SELECT alternative_id FROM commons.alternative))"
READS = {
    "box of 0.8 km": BOX.replace("{side}", "0.011"),
    "box of 5 km": BOX.replace("{side}", "0.07"),
    "tile z14": TILE.format(table="{table}", z=14, x=8390, y=5496),
}


@contextmanager
def empty_commons() -> Iterator[EmbeddedCluster]:
    """Make a cluster with districts and no partner, and point DATABASE_URL at it."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = EmbeddedCluster(Path(folder))
        cluster.start()
        try:
            os.environ["DATABASE_URL"] = cluster.url()
            upgrade(cluster.url())
            with psycopg.connect(cluster.url()) as connection:
                connection.execute("SET ROLE commons_owner")
                load_districts(connection, packaged_districts())
            yield cluster
        finally:
            cluster.remove()


@contextmanager
def commons_of(datasets: int, size: int) -> Iterator[None]:
    """Make a commons of that many lists, released, and a plain table beside it."""
    with empty_commons() as cluster:
        with psycopg.connect(cluster.url()) as connection:
            cursor = psycopg.ClientCursor(connection)
            cursor.execute(WORLD.read_text("utf-8"), {"datasets": datasets, "size": size})
            connection.execute("ANALYZE")
            report("first release of everything, at commit", timed(connection.commit))
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            connection.execute(PLAIN)
            connection.execute("VACUUM ANALYZE")
        yield


def timed(work: Callable[[], object]) -> float:
    """Return the milliseconds that the work took."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def report(what: str, milliseconds: float, plain: float | None = None, target: str = "") -> None:
    """Print one line: what, how long, the plain table's time and the ratio."""
    beside = f"{plain:10.1f} {milliseconds / plain:7.2f} x" if plain else " " * 20
    print(f"{what:44}{milliseconds:12.1f} ms{beside}  {target}", flush=True)


def withdraw(connection: Connection, dataset: int, record: int | None) -> None:
    """Deny a record, or all of a dataset, to everyone, and commit."""
    connection.execute(DENY, {"dataset": dataset, "record": record})
    connection.commit()


def delete(connection: Connection, condition: str, value: int) -> None:
    """Delete the same of the plain table, and commit."""
    connection.execute(f"DELETE FROM public.plain WHERE {condition}", {"value": value})
    connection.commit()


def measure_changes(size: int) -> None:
    """Withdraw single records, then a dataset; rebuild everything; look for drift."""
    url = os.environ["DATABASE_URL"]
    with connect(Role.INGEST) as connection, psycopg.connect(url) as owner:
        some = connection.execute(SOME, {"number": 2 * ROUNDS}).fetchall()
        connection.commit()
        taken, plain = [], []
        for dataset, record in some:
            taken.append(timed(lambda d=dataset, r=record: withdraw(connection, d, r)))
            plain.append(timed(lambda r=record: delete(owner, "alternative_id = %(value)s", r)))
        report("one record withdrawn, first of a session", taken[0])
        report("one record withdrawn", statistics.median(taken), statistics.median(plain), "≤ 20 ms")
        last = connection.execute("SELECT max(dataset_id) FROM commons.dataset").fetchone()[0]
        whole = timed(lambda: withdraw(connection, last, None))
        gone = timed(lambda: delete(owner, OF_DATASET, last))
        report(f"a dataset of {size} withdrawn", whole, gone, "≤ 1 s")
        report("full rebuild", timed(lambda: (owner.execute(REBUILD), owner.commit())))
        report("drift check", timed(lambda: release_drift(owner)))
        print(f"drift: {release_drift(owner)}")
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def measure_reads() -> None:
    """Read as the public's login, and the same of the plain table, in turn; say whether the index is used."""
    with connect(Role.PUBLIC) as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        for what, query in READS.items():
            times: dict[str, list[float]] = {"alternative": [], "public.plain": []}
            rows = {}
            for _ in range(ROUNDS):
                for table, found in times.items():
                    text = query.format(table=table)
                    found.append(timed(lambda t=text: connection.execute(t).fetchall()))
                    rows[table] = len(connection.execute(text).fetchall())
            plan = "\n".join(
                row[0]
                for row in connection.execute(f"EXPLAIN (COSTS OFF) {query.format(table='alternative')}")
            )
            used = "index" if "Index Scan" in plan else "NO INDEX"
            medians = [statistics.median(found) for found in times.values()]
            report(
                f"public reads: {what} ({rows['alternative']} / {rows['public.plain']} rows)",
                *medians,
                f"≤ 1.1 x, {used}",
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--datasets", type=int, default=40)
    parser.add_argument("--size", type=int, default=5000)
    asked = parser.parse_args()
    print(
        f"{asked.datasets * asked.size} records of {asked.datasets} datasets; median, plain table, ratio, target"
    )
    with commons_of(asked.datasets, asked.size):
        measure_changes(asked.size)
        measure_reads()


if __name__ == "__main__":
    main()
