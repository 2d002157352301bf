"""What an erased record is known by: keyed hashes of its key, of its names, and of these with its place or address."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from commons.categories.scheme import fold
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.safekeeping.key import ErasureKey, find_erasure_key

NAMES = ("name", "name_fr", "name_nl", "name_en")
COLUMNS = ("partner_key", *NAMES, "lon", "lat", "street", "house_number")
"""What a frame must have: a missing value is None, a position NaN."""
Row: TypeAlias = Mapping[str, object]
Mark: TypeAlias = tuple[str, tuple[str, ...]]
PLACE_STEP = 1e-4
"""Degrees, about 10 m: a place is known by its cell, and looked for in the eight around it too."""
NEIGHBOURS = tuple((east, north) for east in (-1, 0, 1) for north in (-1, 0, 1))


def hashes_of(key: ErasureKey, dataset: str, record: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the kinds and keyed hashes of all versions of one record."""
    marks = (mark for row in _rows(record) for mark in (*_plain_marks(row), *_placed_marks(row, ((0, 0),))))
    return {(kind, key.hash(kind, dataset, *parts)) for kind, parts in marks}


def find_erased(connection: Connection, dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """Return which rows speak of a record that was erased from this dataset: `row`, `name`, or missing.

    `row` is known by its key, or by a name with the place or the address; `name` by a name alone, which two records may
    share. Raises CommonsError where the secret is not the one with which records were erased: nobody could tell then.
    """
    known = _known(connection, dataset)
    if not known:
        return pd.Series(None, index=frame.index, dtype=object)
    key = _the_key({each.key_id for each in known if not each.is_lifted})
    # A place or an address is known with a name only: most rows are looked up by two hashes, not by twenty.
    named = {each.keyed_hash for each in known if each.kind == "name"}
    erased = {(each.kind, each.keyed_hash) for each in known if not each.is_lifted}

    def kind_of(row: Row) -> str | None:
        marks = [(kind, key.hash(kind, dataset.slug, *parts)) for kind, parts in _plain_marks(row)]
        if any(kind == "name" and told in named for kind, told in marks):
            placed = _placed_marks(row, NEIGHBOURS)
            marks += [(kind, key.hash(kind, dataset.slug, *parts)) for kind, parts in placed]
        kinds = {kind for kind, told in marks if (kind, told) in erased}
        return "row" if kinds - {"name"} else "name" if kinds else None

    return pd.Series([kind_of(row) for row in _rows(frame)], index=frame.index, dtype=object)


class _Known(NamedTuple):
    kind: str
    keyed_hash: str
    key_id: str
    is_lifted: bool


def _known(connection: Connection, dataset: Dataset) -> list[_Known]:
    """Return what is known of the dataset's erased records, nothing where every erasure was lifted."""
    rows = connection.execute(
        "SELECT kind, keyed_hash, key_id, lifted_at IS NOT NULL FROM commons.erased_key WHERE dataset = %s",
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
    lon, lat = row["lon"], row["lat"]
    if isinstance(lon, float) and isinstance(lat, float) and np.isfinite([lon, lat]).all():
        east, north = round(lon / PLACE_STEP), round(lat / PLACE_STEP)
        yield from (("place", (name, str(east + x), str(north + y))) for name in names for x, y in around)
    street, house_number = (fold(str(row[column] or "")) for column in ("street", "house_number"))
    if street:
        yield from (("address", (name, street, house_number)) for name in names)


def _names(row: Row) -> set[str]:
    """Return the folded names; one that folds to nothing marks nothing."""
    return {fold(str(row[column])) for column in NAMES if row[column] is not None} - {""}
