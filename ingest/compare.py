"""Two files side by side: any format that an upload may have, anywhere in the world, and nothing stored."""

from collections import deque
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS, Transformer

from commons.territory import STORAGE_CRS, territory
from ingest.check.contacts import check_addresses
from ingest.check.draft import Draft, Memory
from ingest.check.positions import check_positions
from ingest.link.assign import one_to_one
from ingest.link.linker import MATCH_AT, RECORD_COLUMNS
from ingest.link.places import PlacesLinker, learn
from ingest.link.prepare import Prepared
from ingest.link.spark import learn_on_spark, spark_session
from ingest.map import apply_mapping
from ingest.read import read_chunks
from ingest.read.correction import made_text
from ingest.upload import prepare_upload

RESULT_COLUMNS = ("left_id", "right_id", "probability", "decision", "reason")
TEXTS = tuple(
    name for name in RECORD_COLUMNS if name not in {"record_id", "dataset_id", "x", "y", "uncertainty_m"}
)


@dataclass(frozen=True)
class ListedRecords:
    """A file's records: `frame` has `id` (the file's own, else the row's number), texts, `lon` and `lat` or NaN."""

    name: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class Comparison:
    """The pairs of two files: those of the linker with a `decision`; the file's own `ids` by record id."""

    linker: PlacesLinker
    prepared: Prepared
    pairs: pd.DataFrame
    ids: pd.Series


def read_list(path: Path) -> ListedRecords:
    """Return the records of a file, its columns found as for an upload. Raises CommonsError where it cannot be read."""
    prepared = prepare_upload(path)
    memory = Memory()
    parts: list[pd.DataFrame] = []
    for raw in read_chunks(path, path.name):
        draft = Draft(apply_mapping(raw, prepared.mapping), memory)
        deque(chain(check_addresses(draft), check_positions(draft)), maxlen=0)
        part = pd.DataFrame({name: draft.texts(name) for name in TEXTS}, index=draft.index)
        # An address that is not taken apart is compared as it stands.
        part["street"] = part["street"].where(part["street"].notna(), draft.texts("address"))
        key = draft.texts("partner_key").astype(object)
        part["id"] = key.where(key.notna(), pd.Series(draft.index.astype(str), index=draft.index))
        part["lon"], part["lat"] = draft.columns["lon"], draft.columns["lat"]
        parts.append(part)
    return ListedRecords(path.name, pd.concat(parts, ignore_index=True))


def compare_lists(
    left: ListedRecords, right: ListedRecords, *, is_one_to_one: bool = False, on_spark: bool = False
) -> Comparison:
    """Return which records of two lists are the same, with a model learned from them.

    `is_one_to_one`: neither list names anything twice, so that each record has one counterpart at most. The pairs
    are the same `on_spark`. Raises CommonsError where Spark is asked for and is not there.
    """
    frame = pd.concat([left.frame.assign(dataset_id=1), right.frame.assign(dataset_id=2)], ignore_index=True)
    frame["record_id"] = np.arange(1, len(frame) + 1)
    frame["x"], frame["y"] = to_plane(
        frame["lon"].to_numpy(dtype="float64"), frame["lat"].to_numpy(dtype="float64")
    )
    frame["uncertainty_m"] = 0.0
    linker, prepared, pairs = _learned(frame, on_spark=on_spark)
    if is_one_to_one:
        pairs = one_to_one(pairs)
    pairs = pairs.assign(decision=np.where(pairs["probability"] >= MATCH_AT, "match", "review"))
    return Comparison(linker, prepared, pairs, frame.set_index("record_id")["id"])


def _learned(records: pd.DataFrame, *, on_spark: bool) -> tuple[PlacesLinker, Prepared, pd.DataFrame]:
    if on_spark:
        with spark_session() as session:
            return learn_on_spark(session, records, across=True)
    linker, compared = learn(records, across=True)
    return linker, compared.prepared, linker.scored(compared)


def to_plane(
    lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return metres in a plane that is true to scale: the territory's where all points are near it, else their own."""
    known = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    x, y = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
    if not known.any():
        return x, y
    west, south, east, north = territory().bounds.metric
    here = ((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))[known]
    middle = f"+proj=aeqd +lat_0={np.median(lat[known]):.4f} +lon_0={np.median(lon[known]):.4f} +datum=WGS84"
    plane = CRS.from_epsg(territory().metric_crs) if here.all() else CRS.from_proj4(middle)
    x[known], y[known] = Transformer.from_crs(STORAGE_CRS, plane, always_xy=True).transform(
        lon[known], lat[known]
    )
    return x, y


def result_frame(comparison: Comparison, reasons: pd.Series) -> pd.DataFrame:
    """Return `RESULT_COLUMNS`, the surest pairs first; an id that a spreadsheet would run is made text."""
    pairs, ids = comparison.pairs, comparison.ids
    told = pd.DataFrame(
        {
            "left_id": made_text(ids.loc[pairs["left_record_id"]].astype("str")).to_numpy(),
            "right_id": made_text(ids.loc[pairs["right_record_id"]].astype("str")).to_numpy(),
            "probability": pairs["probability"].round(4).to_numpy(),
            "decision": pairs["decision"].to_numpy(),
            "reason": reasons.to_numpy(),
        },
        columns=list(RESULT_COLUMNS),
    )
    return told.sort_values(
        ["probability", "left_id", "right_id"], ascending=[False, True, True], ignore_index=True
    )
