"""What an erased record is known by: keyed hashes of its key, names, place, address and contacts, each by itself.

Why these, and how alike a row must be: docs/decisions/0031-what-was-withdrawn-stays-away.md.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from commons.categories.scheme import fold
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.safekeeping.key import ErasureKey, find_erasure_key
from commons.schema.fields import FieldType, names_of

NAMES = ("name", "name_fr", "name_nl", "name_en")
PHONES, EMAILS = names_of(FieldType.PHONE), names_of(FieldType.EMAIL)
SITES, NUMBERS = names_of(FieldType.WEBSITE), names_of(FieldType.ENTERPRISE_NUMBER)
COLUMNS = ("partner_key", *NAMES, "lon", "lat", "street", "house_number", *PHONES, *EMAILS, *SITES, *NUMBERS)
"""What a frame must have: a missing value is None, a position NaN."""
Row: TypeAlias = Mapping[str, object]
Mark: TypeAlias = tuple[str, tuple[str, ...]]
PLACE_STEP = 1e-4
"""Degrees, about 10 m: a place is known with a name by its cell, and looked for in the eight around it too."""
CELL_STEP = 1e-3
"""Degrees, about 100 m by 70 m: a place by itself is known by so coarse a cell, and looked for around it too."""
NEIGHBOURS = tuple((east, north) for east in (-1, 0, 1) for north in (-1, 0, 1))
PHONE_DIGITS = 8
"""The last digits of a number, the same with and without the country and the leading zero."""
LEAST_LETTERS = 4
"""A shorter name is like too many others with a letter more or less."""


class Likeness(StrEnum):
    """How a row is like a record that was erased from its list."""

    ROW = "row"
    """It has its key, or a name of it with its place or its address."""
    NAME = "name"
    """It has a name of it, which two records may share."""
    ALIKE = "alike"
    """It is like it in its name and its place or a contact, or has two of its contacts."""


def hashes_of(key: ErasureKey, dataset: str, record: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the kinds and keyed hashes of all versions of one record."""
    marks = (
        mark
        for row in _rows(record)
        for mark in (
            *_plain_marks(row),
            *_placed_marks(row, ((0, 0),)),
            *_spelling_marks(row),
            *_part_marks(row),
            *_cell_marks(row, ((0, 0),)),
            *_street_marks(row),
            *_contact_marks(row),
        )
    )
    return {(kind, key.hash(kind, dataset, *parts)) for kind, parts in marks}


def find_erased(connection: Connection, dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """Return of each row its `Likeness` to a record that was erased from this dataset, missing where it has none.

    Raises CommonsError where the secret is not the one with which records were erased: nobody could tell then.
    """
    known = _known(connection, dataset)
    if not known:
        return pd.Series(None, index=frame.index, dtype=object)
    key = _the_key({each.key_id for each in known if not each.is_lifted})
    erased = _Erased(key, dataset.slug, known)
    return pd.Series([erased.likeness(row) for row in _rows(frame)], index=frame.index, dtype=object)


class _Known(NamedTuple):
    kind: str
    keyed_hash: str
    key_id: str
    is_lifted: bool
    record_id: int | None


class _Erased:
    """The records that were erased from a list and are still barred, by their hashes."""

    def __init__(self, key: ErasureKey, dataset: str, known: Iterable[_Known]) -> None:
        self._key, self._dataset = key, dataset
        self._records: defaultdict[tuple[str, str], set[int | None]] = defaultdict(set)
        self._having: defaultdict[str, set[int | None]] = defaultdict(set)
        self._ever_named: set[str] = set()
        for each in known:
            if each.kind == "name":
                self._ever_named.add(each.keyed_hash)
            if not each.is_lifted:
                self._records[each.kind, each.keyed_hash].add(each.record_id)
                self._having[each.kind].add(each.record_id)

    def likeness(self, row: Row) -> Likeness | None:
        marks = self._hashed(_plain_marks(row))
        # A place or an address is known with a name only: most rows are looked up by few hashes, not by twenty.
        if any(kind == "name" and told in self._ever_named for kind, told in marks):
            marks |= self._hashed(_placed_marks(row, NEIGHBOURS))
        kinds = {kind for kind, told in marks if (kind, told) in self._records}
        if kinds - {"name"}:
            return Likeness.ROW
        return Likeness.ALIKE if self._is_alike(row) else Likeness.NAME if kinds else None

    def _is_alike(self, row: Row) -> bool:
        """Tell whether two contacts, or a name and a contact or the place, are those of one erased record."""
        of_place = [*_cell_marks(row, NEIGHBOURS), *_street_marks(row)]
        near, contacts = self._found(of_place), self._found(_contact_marks(row))
        if any(len(kinds) >= 2 for kinds in contacts.values()):
            return True
        known_by = {kind for kind, _ in of_place}
        apart = {record for kind in known_by for record in self._having[kind]} - near.keys()
        if self._having["slip"] <= apart and not contacts:
            return False  # most rows: how their names are spelt need not be asked
        corroborated = near.keys() | contacts.keys()
        same = self._found(_spelling_marks(row)).keys() & self._having["slip"]
        longer_or_shorter = self._found(_word_marks(row)).keys()
        return bool((same - apart) | ((same | longer_or_shorter) & corroborated))

    def _hashed(self, marks: Iterable[Mark]) -> set[tuple[str, str]]:
        return {(kind, self._key.hash(kind, self._dataset, *parts)) for kind, parts in marks}

    def _found(self, marks: Iterable[Mark]) -> dict[int | None, set[str]]:
        """Return by which kinds of these marks each erased record is found."""
        found: defaultdict[int | None, set[str]] = defaultdict(set)
        for mark in self._hashed(marks):
            for record in self._records.get(mark, ()):
                found[record].add(mark[0])
        return found


def _known(connection: Connection, dataset: Dataset) -> list[_Known]:
    """Return what is known of the dataset's erased records, nothing where every erasure was lifted."""
    rows = connection.execute(
        "SELECT kind, keyed_hash, key_id, lifted_at IS NOT NULL, record_id FROM commons.erased_key WHERE dataset = %s",
        (dataset.slug,),
    ).fetchall()
    known = [_Known(*row) for row in rows]
    return [] if all(each.is_lifted for each in known) else known


def _the_key(key_ids: set[str]) -> ErasureKey:
    key = find_erasure_key()
    if key is None:
        raise CommonsError("erasure.key_missing")
    if key_ids != {key.key_id}:
        raise CommonsError("erasure.other_key")
    return key


def _rows(frame: pd.DataFrame) -> Iterator[Row]:
    told = frame[list(COLUMNS)].astype(object)
    for values in told.where(told.notna(), None).itertuples(index=False, name=None):
        yield dict(zip(COLUMNS, values, strict=True))


def _plain_marks(row: Row) -> Iterator[Mark]:
    """Yield each kind with the texts that are hashed for it: of the key and the names."""
    if row["partner_key"] is not None:
        yield "key", (str(row["partner_key"]),)
    yield from (("name", (name,)) for name in _names(row))


def _placed_marks(row: Row, around: Iterable[tuple[int, int]]) -> Iterator[Mark]:
    """Yield the same of the names with the place, in these cells around its own, and with the address."""
    names = _names(row)
    for east, north in _cells(row, PLACE_STEP, around):
        yield from (("place", (name, east, north)) for name in names)
    if address := _address(row):
        yield from (("address", (name, *address)) for name in names)


def _spelling_marks(row: Row) -> Iterator[Mark]:
    """Yield the letters of each name, and these with one less anywhere: two names that differ in one letter meet."""
    for letters in map(skeleton, _names(row)):
        if len(letters) >= LEAST_LETTERS:
            yield from (("slip", (slip,)) for slip in {letters, *_one_less(letters)})


def _part_marks(row: Row) -> Iterator[Mark]:
    """Yield each name without one of its words."""
    yield from (("part", (part,)) for name in _names(row) for part in _parts(name))


def _word_marks(row: Row) -> Iterator[Mark]:
    """Yield by what a row is found whose name has a word less than an erased record's, or one more."""
    for name in _names(row):
        yield "part", (name,)
        yield from (("name", (part,)) for part in _parts(name))


def _cell_marks(row: Row, around: Iterable[tuple[int, int]]) -> Iterator[Mark]:
    yield from (("cell", cell) for cell in _cells(row, CELL_STEP, around))


def _street_marks(row: Row) -> Iterator[Mark]:
    if address := _address(row):
        yield "street", address


def _contact_marks(row: Row) -> Iterator[Mark]:
    """Yield the telephone numbers, e-mail addresses, sites and enterprise numbers, each by itself."""
    for column in PHONES:
        if digits := re.sub(r"\D+", "", _text(row, column)):
            yield "phone", (digits[-PHONE_DIGITS:],)
    for column in EMAILS:
        if email := _text(row, column).strip().lower():
            yield "email", (email,)
    for column in SITES:
        if site := re.sub(r"^[a-z]+://|[?#].*$|/+$", "", _text(row, column).strip().lower()):
            yield "website", (site.removeprefix("www."),)
    for column in NUMBERS:
        if number := re.sub(r"\D+", "", _text(row, column)).lstrip("0"):
            yield "enterprise", (number,)


def skeleton(name: str) -> str:
    """Return the letters of a folded name that one hears: none doubled, no mute endings.

    >>> skeleton("l'atelier des jardins partages"), skeleton("buurtkeuken de belleefde bel")
    ('latelierdjardinpartag', 'burtkeukendbelefdbel')
    """
    words = (re.sub(r"(.)\1+", r"\1", word) for word in re.findall(r"[^\W_]+", name))
    return "".join(re.sub(r"(?<=.)[esx]+$", "", word) for word in words)


def _one_less(letters: str) -> Iterator[str]:
    return (letters[:at] + letters[at + 1 :] for at in range(len(letters)))


def _parts(name: str) -> set[str]:
    words = name.split()
    shorter = {" ".join(words[:at] + words[at + 1 :]) for at in range(len(words))}
    return {part for part in shorter if len(part) >= LEAST_LETTERS}


def _cells(row: Row, step: float, around: Iterable[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    lon, lat = row["lon"], row["lat"]
    if isinstance(lon, float) and isinstance(lat, float) and np.isfinite([lon, lat]).all():
        east, north = round(lon / step), round(lat / step)
        yield from ((str(east + x), str(north + y)) for x, y in around)


def _address(row: Row) -> tuple[str, str] | None:
    street, house_number = (fold(_text(row, column)) for column in ("street", "house_number"))
    return (street, house_number) if street else None


def _names(row: Row) -> set[str]:
    """Return the folded names; one that folds to nothing marks nothing."""
    return {fold(_text(row, column)) for column in NAMES} - {""}


def _text(row: Row, column: str) -> str:
    return "" if row[column] is None else str(row[column])
