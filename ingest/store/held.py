"""Holding back the rows of a file that are like a record of their own list which was withdrawn, narrowed or erased.

The record may have come back under another key (docs/decisions/0031-what-was-withdrawn-stays-away.md). Two people let
such a row in.
"""

from dataclasses import replace

import pandas as pd
from pyproj import Transformer

from commons.categories.scheme import fold
from commons.consent.erased import Likeness, find_erased
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.districts.structure import METRIC_CRS
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.safekeeping.key import ErasureKey, erasure_key
from commons.territory import STORAGE_CRS
from ingest.check.records import CheckedRecords
from ingest.link.linker import RECORD_COLUMNS
from ingest.link.returning import Positions, like_any, like_each
from ingest.link.stored import current_linker
from ingest.notices import NoticeCode, coded_frame

TO_METRES = Transformer.from_crs(STORAGE_CRS, METRIC_CRS, always_xy=True)
PLACE_DECIMALS = 4
"""Degrees of a row's place by which two people know it again: about 10 m."""


class Holding:
    """What one upload of a dataset holds back."""

    def __init__(self, connection: Connection, dataset: Dataset) -> None:
        self._connection, self._dataset = connection, dataset
        self._closed = _frame(connection, "closed", {"dataset_id": dataset.dataset_id})
        self._linker = None if self._closed.empty else current_linker(connection)

    def without_held(self, checked: CheckedRecords, upload_id: int) -> CheckedRecords:
        """Return the same without the rows that are held back, which are told and kept by number only."""
        codes = self._codes(checked.frame)
        if codes.empty:
            return checked
        held = checked.frame.loc[codes.index]
        self._keep(held, upload_id)
        notices = [
            coded_frame(NoticeCode[code], held.loc[codes.eq(code), "row_number"].tolist(), None)
            for code in codes.unique()
        ]
        aside = pd.DataFrame({"_row": held["row_number"], "_codes": codes})
        return replace(
            checked,
            frame=checked.frame.drop(index=codes.index).reset_index(drop=True),
            notices=pd.concat([checked.notices, *notices], ignore_index=True),
            set_aside=pd.concat([checked.set_aside, aside.astype({"_codes": "str"})], ignore_index=True),
        )

    def _codes(self, frame: pd.DataFrame) -> pd.Series:
        """Return the code of each row that is held back, by its index."""
        alike = find_erased(self._connection, self._dataset, frame).eq(Likeness.ALIKE)
        codes = pd.Series(NoticeCode.LIKE_ERASED.value, index=frame.index[alike], dtype=object)
        likely: pd.Series = pd.concat([codes, self._like_closed(frame)])
        likely = likely[~likely.index.duplicated()]
        rows = frame.loc[likely.index]
        if rows.empty:
            return likely
        own = self._last_versions(rows)
        as_before = rows.index[self._still_alike(rows, own)]
        unknown = rows[~rows["partner_key"].isin(own.index)]
        return likely.drop(index=as_before.union(unknown.index[self._admitted(unknown)]))

    def _like_closed(self, frame: pd.DataFrame) -> pd.Series:
        """Return the code of each row that is like a closed record, be it the row's own."""
        if self._linker is None or frame.empty:
            return pd.Series(dtype=object)
        at = like_any(self._linker, _comparable(frame), self._closed)
        return pd.Series(NoticeCode.LIKE_WITHDRAWN.value, index=frame.index[at], dtype=object)

    def _last_versions(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return what the records of these rows' keys told last, by key."""
        asked = {"dataset_id": self._dataset.dataset_id, "keys": rows["partner_key"].tolist()}
        return _frame(self._connection, "last_versions", asked).set_index("partner_key")

    def _still_alike(self, rows: pd.DataFrame, own: pd.DataFrame) -> Positions:
        """Return the positions of the rows that are like what their own record told last: it has not become another."""
        linker = self._linker or current_linker(self._connection)
        return like_each(linker, _comparable(rows), own.reindex(rows["partner_key"]).reset_index())

    def _admitted(self, rows: pd.DataFrame) -> pd.Series:
        """Return which rows two people have let in."""
        found = self._connection.execute(
            "SELECT row_hash FROM commons.held_row WHERE dataset_id = %s AND admitted_at IS NOT NULL",
            (self._dataset.dataset_id,),
        ).fetchall()
        if not found:
            return pd.Series(data=False, index=rows.index)
        return _row_hashes(erasure_key(), self._dataset, rows).isin([row[0] for row in found])

    def _keep(self, held: pd.DataFrame, upload_id: int) -> None:
        key = erasure_key()
        key_hashes = [key.hash_record(self._dataset.slug, told) for told in held["partner_key"]]
        self._connection.execute(
            "SELECT commons.hold_rows(%s, %s, %s, %s, %s, %s)",
            (
                self._dataset.dataset_id,
                upload_id,
                key.key_id,
                held["row_number"].astype(int).tolist(),
                _row_hashes(key, self._dataset, held).tolist(),
                key_hashes,
            ),
        )


def readmit_row(
    connection: Connection, dataset: Dataset, *, record_key: str | None, row: int | None, asked_by: str
) -> bool:
    """Return whether a row that was held back may come in with the next upload: it takes two people, each asking once.

    It is known by its key, or by its number in the latest upload. Raises CommonsError where no such row is held back.
    """
    known_as = None if record_key is None else erasure_key().hash_record(dataset.slug, record_key)
    found = connection.execute(
        "SELECT commons.readmit_row(%s, %s, %s, %s)", (dataset.dataset_id, known_as, row, asked_by)
    ).fetchone()
    assert found is not None  # noqa: S101 - a function
    if found[0] == "unknown":
        raise CommonsError("erasure.not_held", dataset=dataset.slug)
    return bool(found[0] == "admitted")


def _frame(connection: Connection, name: str, values: dict[str, object]) -> pd.DataFrame:
    cursor = run_file(connection, "ingest.store", name, values)
    return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description or ()])


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return checked rows as the linker compares records."""
    x, y = TO_METRES.transform(frame["lon"].to_numpy(dtype="float64"), frame["lat"].to_numpy(dtype="float64"))
    contacts = {name: frame[name].fillna(frame[f"contact_{name}"]) for name in ("phone", "email")}
    return frame.assign(x=x, y=y, uncertainty_m=0.0, **contacts).reindex(columns=list(RECORD_COLUMNS))


def _row_hashes(key: ErasureKey, dataset: Dataset, rows: pd.DataFrame) -> pd.Series:
    """Return by what two people know each row again: its key, its name and its place."""
    place = rows[["lon", "lat"]].round(PLACE_DECIMALS).astype(str).fillna("")
    parts = zip(rows["partner_key"], rows["name"].map(fold), place["lon"], place["lat"], strict=True)
    return pd.Series([key.hash("row", dataset.slug, *row) for row in parts], index=rows.index, dtype=object)
