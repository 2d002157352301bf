"""Finding places for the records that wait for one, and listing those that go on waiting."""

from dataclasses import dataclass

import pandas as pd
from pyproj import Transformer

from commons.audit import record_event
from commons.categories.scheme import fold
from commons.database.connection import Connection
from commons.database.statements import copy_frame, run_file
from commons.districts.assign import assign_points
from commons.districts.stored import stored_districts
from commons.districts.structure import METRIC_CRS
from commons.partners import Dataset
from commons.territory import STORAGE_CRS, territory
from commons.vocabulary import DistrictLevel
from ingest.link.linker import Linker
from ingest.locate.match import KNOWN_COLUMNS, WAITING_COLUMNS, match_streets
from ingest.merge.merge import merge

METHOD = "street"


@dataclass(frozen=True)
class Located:
    """What a run found: `queue` has a line per dataset and outcome, `waited` and `found` count records."""

    waited: int
    found: int
    queue: pd.DataFrame


def waiting_records(connection: Connection, dataset: Dataset | None = None) -> pd.DataFrame:
    """Return the records that have no position, of a dataset or of all, with the code of the commune that they name."""
    dataset_id = {"dataset_id": dataset.dataset_id if dataset else None}
    rows = run_file(connection, "ingest.locate", "waiting", dataset_id).fetchall()
    waiting = pd.DataFrame(rows, columns=list(WAITING_COLUMNS)).astype(
        dict.fromkeys(("street", "house_number", "postcode", "municipality"), "str")
    )
    communes = stored_districts(connection).current(DistrictLevel.COMMUNE)
    names = pd.concat([communes.set_index(name)["code"] for name in ("name_fr", "name_nl")])
    codes = {fold(name): code for name, code in names.items() if isinstance(name, str)}
    codes = {name: code for name, code in codes.items() if name not in territory().ambiguous}
    return waiting.assign(
        commune=waiting["municipality"].map(fold, na_action="ignore").map(codes).astype("str")
    )


def count_waiting(connection: Connection, dataset: Dataset) -> int:
    """Return how many of the dataset's records have no position."""
    dataset_id = {"dataset_id": dataset.dataset_id}
    counted = run_file(connection, "ingest.locate", "count_waiting", dataset_id).fetchone()
    assert counted is not None  # noqa: S101 - an aggregate
    return int(counted[0])


def locate(
    connection: Connection, dataset: Dataset | None = None, *, located_by: str, linker: Linker | None = None
) -> Located:
    """Return what was found of the records that wait; the caller commits, and at that moment the release follows.

    Each goes by the positions that may be lent to it, and what is found holds as long as they may. The database decides
    that again as it stores them. Records that have a place now are compared with others'.
    """
    waiting = waiting_records(connection, dataset)
    asked = {
        "postcodes": sorted(waiting["postcode"].dropna().unique()),
        "communes": sorted(waiting["commune"].dropna().unique()),
    }
    known = run_file(connection, "ingest.locate", "known", asked).fetchall()
    told = pd.DataFrame(known, columns=list(KNOWN_COLUMNS)).astype(
        dict.fromkeys(("street", "house_number", "postcode", "commune"), "str")
    )
    found, reasons = match_streets(waiting, told)
    stored = store_found(connection, found, METHOD)
    if stored:
        merge(connection, linker)
        of = dataset.slug if dataset else "all"
        record_event(connection, located_by, "locate", "dataset", of, found=stored, method=METHOD)
    outcome = waiting.assign(
        outcome=waiting["record_id"].map(reasons.astype(object)).astype(object).fillna("found")
    )
    queue = outcome.groupby(["slug", "outcome"], as_index=False).agg(records=("record_id", "size"))
    return Located(len(waiting), stored, queue)


def store_found(
    connection: Connection,
    found: pd.DataFrame,
    method: str,
    *,
    licences: tuple[str, ...] = (),
    attributions: tuple[str, ...] = (),
) -> int:
    """Return how many places were stored, beside what partners assert; x and y of `found` are metres of METRIC_CRS.

    One outside the region is none.
    """
    if found.empty:
        return 0
    to_degrees = Transformer.from_crs(METRIC_CRS, STORAGE_CRS, always_xy=True)
    lon, lat = to_degrees.transform(found["x"].to_numpy(dtype=float), found["y"].to_numpy(dtype=float))
    districts = assign_points(lon, lat, stored_districts(connection))
    places = found[["record_id", "kind", "uncertainty_m"]].assign(lon=lon, lat=lat)
    held = districts["commune"].notna().to_numpy()
    run_file(connection, "ingest.locate", "incoming_location")
    copy_frame(connection, "incoming_location", pd.concat([places, districts], axis=1)[held])
    sources = found.loc[held, ["record_id", "sources"]].explode("sources").dropna()
    copy_frame(
        connection,
        "incoming_source",
        sources.rename(columns={"sources": "from_record_id"}).astype("int64"),
    )
    values = {"method": method, "licences": list(licences), "attributions": list(attributions)}
    stored = run_file(connection, "ingest.locate", "store_locations", values).fetchone()
    assert stored is not None  # noqa: S101 - an aggregate
    return int(stored[0])
