"""An attacker who keeps all that was ever published, and knows how it is made, works out nothing of fewer than five.

Independent of the code under test: it reads what researchers read, after every commit; the test itself knows the truth.
"""

import os
import random
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pytest
from hidden_worlds import HiddenWorld, random_entry, read_places, region_code

from commons.database.connection import Role, connect
from commons.research.freeze import freeze_statistics
from commons.vocabulary import Precision, Visibility

K = 5
WORLDS = max(3, int(os.environ.get("COMMONS_WORLDS", "4000")) // 400)
READ = "SELECT snapshot_id, level::text, code, category, shown, hidden FROM statistic"
TOLD = """
SELECT c.batch_id, m.record_id, c.category, c.sector, c.neighbourhood, c.commune, c.first_snapshot_id, c.last_snapshot_id
  FROM commons.statistic_count c JOIN commons.statistic_member m USING (batch_id) WHERE m.counts AND c.expires_at > now()
"""


@dataclass
class Batch:
    """What stands behind a published number: things, of which `fresh` had never been behind one before."""

    things: frozenset[int]
    fresh: frozenset[int]
    known_to: dict[int, frozenset[int]]


@dataclass
class Attacker:
    """Keeps every number of every snapshot at every time, and, as the worst case, which things stood behind each."""

    world: HiddenWorld
    region: str
    seen: dict = field(default_factory=lambda: defaultdict(set))
    batches: dict[int, Batch] = field(default_factory=dict)
    thing_of: dict[int, int] = field(default_factory=dict)
    snapshots: list[int] = field(default_factory=list)

    def freeze(self):
        with connect(Role.INGEST) as ingest:
            self.snapshots.append(freeze_statistics(ingest, frozen_by="t").snapshot_id)
        told = self._told()
        entries = self.world.entries
        behind = set(self.thing_of.values())
        for batch_id in sorted(told.keys() - self.batches.keys()):
            counted = {entries[record]: self._thing(entries[record]) for record, *_ in told[batch_id]}
            known = {
                partner: frozenset(
                    thing
                    for entry, thing in counted.items()
                    if entry.partner == partner or self._partners_see(entry.alternative_id)
                )
                for partner in range(1, self.world.partners + 1)
            }
            things = frozenset(counted.values())
            assert len(things) == len(told[batch_id])
            self.batches[batch_id] = Batch(things, things - behind, known)
        newest = self.snapshots[-1]
        for rows in told.values():
            if any(last is None or last == newest for *_, last in rows):
                for record, *_ in rows:
                    entry = entries[record]
                    of_it = [e for e in entries.values() if e.alternative_id == entry.alternative_id]
                    assert not any(e.is_shown() for e in of_it), "counted although it is shown"

    def look(self):
        """Read what is published now; it must be the sum of batches all of whose members grant it at this moment."""
        told = self._told()
        expected = defaultdict(int)
        for rows in told.values():
            assert all(self.world.entries[record].grants() for record, *_ in rows), "counted without a grant"
            for _, category, sector, neighbourhood, commune, first, last in rows:
                for snapshot in self.snapshots:
                    if first <= snapshot <= (last or snapshot):
                        places = (
                            ("region", self.region),
                            ("commune", commune),
                            ("neighbourhood", neighbourhood),
                            ("sector", sector),
                        )
                        for level, code in places:
                            expected[snapshot, level, code, None] += 1
                            if category is not None:
                                expected[snapshot, level, code, category] += 1
        with connect(Role.RESEARCHER) as reader:
            rows = reader.execute(READ).fetchall()
        published = {tuple(row[:4]): row[5] for row in rows if row[5] is not None}
        assert published == expected
        for (_, *cell), hidden in published.items():
            self.seen[tuple(cell)].add(hidden)
        for cell in self.seen:
            if any((snapshot, *cell) not in published for snapshot in self.snapshots):
                self.seen[cell].add(0)
        self._subtract_within(published)

    def _subtract_within(self, published):
        """A whole less its parts, in every snapshot: categories of a district, districts of a commune."""
        cells = defaultdict(int, published)
        for snapshot, level, code, category in published:
            if category is None:
                rest = cells[snapshot, level, code, None] - sum(
                    hidden for (s, lv, c, cat), hidden in published.items()
                    if (s, lv, c) == (snapshot, level, code) and cat is not None
                )  # fmt: skip
                assert rest == 0 or rest >= K
        for snapshot in self.snapshots:
            for finer, coarser in (
                ("sector", "neighbourhood"),
                ("neighbourhood", "commune"),
                ("sector", "commune"),
            ):
                for code in {getattr(e.place, coarser) for e in self.world.entries.values()}:
                    inside = {
                        getattr(e.place, finer)
                        for e in self.world.entries.values()
                        if getattr(e.place, coarser) == code
                    }
                    rest = cells[snapshot, coarser, code, None] - sum(
                        cells[snapshot, finer, c, None] for c in inside
                    )
                    assert rest == 0 or rest >= K

    def conclude(self):
        """Check what all that was seen adds up to."""
        for cell, values in self.seen.items():
            for one, other in combinations(values | {0}, 2):
                assert abs(one - other) >= K, f"{cell}: {one} and {other}"
        for batch in self.batches.values():
            for known in batch.known_to.values():
                for part in (batch.things, batch.fresh):
                    assert len(part - known) == 0 or len(part - known) >= K, "a partner subtracts its own"
        assert isolated([batch.things for batch in self.batches.values()]) is None

    def _told(self):
        told = defaultdict(list)
        for batch_id, *row in self.world.connection.execute(TOLD).fetchall():
            told[batch_id].append(tuple(row))
        self.world.connection.commit()
        return told

    def _thing(self, counted):
        """Return what a record speaks of: the same as any record of its alternative that was counted before."""
        before = [
            self.thing_of[record]
            for record, entry in self.world.entries.items()
            if entry.alternative_id == counted.alternative_id and record in self.thing_of
        ]
        return self.thing_of.setdefault(counted.record_id, min(before, default=counted.record_id))

    def _partners_see(self, alternative_id):
        return any(
            e.alternative_id == alternative_id and e.visibility is Visibility.PARTNERS and not e.gone
            for e in self.world.entries.values()
        )


def isolated(sets):
    """Return fewer than five things of which a sum or difference of multiples of the sets' sizes tells, or None.

    Such a combination is a vector of the space that the sets span which is zero everywhere else: it exists where the
    rank falls when these things' columns are left out. Things that are in the same sets stand or fall together.
    """
    things = sorted(set().union(*sets)) if sets else []
    if not things:
        return None
    matrix = np.array([[thing in members for thing in things] for members in sets], dtype=float)
    alike = defaultdict(list)
    for column in range(len(things)):
        alike[tuple(matrix[:, column])].append(column)
    small = [columns for columns in alike.values() if len(columns) < K]
    rank = np.linalg.matrix_rank(matrix)
    for many in range(1, K):
        for chosen in combinations(small, many):
            columns = [column for columns in chosen for column in columns]
            if len(columns) < K and np.linalg.matrix_rank(np.delete(matrix, columns, axis=1)) < rank:
                return {things[column] for column in columns}
    return None


def test_the_attack_itself_finds_what_there_is_to_find():
    assert isolated([{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}]) is None
    assert isolated([{1, 2, 3, 4, 5, 6, 7}, {1, 2, 3, 4, 5}]) == {6, 7}
    six = [set(range(6)) - {left} for left in range(6)]
    assert len(isolated(six)) == 1


def change_something(rng, world, places):
    here = [record for record, entry in world.entries.items() if not entry.gone]
    record = rng.choice(here)
    match rng.choices(
        ["add", "withdraw", "end", "categorise", "move", "coarsen", "visibility", "join", "twin", "back"],
        [10, 4, 2, 2, 2, 1, 3, 1, 2, 2],
    )[0]:
        case "add":
            told = (
                {"place": rng.choice(places), "partner": rng.randint(1, world.partners)}
                if rng.random() < 0.5
                else {}
            )
            world.add(random_entry(rng, world, places, **told) for _ in range(rng.randint(1, 12)))
        case "withdraw":
            world.withdraw(record)
        case "end":
            world.change(record, gone=True)
        case "back":
            ended = [r for r, entry in world.entries.items() if not entry.statistics and not entry.gone]
            if ended:
                world.change(rng.choice(ended), statistics=True)
        case "categorise":
            world.change(record, category=rng.choice(["food", "culture"]))
        case "move":
            world.change(record, place=rng.choice(places))
        case "coarsen":
            world.change(record, precision=rng.choice([Precision.NEIGHBOURHOOD, Precision.COMMUNE]))
        case "visibility":
            world.change(record, visibility=rng.choice(list(Visibility)), statistics=rng.random() < 0.8)
        case "join":
            world.join(record, world.entries[rng.choice(here)].alternative_id)
        case "twin":
            near = world.entries[record]
            world.add(
                [random_entry(rng, world, places, alternative_id=near.alternative_id, place=near.place)]
            )


@pytest.mark.parametrize("seed", range(WORLDS))
def test_nothing_published_over_time_tells_of_fewer_than_five(database, seed):
    rng = random.Random(seed)
    with database.connect() as connection:
        world = HiddenWorld(connection, partners=rng.randint(1, 4))
        places = read_places(connection, neighbourhoods=rng.randint(1, 3), sectors=rng.randint(1, 2))
        world.add(random_entry(rng, world, places) for _ in range(rng.randint(15, 100)))
        for near in rng.sample(sorted(world.entries), k=len(world.entries) // 5):
            twin = {"alternative_id": near, "place": world.entries[near].place}
            world.add([random_entry(rng, world, places, **twin)])
        connection.commit()
        attacker = Attacker(world, region_code(connection))
        for _ in range(rng.randint(3, 6)):
            attacker.freeze()
            attacker.look()
            for _ in range(rng.randint(1, 8)):
                change_something(rng, world, places)
                connection.commit()
                attacker.look()
        attacker.conclude()
