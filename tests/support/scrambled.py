"""The same commons with everything changed that one reader must not have: values, places, rows, names; nothing that it may have."""

import copy
import random
from dataclasses import replace

from aviary import name_of
from canaries import GROUP, write
from entitled import DISTRICTS

from commons.database.connection import Role, connect

LEVEL = {"sector": 0, "neighbourhood": 1, "commune": 2}
"""Where DISTRICTS says the code of a level."""
TRIES = 40


class Scrambled:
    """Plans for another world that this reader cannot tell from the first."""

    def __init__(self, commons, entitled, reader):
        self.commons, self.entitled = copy.copy(commons), entitled
        self.rng = random.Random(f"scrambled for {reader}")
        self.allowed = entitled.canaries(reader)
        self.seen = {g.record.key: g.precision for part in entitled.parts(reader) for g in part}
        self.linked = {
            record.key for pairs in entitled.pairs.values() for pair in pairs for record in pair[:2]
        }
        self.moves = self._moves()
        changed = {}
        self.commons.plans = [self._plan(plan, changed) for plan in commons.plans]

    def _plan(self, plan, changed):
        # What was shown once has left a trace that may be seen.
        settled = bool(plan.withdrawals) or plan.lapsed
        withdrawn = {key for key, _ in plan.withdrawals}
        for row in plan.kept:
            changed[id(row)] = row if withdrawn & {None, row.key} else self.row(plan, row, settled)
        rows = [changed[id(row)] for row in plan.kept if changed[id(row)] is not None]
        rows += [] if settled or plan.composed else self.newcomers(plan)
        uploads = [
            (self.new(name, "file"), [changed.get(id(row)) or row for row in some])
            for name, some in plan.uploads
        ]
        slug, _, token = plan.slug.rpartition("-")
        return replace(
            plan,
            slug=f"{slug}-{self.new(token, 'slug')}",
            said={what: self.new(canary, what) for what, canary in plan.said.items()},
            uploads=[*uploads[:-1], (uploads[-1][0], rows)],
            grades=[(key, self.new(slug, "slug"), *self.retold(*words)) for key, slug, *words in plan.grades],
        )

    def retold(self, *texts):
        """Return the words of an assessment as they are where they are shown, else others."""
        shown = set(" ".join(texts).split()) & self.allowed
        return texts if shown else tuple(f"Other {self.commons.token('other words')}" for _ in texts)

    def new(self, canary, what):
        return canary if canary in self.allowed else self.commons.token(f"{what} scrambled")

    def row(self, plan, row, settled):
        """Return the row with what is hidden of it changed; None where nothing of it is to be seen, and it may go."""
        if row.key in self.seen:
            return self.changed(
                row, keep_names=row.key in self.linked, point=self.moves.get(row.key, row.point)
            )
        fate = self.rng.random()
        if fate < 0.25 and not settled:
            return None
        if fate < 0.5 or plan.composed:
            return row
        point = row.point and self.commons.aviary.point(self.rng.choice(self.commons.places), "elsewhere")
        return self.changed(row, keep_names=False, point=point)

    def newcomers(self, plan):
        """Return hidden rows that were not there: some that speak of what is shown, from nearby, under nearly its name."""
        hidden = [row for row in plan.kept if row.key not in self.seen and row.point]
        shown = [row for row in self.entitled.row.values() if row.key in self.seen]
        made = []
        for row in hidden[::4]:
            like = self.rng.choice(shown) if self.rng.random() < 0.5 else row
            point = self.commons.aviary.point(like.point, "newcomer")
            new = self.changed(row, keep_names=False, point=point, phrase=like.phrase)
            new.key = new.written["partner_key"] = self.commons.token("newcomer's key")
            made.append(new)
        return made

    def changed(self, row, *, keep_names, point, phrase=None):
        new = copy.deepcopy(row)
        new.point, new.phrase = point, phrase or row.phrase
        for name in [name for name in GROUP if name in new.written]:
            canary = new.canaries.get(name)
            if (
                canary is None
                or set(canary.split()) & self.allowed
                or (keep_names and name.startswith("name"))
            ):
                continue
            if name != "name" and self.rng.random() < 0.3:
                del new.written[name], new.canaries[name]
            else:
                new.canaries[name] = self.commons.canary(name, f"scrambled {name}")
                new.written[name] = write(name, new.canaries[name], new.phrase)
        for name in ("remarque interne", "consent_by", "consent_evidence"):
            if name in new.written:
                new.written[name] = self.commons.token(f"scrambled {name}")
        if " / " in new.written["category"]:
            known = new.written["category"].partition(" / ")[0]
            new.written["category"] = f"{known} / {self.commons.token('scrambled category')}"
        title = new.canaries.get("participation")
        if title and title not in self.allowed:
            new.written["participation_title"] = f"Autre {self.commons.token('scrambled participation')}"
        if new.updated_on not in self.allowed and row.key not in self.seen:
            new.updated_on = new.written["updated_on"] = self.commons.aviary.day("scrambled updated_on")
        return new

    def _moves(self):
        """Return another place, within the district that is published, for what is shown no finer than by that."""
        blurred = {
            key: row for key, row in self.entitled.row.items()
            if self.seen.get(key) in LEVEL and key not in self.linked and name_of(row.point) not in self.allowed
        }  # fmt: skip
        tries = {key: [self._near(row.point) for _ in range(TRIES)] for key, row in blurred.items()}
        asked = [point for key, row in blurred.items() for point in (row.point, *tries[key])]
        with connect(Role.ADMIN) as connection:
            found = (
                [row[1:] for row in connection.execute(DISTRICTS, tuple(map(list, zip(*asked, strict=True))))]
                if asked
                else []
            )
        moves = {}
        for number, (key, points) in enumerate(tries.items()):
            here, *there = found[number * (TRIES + 1) : (number + 1) * (TRIES + 1)]
            level = LEVEL[self.seen[key]]
            same = [point for point, codes in zip(points, there, strict=True)
                    if codes[level] == here[level] and codes[3:] == here[3:] and None not in codes]  # fmt: skip
            if same:
                moves[key] = self.commons.aviary.point_at(same[0], "moved")
        return moves

    def _near(self, point):
        reach = self.rng.choice((0.0005, 0.003, 0.01))
        return tuple(axis + self.rng.uniform(-reach, reach) for axis in point)
