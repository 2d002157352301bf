"""What an erased record is known by: keyed hashes of its key, of its names, and of these with its place or address."""

from collections.abc import Iterable, Iterator

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
PLACE_STEP = 1e-4
"""Degrees, about 10 m: a place is known by its cell, and looked for in the eight around it too."""
NEIGHBOURS = tuple((east, north) for east in (-1, 0, 1) for north in (-1, 0, 1))


def hashes_of(key: ErasureKey, dataset: str, record: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the kinds and keyed hashes of all versions of one record."""
    return {
        (kind, key.hash(kind, dataset, *parts))
        for row in _rows(record)
        for kind, parts in _marks(row, ((0, 0),))
    }


def find_erased(connection: Connection, dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """Return which rows speak of a record that was erased from this dataset: `row`, `name`, or missing.

    `row` is known by its key, or by a name with the place or the address; `name` by a name alone, which two records may
    share. Raises CommonsError where the secret is not the one with which records were erased: nobody could tell then.
    """
    known = _known(connection, dataset)
    if not known:
        return pd.Series(None, index=frame.index, dtype=object)
    key = _the_key({key_id for _, _, key_id in known})
    erased = {(kind, keyed_hash) for kind, keyed_hash, _ in known}
    found = []
    for row in _rows(frame):
        kinds = {
            kind
            for kind, parts in _marks(row, NEIGHBOURS)
            if (kind, key.hash(kind, dataset.slug, *parts)) in erased
        }
        found.append("row" if kinds - {"name"} else "name" if kinds else None)
    return pd.Series(found, index=frame.index, dtype=object)


def _known(connection: Connection, dataset: Dataset) -> list[tuple[str, str, str]]:
    return connection.execute(
        "SELECT kind, keyed_hash, key_id FROM commons.erased_key WHERE dataset = %s AND lifted_at IS NULL",
        (dataset.slug,),
    ).fetchall()


def _the_key(key_ids: set[str]) -> ErasureKey:
    key = find_erasure_key()
    if key is None:
        raise CommonsError("erasure.key_missing")
    if key_ids != {key.key_id}:
        raise CommonsError("erasure.other_key")
    return key


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    told = frame[list(COLUMNS)].astype(object)
    for values in told.where(told.notna(), None).itertuples(index=False, name=None):
        yield dict(zip(COLUMNS, values, strict=True))


def _marks(
    row: dict[str, object], around: Iterable[tuple[int, int]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each kind with the texts that are hashed for it; a name that folds to nothing marks nothing."""
    if row["partner_key"] is not None:
        yield "key", (str(row["partner_key"]),)
    names = {fold(str(row[column])) for column in NAMES if row[column] is not None} - {""}
    lon, lat = row["lon"], row["lat"]
    cells: list[tuple[str, str]] = []
    if isinstance(lon, float) and isinstance(lat, float) and np.isfinite([lon, lat]).all():
        east, north = round(lon / PLACE_STEP), round(lat / PLACE_STEP)
        cells = [(str(east + x), str(north + y)) for x, y in around]
    street = fold(str(row["street"] or ""))
    for name in names:
        yield "name", (name,)
        yield from (("place", (name, *cell)) for cell in cells)
        if street:
            yield "address", (name, street, fold(str(row["house_number"] or "")))
