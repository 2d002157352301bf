"""What an upload makes of each record, and where: for the map, the list beside it, and the figures under it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.partners import Dataset
from commons.vocabulary import Fate

MOST_MARKS = 1_000
"""Marks that a phone draws at once, and a person can tell apart; of more records the cells of a grid are counted."""
EXTENT = """
SELECT ST_XMin(e.box), ST_YMin(e.box), ST_XMax(e.box), ST_YMax(e.box)
  FROM (SELECT ST_Extent(f.geom) AS box FROM upload_fate f WHERE f.fate <> 'gone') e
"""
CELL_LON, CELL_LAT = 0.0114, 0.0072
"""Degrees: a cell is some 800 m wide and high in Brussels, so that the region has some 300."""


@dataclass(frozen=True)
class Fates:
    """What an upload makes of records, by `commons.vocabulary.Fate`.

    `counts`: fate, is_located, records, and of the commune code, name_fr, name_nl, name_en (missing outside all).
    `marks`: fate, lon, lat (WGS84), records, and of a single one row_number (missing where the file does not have it),
    name and commune (its code). They are cells of a grid, with how many lie in each, where `in_cells`. `bounds` are
    those of the records that the upload tells of (west, south, east, north), None where none has a position.
    """

    counts: pd.DataFrame
    marks: pd.DataFrame
    in_cells: bool
    bounds: tuple[float, float, float, float] | None

    @property
    def located(self) -> int:
        """Return how many records have a position."""
        return int(self.counts.loc[self.counts["is_located"], "records"].sum())

    @property
    def by_fate(self) -> dict[Fate, int]:
        """Return how many records there are of each fate that occurs."""
        counted = self.counts.groupby("fate")["records"].sum()
        return {fate: int(counted[fate]) for fate in Fate if fate in counted.index}

    @property
    def nowhere(self) -> int:
        """Return how many records that the upload tells of have no position."""
        told = self.counts[~self.counts["is_located"] & (self.counts["fate"] != Fate.GONE)]
        return int(told["records"].sum())

    @property
    def by_commune(self) -> pd.DataFrame:
        """Return of each commune that is reached its code and names, and a column of counts per fate that occurs."""
        known = self.counts[self.counts["code"].notna()]
        names = known.drop_duplicates("code").set_index("code")[["name_fr", "name_nl", "name_en"]]
        counts = known.groupby(["code", "fate"])["records"].sum().unstack(fill_value=0)  # noqa: PD010
        return names.join(counts).reset_index()


def read_fates(
    connection: Connection, dataset: Dataset, upload_id: int, *, most_marks: int = MOST_MARKS
) -> Fates:
    """Return what the upload made of the dataset's records: in the transaction that stores it, or any time later.

    Which ones it left unchanged is known of a complete list until another follows.
    """
    asked = {"dataset_id": dataset.dataset_id, "upload_id": upload_id}
    run_file(connection, "ingest.report", "fates", asked)
    counts = _frame(connection, "fate_counts", {})
    in_cells = int(counts.loc[counts["is_located"].astype(bool), "records"].sum()) > most_marks
    grid = {"in_cells": in_cells, "cell_lon": CELL_LON, "cell_lat": CELL_LAT}
    types = {"lon": "float64", "lat": "float64", "row_number": "Int64", "records": "int64"}
    marks = _frame(connection, "fate_marks", grid).astype(types)
    extent = connection.execute(EXTENT).fetchone()
    bounds = None if extent is None or extent[0] is None else extent
    return Fates(counts.astype({"is_located": "bool", "records": "int64"}), marks, in_cells, bounds)


def _frame(connection: Connection, name: str, values: Mapping[str, object]) -> pd.DataFrame:
    cursor = run_file(connection, "ingest.report", name, values)
    return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description or ()])
