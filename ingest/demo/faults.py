"""Bad rows, made on purpose, so that a report has something of every kind to say."""

from collections.abc import Callable

import numpy as np
import pandas as pd

ROWS_PER_FAULT = 2
NORTH_SEA = (2.6, 51.5)
UNKNOWN_CATEGORIES = ("licornes", "truc chouette", "eenhoorns", "?")
TEXT_COORDINATES = ("près du canal", "environ 50,8")
TEXT_COORDINATE_DATASETS = ("annuaire-fils-croises", "adressen-wijde-koer")
"""Where a coordinate is a cell; a geometry cannot hold a text."""

Rows = pd.DataFrame


def missing_name(rows: Rows, at: pd.Index) -> None:
    """Leave the name empty in every language."""
    rows.loc[at, ["name", "name_fr", "name_nl"]] = ""


def null_island(rows: Rows, at: pd.Index) -> None:
    """Put the point where a failed geocoder puts it."""
    rows.loc[at, ["lon", "lat"]] = 0.0


def at_sea(rows: Rows, at: pd.Index) -> None:
    """Put the point in the North Sea."""
    rows.loc[at, ["lon", "lat"]] = NORTH_SEA


def missing_place(rows: Rows, at: pd.Index) -> None:
    """Leave the point out."""
    rows.loc[at, ["lon", "lat"]] = np.nan


def unknown_category(rows: Rows, at: pd.Index) -> None:
    """Use words that no scheme knows."""
    rows.loc[at, "category_raw"] = UNKNOWN_CATEGORIES[: len(at)]


def text_coordinate(rows: Rows, at: pd.Index) -> None:
    """Write words where a latitude should be."""
    rows["lat"] = rows["lat"].astype("object")
    rows.loc[at, "lat"] = TEXT_COORDINATES[: len(at)]


FAULTS: tuple[Callable[[Rows, pd.Index], None], ...] = (
    missing_name, null_island, at_sea, missing_place, unknown_category, text_coordinate,
)  # fmt: skip


def add_faults(records: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the rows with `row_number` and `fault`: a few spoilt, one pasted in twice under the same id."""
    spoilt = records.reset_index(drop=True).assign(fault="")
    faults = [
        f
        for f in FAULTS
        if f is not text_coordinate or set(records["dataset"]) <= {*TEXT_COORDINATE_DATASETS}
    ]
    chosen = rng.choice(len(spoilt), (len(faults), ROWS_PER_FAULT), replace=False)
    for fault, positions in zip(faults, chosen, strict=True):
        at = spoilt.index[positions]
        fault(spoilt, at)
        spoilt.loc[at, "fault"] = fault.__name__
    sound = spoilt.index[spoilt["fault"].eq("")]
    twice = spoilt.loc[[rng.choice(sound)]].assign(fault="repeated_id")
    every = pd.concat([spoilt, twice], ignore_index=True)
    return every.assign(row_number=range(1, len(every) + 1))
