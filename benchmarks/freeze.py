"""Statistics: what freezing a snapshot costs, what it adds to a withdrawal, and what a researcher's reading costs.

    python benchmarks/freeze.py [--datasets 40] [--size 5000]

A fifth of the records are hidden from researchers and may be counted. The baseline of a withdrawal is the same one with
nothing frozen.
"""

import argparse
import statistics

from release import ROUNDS, commons_of, report, timed, withdraw

from commons.database.connection import Connection, Role, connect
from commons.research import statistics as read_statistics
from commons.research.freeze import freeze_statistics
from commons.vocabulary import DistrictLevel

HIDDEN = """
INSERT INTO commons.consent (dataset_id, record_id, upload_id, effect, audience, field_groups, purposes, given_by,
                             evidence_kind, valid_from, valid_until)
SELECT r.dataset_id, r.record_id, u.upload_id, 'allow', 'researchers', '{existence,identity,location}', '{statistics}',
       'partner', 'import flag', now(), '2099-01-01'
  FROM commons.source_record r JOIN commons.upload u USING (dataset_id) WHERE r.record_id % 10 >= 8
"""
SINGLE = """
SELECT dataset_id, record_id FROM commons.source_record
 WHERE record_id % 10 IN ({tenths}) AND dataset_id < 38 ORDER BY record_id * 7919 % 100003 LIMIT {rounds}
"""


def freeze(connection: Connection) -> None:
    """Freeze a snapshot and say what is in it."""
    frozen = freeze_statistics(connection, frozen_by="benchmark")
    connection.commit()
    told = {level.value: hidden for level, hidden in frozen.hidden.items()}
    print(f"    snapshot {frozen.snapshot_id}: {frozen.shown} shown, hidden {told}, waiting {frozen.waiting}")


def single_ms(connection: Connection, tenths: str) -> float:
    """Return the median milliseconds of a single record's withdrawal."""
    rows = connection.execute(SINGLE.format(tenths=tenths, rounds=ROUNDS)).fetchall()
    connection.commit()
    return statistics.median(
        timed(lambda d=dataset, r=record: (withdraw(connection, d, r), connection.commit()))
        for dataset, record in rows
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--datasets", type=int, default=40)
    parser.add_argument("--size", type=int, default=5000)
    asked = parser.parse_args()
    print(
        f"{asked.datasets * asked.size} records of {asked.datasets} datasets; median, baseline, ratio, target"
    )
    with commons_of(asked.datasets, asked.size), connect(Role.INGEST) as connection:
        connection.execute(HIDDEN)
        connection.commit()
        plain = single_ms(connection, "1"), single_ms(connection, "8")
        whole = timed(lambda: (withdraw(connection, 40, None), connection.commit()))
        report("first snapshot", timed(lambda: freeze(connection)))
        report("second snapshot, nothing changed", timed(lambda: freeze(connection)))
        report("a shown record withdrawn", single_ms(connection, "2"), plain[0], "≤ 20 ms")
        report("a counted record withdrawn", single_ms(connection, "9"), plain[1], "≤ 20 ms")
        report(
            "a dataset of 5000 withdrawn",
            timed(lambda: (withdraw(connection, 39, None), connection.commit())),
            whole,
            "≤ 1 s",
        )
        report("third snapshot", timed(lambda: freeze(connection)))
        for level in DistrictLevel:
            report(f"a researcher reads: {level}", timed(lambda lv=level: read_statistics(level=lv)))


if __name__ == "__main__":
    main()
