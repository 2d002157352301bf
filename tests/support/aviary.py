"""Canaries: values that are nowhere else in the world, and an ear that hears each of them however it is written."""

import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

import numpy as np

TOKEN = re.compile(r"zq[0-9a-z]{7}k")
PHONE = re.compile(r"(?<!\d)(?:\+?32|0)(\d{8,9})(?!\d)")
ENTERPRISE = re.compile(r"(?<!\d)0\d{9}(?!\d)")
DAY = re.compile(r"1[0-9]{3}-\d\d-\d\d")
DEGREES = re.compile(r"(?<![\d.])\d{1,2}\.\d{5,}")
WKB = re.compile(r"0101000020E6100000([0-9A-F]{32})", re.IGNORECASE)
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
NEAR_DEGREES = 0.0004


@dataclass
class Aviary:
    """Every canary that has been let go, and what it stands for."""

    rng: random.Random
    told: dict[str, str] = field(default_factory=dict)
    points: dict[tuple[float, float], str] = field(default_factory=dict)
    taken: set[tuple[float, float]] = field(default_factory=set)
    """Places that are public for another reason, and of the canaries so far."""

    def text(self, what):
        number, letters = len(self.told) * 52_711_543_099 % 36**7, ""
        for _ in range(7):
            number, digit = divmod(number, 36)
            letters += LETTERS[digit]
        return self.keep(f"zq{letters}k", what)

    def number(self, first, what):
        return self.keep(f"{first}{len(self.told):06d}", what)

    def enterprise(self, what):
        eight = 8_000_000 + len(self.told)
        return self.keep(f"{eight:08d}{97 - eight % 97:02d}", what)

    def day(self, what):
        year, day = divmod(len(self.told), 364)  # figures by year speak of each year's first day
        return self.keep((date(1850 + year, 1, 2) + timedelta(days=day)).isoformat(), what)

    def point(self, near, what):
        place = None
        while place is None or rounded(*place) in self.taken:
            offsets = (self.rng.uniform(-NEAR_DEGREES, NEAR_DEGREES) for _ in near)
            place = tuple(float(f"{axis + offset:.12f}") for axis, offset in zip(near, offsets, strict=True))
        return self.point_at(place, what)

    def point_at(self, place, what):
        self.taken.add(rounded(*place))
        self.points[place] = self.keep(name_of(place), what)
        return place

    def keep(self, canary, what):
        assert canary not in self.told
        self.told[canary] = what
        return canary


def name_of(place):
    """Return what a point is called among the canaries."""
    return f"{place[0]!r} {place[1]!r}"


def rounded(x, y):
    """Return a place to the metre: no finer does anything that is shown round it."""
    return round(x, 5), round(y, 5)


def _paired(x, y):
    """Return one whole number for a place to the metre, or for many."""
    return np.rint(np.asarray(x) * 1e5).astype("i8") * 10**8 + np.rint(np.asarray(y) * 1e5).astype("i8")


class Ear:
    """Hears every canary in a text or in bytes: tokens, numbers, days, places as decimals, as WKB and as doubles."""

    def __init__(self, aviary):
        self.told = set(aviary.told)
        self.before = {}
        self.of_pair = {int(_paired(*place)): name for place, name in aviary.points.items()}
        self.pairs = np.array(sorted(self.of_pair))
        self.of_wkb = {np.array(place).tobytes().hex(): name for place, name in aviary.points.items()}
        self.of_axis = {
            np.float64(axis).view("u8"): name for place, name in aviary.points.items() for axis in place
        }
        self.axes = np.array(sorted(self.of_axis), dtype="u8")

    def heard(self, content):
        """Return the canaries in the content; of what was listened to before, what was heard then."""
        key = sha256(content.encode() if isinstance(content, str) else content).digest()
        if key not in self.before:
            text = content if isinstance(content, str) else content.decode("utf-8", "replace")
            words = set().union(
                *(pattern.findall(text) for pattern in (PHONE, ENTERPRISE, DAY)), TOKEN.findall(text.lower())
            )
            points = {self.of_wkb.get(point.lower()) for point in WKB.findall(text)} - {None}
            doubles = set() if isinstance(content, str) else self._doubles(content)
            self.before[key] = (words & self.told) | points | self._decimals(text) | doubles
        return self.before[key]

    def _decimals(self, text):
        """Return the points of which both coordinates follow each other, in either order, to the metre."""
        numbers = np.array(DEGREES.findall(text), dtype=float)
        one, other = numbers[:-1], numbers[1:]
        pairs = np.concatenate([_paired(one, other), _paired(other, one)])
        return {self.of_pair[pair] for pair in pairs[np.isin(pairs, self.pairs)]}

    def _doubles(self, content):
        found = set()
        for offset in range(8 if len(content) >= 15 else 0):
            words = np.frombuffer(content, dtype="<u8", count=(len(content) - offset) // 8, offset=offset)
            found |= {self.of_axis[word] for word in words[np.isin(words, self.axes)]}
        return found
