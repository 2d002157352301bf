"""Records dealt out to be compared in parts, so that every pair comes up in exactly one of them.

Nothing here knows what deals the parts out. By place: a tile is a square of cells; it holds the records in it, which
are at home there, and those in the cells around it. A pair belongs to the tile where its smaller record is at home; the
other one lies at most a cell away, and so is there too. By key: a pair that shares keys is given as one row.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest.link.candidates import (
    Asked,
    cells,
    is_found_by_key_alone,
    is_placed,
    key_table,
    placed_pairs,
)
from ingest.link.linker import RECORD_COLUMNS
from ingest.link.places import Compared, PlacesLinker, compare_pairs
from ingest.link.prepare import Numbers, metres_of, prepare, texts_of

TILE_CELLS = 16
"""Cells on the side of a tile: 3.2 km; the cells around it are a quarter more."""
NUMBERS, METRES = ("record_id", "dataset_id"), {"x": np.nan, "y": np.nan, "uncertainty_m": 0.0}
TEXTS = tuple(column for column in RECORD_COLUMNS if column not in {*NUMBERS, *METRES})
FOUND_COLUMNS = ("left_record_id", "right_record_id", "pattern")


def plain_records(records: pd.DataFrame) -> pd.DataFrame:
    """Return the records with every column of `RECORD_COLUMNS`, each of one type: whole numbers, metres, texts."""
    return pd.DataFrame(
        {column: records[column].to_numpy(dtype="int64") for column in NUMBERS}
        | {column: metres_of(records, column, otherwise) for column, otherwise in METRES.items()}
        | {column: texts_of(records, column).to_numpy(dtype=object) for column in TEXTS}
    )


def in_tiles(records: pd.DataFrame) -> pd.DataFrame:
    """Return the placed records, once for each tile that they are in or next to.

    Beside their own columns: `tile_x`, `tile_y`, and `is_home`, whether the record lies in that tile.
    """
    ordered = records.sort_values("record_id", ignore_index=True)
    prepared = prepare(ordered[[*NUMBERS, *METRES]])
    placed = np.flatnonzero(is_placed(prepared))
    column, row = (numbers[placed] for numbers in cells(prepared))
    around = (-1, 0, 1)
    dealt = pd.concat(
        [
            pd.DataFrame(
                {
                    "at": placed,
                    "tile_x": (column + x) // TILE_CELLS,
                    "tile_y": (row + y) // TILE_CELLS,
                    "home_x": column // TILE_CELLS,
                    "home_y": row // TILE_CELLS,
                }
            )
            for x in around
            for y in around
        ]
    ).drop_duplicates()
    is_home = (dealt["tile_x"] == dealt["home_x"]) & (dealt["tile_y"] == dealt["home_y"])
    told = ordered.iloc[dealt["at"]].reset_index(drop=True)
    return told.assign(
        tile_x=dealt["tile_x"].to_numpy(), tile_y=dealt["tile_y"].to_numpy(), is_home=is_home.to_numpy()
    )


def compare_tile(tile: pd.DataFrame, linker: PlacesLinker) -> pd.DataFrame:
    """Return `FOUND_COLUMNS` of the pairs that belong to one tile, as `in_tiles` dealt it.

    With a column `is_changed`, only those that hold a record of which it is true.
    """
    ordered = tile.sort_values("record_id", ignore_index=True)
    changed = ordered["is_changed"].to_numpy(dtype=bool) if "is_changed" in ordered else None
    asked = Asked(linker.across, changed, ordered["is_home"].to_numpy(dtype=bool))
    prepared = linker.prepared(ordered)
    return _found(compare_pairs(prepared, placed_pairs(prepared, asked)))


def keys_of(records: pd.DataFrame, linker: PlacesLinker) -> pd.DataFrame:
    """Return `record_id` and `key`: by what else than its place each record is found."""
    prepared = linker.prepared(records)
    keys = key_table(prepared)
    return pd.DataFrame({"record_id": prepared.record_id[keys["at"]], "key": keys["key"].to_numpy()})


def compare_rows(rows: pd.DataFrame, linker: PlacesLinker) -> pd.DataFrame:
    """Return `FOUND_COLUMNS` of the rows whose records are not found by their place too.

    A row holds two records that share a key, the smaller one's columns with `left_` before them, the other's
    with `right_`.
    """
    nothing = np.zeros(0, dtype="int64")
    if rows.empty:
        return _pair_frame(nothing, nothing, nothing.astype("int32"))
    sides = [rows[[f"{side}_{column}" for column in RECORD_COLUMNS]] for side in ("left", "right")]
    both = pd.concat([side.set_axis(list(RECORD_COLUMNS), axis=1) for side in sides], ignore_index=True)
    # Numbered anew: a record may stand in several rows.
    prepared = linker.prepared(both.assign(record_id=np.arange(len(both))))
    left = np.arange(len(rows), dtype="int32")
    right = left + np.int32(len(rows))
    alone = is_found_by_key_alone(prepared, left, right)
    compared = compare_pairs(prepared, [(left[alone], right[alone])])
    ids = both["record_id"].to_numpy(dtype="int64")
    return _pair_frame(ids[compared.left], ids[compared.right], compared.pattern)


def _found(compared: Compared) -> pd.DataFrame:
    ids = compared.prepared.record_id
    return _pair_frame(ids[compared.left], ids[compared.right], compared.pattern)


def _pair_frame(left: Numbers, right: Numbers, pattern: npt.NDArray[np.int32]) -> pd.DataFrame:
    return pd.DataFrame(dict(zip(FOUND_COLUMNS, (left, right, pattern), strict=True)))
