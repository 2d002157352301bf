"""The rows that an upload set aside, when they come back corrected: what we had added to them is taken away again."""

from dataclasses import replace

import numpy as np
import pandas as pd

from ingest.patterns import to_number
from ingest.read.table import ADDED, OWN_COLUMNS, RawTable

POINT_COLUMNS = ("_x", "_y")
"""Where a geometry stands that the file had: in the coordinates of the file, for a CSV has none."""
MADE_TEXT = r"(?=[=+\-@\x00\uff1d\uff0b\uff0d\uff20]|'\s*[^\w\s])"
"""How a cell begins before which an apostrophe is put: a formula to some spreadsheet (CWE-1236, with the full-width
signs), or what would pass for a cell that has got its apostrophe already."""


def made_text(cells: pd.Series) -> pd.Series:
    """Return the cells without blanks around them, an apostrophe before each that a spreadsheet would run.

    >>> made_text(pd.Series(["=1+1", "'t Zandje", "'-1"])).tolist()
    ["'=1+1", "'t Zandje", "''-1"]
    """
    return cells.astype("str").str.strip().str.replace(f"^{MADE_TEXT}", "'", regex=True)


def restored(raw: RawTable) -> RawTable:
    """Return a corrected list as the rows that it was made from, marked as a correction; any other file as it is."""
    if not set(OWN_COLUMNS) <= set(raw.rows.columns):
        return raw
    own = [*OWN_COLUMNS, *(POINT_COLUMNS if set(POINT_COLUMNS) <= set(raw.rows.columns) else ())]
    rows = raw.rows.drop(columns=own)
    if len(rows.columns):
        rows = rows.apply(lambda cells: cells.str.strip().str.replace(ADDED, "", regex=True))
    points = raw.points
    if len(own) > len(OWN_COLUMNS):
        points = np.column_stack([to_number(raw.rows[name]) for name in POINT_COLUMNS])
    return replace(raw, rows=rows, points=points, is_correction=True)
