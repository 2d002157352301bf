"""The sets that linkage is measured on: records, and which of them are the same."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from linkage_world import World, make_world

from commons.districts.packaged import packaged_districts
from ingest.compare import read_list, to_plane
from ingest.demo import demo_partners, write_demo


def labelled(name: str) -> Path:
    """Return a file or folder of the labelled sets, which lie where COMMONS_FIELD_DATA says."""
    if not (folder := os.environ.get("COMMONS_FIELD_DATA")):
        raise SystemExit(
            "The labelled sets are elsewhere: COMMONS_FIELD_DATA=FOLDER names the folder that holds linkage/."
        )
    return Path(folder) / "linkage" / name


def world_of(name: str) -> tuple[World, bool]:
    """Return records with their true pairs, and whether they are two lists that do not repeat themselves.

    Invented ones are named by how many records they have, `100000` or `100000-dense`.
    """
    if name in READERS:
        return READERS[name]()
    size, _, kind = name.partition("-")
    return make_world(int(size), dense=kind == "dense"), True


def fodors_zagats() -> tuple[World, bool]:
    """Return restaurants of two guides: addresses and phones, no places."""
    folder = labelled("fodors_zagats")
    lists = [pd.read_csv(folder / f"{part}.csv", dtype=str) for part in ("zagats", "fodors")]
    both = pd.concat([part.assign(dataset_id=at) for at, part in enumerate(lists)], ignore_index=True)
    both = both.rename(columns={"addr": "street", "city": "municipality", "type": "category"})
    both["record_id"] = both["id"].astype(int)
    truth = pd.read_csv(folder / "matches_fodors_zagats.csv")
    return World(both, truth[["zagats_id", "fodors_id"]].to_numpy(dtype="int64")), True


def bce_names() -> tuple[World, bool]:
    """Return names of organisations in Brussels, of which some have one enterprise number: nothing but names."""
    told = pd.read_csv(labelled("brussels_org_names_bce.csv"), dtype=str)
    told = told[(told["bce_checksum_ok"] == "True") & told["bce_number"].notna()]
    told = told.drop_duplicates(["name", "bce_number"], ignore_index=True)
    told = told.assign(record_id=told.index, dataset_id=0)[["record_id", "dataset_id", "name", "bce_number"]]
    return World(told.drop(columns="bce_number"), _twins(told, "bce_number")), False


def overture() -> tuple[World, bool]:
    """Return places of the world as two providers tell them: name, address, phone, site, no position."""
    pairs = json.loads(labelled("overture_fusion_golden_200.json").read_text("utf-8"))
    rows = [
        _overture_place(pair["data"][side]) | {"truth": at, "dataset_id": dataset}
        for dataset, side in enumerate(("current", "base"))
        for at, pair in enumerate(pairs)
    ]
    told = pd.DataFrame(rows).assign(record_id=range(len(rows)))
    return World(told.drop(columns="truth"), _twins(told, "truth")), True


def _overture_place(told: dict[str, str | None]) -> dict[str, Any]:
    def first(field: str) -> Any:
        return (json.loads(told.get(field) or "[]") or [None])[0]

    address = first("addresses") or {}
    return {
        "name": json.loads(told["names"] or "{}").get("primary"),
        "street": address.get("freeform"),
        "postcode": address.get("postcode"),
        "municipality": address.get("locality"),
        "phone": first("phones"),
        "website": first("websites"),
    }


def febrl() -> tuple[World, bool]:
    """Return invented people with their addresses: no places, and names as nobody's organisation has them."""
    columns = {
        "address_1": "street",
        "street_number": "house_number",
        "suburb": "municipality",
        "soc_sec_id": "enterprise_number",
    }
    lists = [
        pd.read_csv(labelled("febrl") / f"dataset4{part}.csv", dtype=str, skipinitialspace=True).assign(
            dataset_id=at
        )
        for at, part in enumerate("ab")
    ]
    told = pd.concat(lists, ignore_index=True).rename(columns=columns)
    told["name"] = told["given_name"].fillna("") + " " + told["surname"].fillna("")
    told["truth"] = told["rec_id"].str.extract(r"rec-(\d+)-", expand=False)
    told["record_id"] = range(len(told))
    kept = ["record_id", "dataset_id", "name", "postcode", *columns.values()]
    return World(told[kept], _twins(told, "truth")), True


def demo() -> tuple[World, bool]:
    """Return the four fictional partners' lists as `commons demo` writes them and an upload reads them.

    Rows that were spoilt on purpose are left out: an upload sets them aside.
    """
    with TemporaryDirectory() as folder:
        write_demo(Path(folder), packaged_districts())
        truth = pd.read_csv(Path(folder) / "truth.csv", keep_default_na=False)
        parts = []
        for at, partner in enumerate(demo_partners(Path(folder))):
            part = read_list(Path(folder) / partner.dataset["file"]).frame
            known = truth[truth["dataset"] == partner.dataset["slug"]].sort_values("row_number")
            part = part.assign(dataset_id=at, truth=known["alternative_key"].to_numpy())
            parts.append(part[(known["fault"] == "").to_numpy()])
    told = pd.concat(parts, ignore_index=True)
    told["record_id"] = range(len(told))
    told["x"], told["y"] = to_plane(told["lon"].to_numpy("float64"), told["lat"].to_numpy("float64"))
    return World(told.drop(columns="truth"), _twins(told, "truth")), False


def _twins(told: pd.DataFrame, truth: str) -> npt.NDArray[np.int64]:
    """Return the ids of every two records that the column `truth` says are the same."""
    known = told[["record_id", truth]]
    twins = known.merge(known, on=truth).query("record_id_x < record_id_y")
    return twins[["record_id_x", "record_id_y"]].to_numpy(dtype="int64")


READERS: dict[str, Callable[[], tuple[World, bool]]] = {
    told.__name__: told for told in (fodors_zagats, bce_names, overture, febrl, demo)
}
