"""Merging in the database: all of it for the first time, what a few new records cost after that, and all again.

    python benchmarks/merge.py [--records 100000] [--new 1000] [--dense]

The baseline is the linker alone, on the same records in memory: what is more is reading what consent allows, keys,
decisions, clusters and the release at commit. The records are those of `linkage_world.py`, in two lists; a million lie
in the region only where it is ten times as thick (`--dense`).
Nothing is left behind.
"""

import argparse
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from linkage_world import make_world
from release import empty_commons

from commons.database.connection import Connection, Role, connect
from commons.database.statements import copy_frame
from ingest.link.places import shipped_linker
from ingest.merge.merge import MergeResult, merge

LISTS, STORE = (
    Path(__file__).with_name(f"merge_{name}.sql").read_text("utf-8") for name in ("lists", "store")
)
INCOMING = """
CREATE TEMPORARY TABLE incoming (
    dataset_id bigint, partner_key text, name text, x float8, y float8, street text, house_number text, postcode text,
    municipality text, phone text, email text, website text, category text, enterprise_number text) ON COMMIT DROP
"""
COLUMNS = (
    "dataset_id", "partner_key", "name", "x", "y", "street", "house_number", "postcode", "municipality", "phone",
    "email", "website", "category", "enterprise_number",
)  # fmt: skip


def store(connection: Connection, records: pd.DataFrame) -> None:
    """Store the records as two uploads would, the dataset ids being 1 and 2."""
    told = records.assign(partner_key=records["record_id"].astype(str))
    told["dataset_id"] = pd.factorize(told["dataset_id"], sort=True)[0] + 1
    connection.execute(INCOMING)
    copy_frame(connection, "incoming", told.reindex(columns=list(COLUMNS)))
    connection.execute(STORE)
    connection.execute("ANALYZE commons.source_record; ANALYZE commons.record_version")


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long the block takes, and the most memory that was used so far."""
    started = time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:44} {time.perf_counter() - started:8.2f} s   peak {peak:6.0f} MiB", flush=True)


def linked(*, everything: bool = False) -> MergeResult:
    """Return what a run of linking changed; it is released at its commit."""
    with connect(Role.ADMIN) as connection:
        started = time.perf_counter()
        result = merge(connection, everything=everything)
        print(f"  linking {time.perf_counter() - started:.2f} s, the rest is the release; {result}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--dense", action="store_true")
    asked = parser.parse_args()
    records = make_world(asked.records + asked.new, dense=asked.dense).records.sample(frac=1, random_state=1)
    old, new = records.iloc[: asked.records], records.iloc[asked.records :]
    with timed("baseline: the linker alone, in memory"):
        shipped_linker().pairs(old)
    with empty_commons():
        with connect(Role.ADMIN) as connection:
            connection.execute(LISTS)
            store(connection, old)
            with timed(f"merge {len(old)} for the first time"):
                merge(connection)
            started = time.perf_counter()
        print(f"release at commit {time.perf_counter() - started:.2f} s")
        with (
            timed(f"{len(new)} new beside {len(old)}, with their release"),
            connect(Role.ADMIN) as connection,
        ):
            store(connection, new)
            result = merge(connection)
        print(f"  compared with {result.compared_with} others, {result.decisions_added} decisions")
        with timed("nothing new"):
            linked()
        with timed("everything again"):
            again = linked(everything=True)
        assert (again.decisions_added, again.decisions_retired, again.records_moved) == (0, 0, 0)


if __name__ == "__main__":
    main()
