"""A street's name and house number in one form, however French, Dutch, abbreviated or bilingual it is written."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from commons.categories.scheme import fold

BOX = re.compile(
    r"^(?P<before>.*[0-9].*?)[\s,;/-]+(?:bte|bt|boite|bus|box|b|etage|et|verd|app?)[\s.:]*(?:[0-9]{1,4}[a-z]?|[a-z])$"
)
"""A box comes after a house number: a street may be called after a bus."""
NUMBER_LAST = re.compile(r"^(?P<street>.*?[a-z].*?)[\s,;]+(?:n|nr|no|num|numero|nummer)?[\s.°º:]*(?P<number>[0-9]{1,4})"
                         r"(?:\s?(?:bis|ter|[a-z])\b)?(?:\s?[-/+&]\s?[0-9]{1,4}\s?[a-z]?)*$")  # fmt: skip
NUMBER_FIRST = re.compile(r"^(?P<number>[0-9]{1,4})(?:\s?(?:bis|ter|[a-d])\b)?\s*,?\s+(?P<street>[a-z].*)$")
HALVES = re.compile(r"\s+[-\u2013\u2014]\s+|\s*[/|]\s*")
"""What stands between the two languages; a hyphen within a name has no blanks around it."""
MAX_LETTERS = 200


def name_street(text: str) -> frozenset[str]:
    """Return the names that a street may go by: its proper name and the kind of street; none where it has no name.

    A Dutch "laan" is an avenue or a boulevard: it goes by both.

    >>> sorted(name_street("Chée de Haecht 12 bte 3")), sorted(name_street("HAACHTSESTEENWEG"))
    (['haecht|chaussee'], ['haachtse|chaussee'])
    >>> sorted(name_street("Av. Louise - Louizalaan"))
    ['louise|avenue', 'louiza|avenue', 'louiza|boulevard']
    """
    street, _ = split_number(text)
    return frozenset(key for half in HALVES.split(street) for key in _name_half(half))


def split_number(text: str) -> tuple[str, float]:
    """Return the folded street without its house number and box, and the number (NaN where there is none).

    >>> split_number("12, rue Haute"), split_number("Rue du 11 Novembre")[0]
    (('rue haute', 12.0), 'rue du 11 novembre')
    """
    folded = fold(text[:MAX_LETTERS])
    box = BOX.match(folded)
    folded = box["before"] if box else folded
    found = NUMBER_LAST.match(folded) or NUMBER_FIRST.match(folded)
    if found is None:
        return folded, float("nan")
    return found["street"].strip(" ,;"), float(found["number"])


def _name_half(half: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", half.replace("'", " ").replace("\u2019", " "))
    kinds, rest = _kinds(words)
    same = _table()["same"]
    proper = " ".join(same.get(word, word) for word in rest if word not in _table()["dropped"])
    return {f"{proper}|{kind}" for kind in kinds} if proper else set()


def _kinds(words: list[str]) -> tuple[set[str], list[str]]:
    """Return the kinds that a street may be of, and the words of its own name; no kind at all is a kind too."""
    before, after = _table()["before"], _table()["after"]
    for length in (2, 1):
        first = " ".join(words[:length])
        if len(words) > length and first in before:
            return before[first], words[length:]
    if words:
        for word in sorted(after, key=len, reverse=True):
            stem = words[-1].removesuffix(word)
            if words[-1].endswith(word) and (stem or len(words) > 1):
                return after[word], [*words[:-1], stem] if stem else words[:-1]
    return {""}, words


@cache
def _table() -> dict[str, Any]:
    """Return the words of streets.toml: before and after as word -> kinds, same as word -> spelling."""
    read = tomllib.loads((files("commons.ground") / "streets.toml").read_text("utf-8"))
    kinds: dict[str, Any] = {}
    for side in ("before", "after"):
        kinds[side] = {}
        for kind, words in read[side].items():
            for word in words:
                kinds[side].setdefault(word, set()).add(kind)
    kinds["dropped"] = frozenset(read["words"]["dropped"])
    kinds["same"] = {word: short for short, words in read["words"]["same"].items() for word in words}
    return kinds
