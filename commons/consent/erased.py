"""What an erased record is known by: keyed hashes of its key, names, place, address and contacts, each by itself.

Why these, and how alike a row must be: docs/decisions/0031-what-was-withdrawn-stays-away.md.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from commons.categories.scheme import fold
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.ground.streets import name_street, split_number
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
POINT_STEP = 2e-4
"""Degrees, about 20 m: where one word in common is enough, looked for in the eight cells around it too."""
NEIGHBOURS = tuple((east, north) for east in (-1, 0, 1) for north in (-1, 0, 1))
WIDE = tuple((east, north) for east in range(-3, 4) for north in range(-2, 3))
"""Of coarse cells, 200 to 280 m: a place that is not within them contradicts."""
PHONE_DIGITS = 8
"""The last digits of a number, the same with and without the country and the leading zero."""
LEAST_LETTERS = 4
"""A shorter name is like too many others with a letter more or less; a shorter word tells nothing."""
LEAST_SLIP = 5
"""Letters of a word that is known with a letter missing too."""
FREQUENT_SHARE = 0.03
FREQUENT_LEAST = 4
"""A word in so many names of a list, and such a share of them, does not tell its records apart."""
WORDS_TOGETHER = 3
"""So many words of one name tell it together, frequent as each may be."""
WORDS_APART = 2
"""Words that a row's name may have more than the erased one."""
MOST_WORDS = 12
"""Words of a name that are looked at; some put a whole description there."""
DIGIT_LETTERS = str.maketrans("013457", "oieast")


class Likeness(StrEnum):
    """How a row is like a record that was erased from its list."""

    ROW = "row"
    """It has its key, or a name of it with its place or its address."""
    NAME = "name"
    """It has a name of it, which two records may share."""
    ALIKE = "alike"
    """It is like it in its name and its place or a contact, or has two of its contacts."""


def frequent_words(names: Iterable[Iterable[str | None]]) -> frozenset[str]:
    """Return the words that many records have in common, of which `names` has the names of each."""
    of_records = [{word for name in record for word in name_words(fold(name or ""))} for record in names]
    counts = Counter(word for words in of_records for word in words)
    least = max(FREQUENT_LEAST, FREQUENT_SHARE * len(of_records))
    return frozenset(word for word, count in counts.items() if count >= least)


def hashes_of(
    key: ErasureKey, dataset: str, record: pd.DataFrame, frequent: Collection[str] = ()
) -> set[tuple[str, str]]:
    """Return the kinds and keyed hashes of all versions of one record; by a `frequent` word it is not known."""
    marks = (
        mark
        for row in _rows(record)
        for mark in (
            *_plain_marks(row),
            *_placed_marks(row, ((0, 0),)),
            *_spelling_marks(row),
            *_part_marks(row),
            *(mark for word in _row_words(row) - set(frequent) for mark in _one_word_marks(word)),
            *_bag_marks(row, frequent),
            *_point_marks(row, ((0, 0),)),
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
        """Tell whether contacts, or names and what goes with them, are those of one erased record."""
        contacts = self._found(_contact_marks(row))
        if any(len(kinds) >= 2 for kinds in contacts.values()):
            return True
        words = self._shared_words(row)
        same = self._found(_spelling_marks(row)).keys() & self._having["slip"]
        longer_or_shorter = self._found(_word_marks(row)).keys()
        whole = self._found(_longer_bag_marks(row)).keys() & self._having["bag"]
        if not (words or same or longer_or_shorter or whole):
            return False  # most rows: where they lie need not be asked
        cells = [*_cell_marks(row, WIDE)]
        near, close, at_address = (
            self._found(marks).keys() for marks in (cells, _point_marks(row, NEIGHBOURS), _street_marks(row))
        )
        elsewhere = (self._having["cell"] if cells else set()) - near - at_address
        other_address = (self._having["street"] if _address(row) else set()) - near - at_address
        several = {record for record, count in words.items() if count >= 2}
        corroborated = near | at_address | contacts.keys()
        return bool(
            ((same | longer_or_shorter | several) & corroborated)
            | (same - elsewhere - other_address)
            | (whole - elsewhere)
            | (words.keys() & (close | at_address))
        )

    def _shared_words(self, row: Row) -> Counter[int | None]:
        """Return how many of the row's words each erased record has, be it with another letter."""
        found = (self._found(_one_word_marks(word)) for word in _row_words(row))
        return Counter(record for records in found for record in records)

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


def _one_word_marks(word: str) -> Iterator[Mark]:
    """Yield a word, and a long one with one letter less anywhere."""
    slips = _one_less(word) if len(word) >= LEAST_SLIP else ()
    yield from (("word", (slip,)) for slip in {word, *slips})


def _bag_marks(row: Row, frequent: Collection[str]) -> Iterator[Mark]:
    """Yield the words of each name that tells by one of them or by all together, whatever their order."""
    for words in map(name_words, _names(row)):
        if words - set(frequent) or len(words) >= WORDS_TOGETHER:
            yield "bag", tuple(sorted(words))


def _longer_bag_marks(row: Row) -> Iterator[Mark]:
    """Yield by what a row is found whose names have the words of an erased record's, and perhaps some more."""
    for words in map(name_words, _names(row)):
        for more in range(min(WORDS_APART, len(words) - 1) + 1):
            yield from (("bag", kept) for kept in combinations(sorted(words), len(words) - more))


def _point_marks(row: Row, around: Iterable[tuple[int, int]]) -> Iterator[Mark]:
    yield from (("point", cell) for cell in _cells(row, POINT_STEP, around))


def _cell_marks(row: Row, around: Iterable[tuple[int, int]]) -> Iterator[Mark]:
    yield from (("cell", cell) for cell in _cells(row, CELL_STEP, around))


def _street_marks(row: Row) -> Iterator[Mark]:
    """Yield the address as it is written, and the street by each of its names with the number without a letter."""
    if address := _address(row):
        yield "street", address
        street, number = address
        inner = split_number(street)[1]
        found = re.match(r"\D{0,6}(\d{1,4})", number)
        house = found[1] if found else "" if np.isnan(inner) else str(int(inner))
        yield from (("street", (name, house)) for name in name_street(street))


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


def name_words(name: str) -> frozenset[str]:
    """Return the words of a folded name that are long enough to tell, in the letters that one hears.

    >>> sorted(name_words("atelier des luc1oles dorees"))
    ['atelier', 'dor', 'luciol']
    """
    words = [word for word in re.findall(r"[^\W_]+", name) if len(word) >= LEAST_LETTERS]
    words = [word if word.isdigit() else word.translate(DIGIT_LETTERS) for word in words[:MOST_WORDS]]
    return frozenset(map(skeleton, words))


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


def _row_words(row: Row) -> set[str]:
    return {word for name in _names(row) for word in name_words(name)}


def _text(row: Row, column: str) -> str:
    return "" if row[column] is None else str(row[column])
