"""Few records beside many stored ones: what is kept of each place, and which pairs found by it are candidates."""

import numpy as np
import pandas as pd

from ingest.link.candidates import Asked, Pairs, cell_key, cells, is_found_near, is_placed, spots
from ingest.link.names import BITS, NONE
from ingest.link.prepare import Prepared

NAMELESS = BITS + 1
"""Fewest bits of a record without a name: it is like no other by its letters, as for `at_all_alike`."""


def place_table(prepared: Prepared) -> pd.DataFrame:
    """Return where each placed record lies, the `letters` of all its names, and the `fewest` bits of one.

    Two records of which a name is at all alike share so many of all their letters, too: what `letters` leaves out,
    `at_all_alike` would. They are 256 bits, written as PostgreSQL reads them.
    """
    placed = np.flatnonzero(is_placed(prepared))
    names = prepared.names
    borne = names.of_record[placed]
    grams = np.where((borne == NONE)[:, :, None], np.uint64(0), names.grams[borne])
    counts = np.bitwise_count(grams).sum(axis=2, dtype="int64")
    letters = np.bitwise_or.reduce(grams, axis=1).astype(">u8")
    column, row = (numbers[placed] for numbers in cells(prepared))
    return pd.DataFrame(
        {
            "record_id": prepared.record_id[placed],
            "x": prepared.x[placed],
            "y": prepared.y[placed],
            "cell": cell_key(column, row),
            "spot": spots(prepared)[placed],
            "letters": ["x" + some.tobytes().hex() for some in letters],
            "fewest": np.where(borne == NONE, NAMELESS, counts).min(axis=1),
        }
    )


def around_table(prepared: Prepared) -> pd.DataFrame:
    """Return `record_id` and `cell` of each placed record's own cell and the eight around it."""
    placed = np.flatnonzero(is_placed(prepared))
    column, row = (numbers[placed] for numbers in cells(prepared))
    steps = (-1, 0, 1)
    return pd.concat(
        [
            pd.DataFrame({"record_id": prepared.record_id[placed], "cell": cell_key(column + x, row + y)})
            for x in steps
            for y in steps
        ],
        ignore_index=True,
    )


def found_pairs(prepared: Prepared, found: pd.DataFrame, asked: Asked) -> Pairs:
    """Return the positions of the pairs `found` that are candidates: by a key, or near and alike enough.

    `found` has `left_record_id`, `right_record_id` and `by_key`. A record that is not among these is not compared.
    """
    ids = prepared.record_id
    sides = [found[f"{side}_record_id"].to_numpy(dtype="int64") for side in ("left", "right")]
    known = np.isin(sides[0], ids) & np.isin(sides[1], ids)
    left, right = (np.searchsorted(ids, side[known]).astype("int32") for side in sides)
    kept = found["by_key"].to_numpy(dtype=bool)[known]
    kept[~kept] = is_found_near(prepared, left[~kept], right[~kept])
    kept &= asked.wants(prepared, left, right)
    return left[kept], right[kept]
