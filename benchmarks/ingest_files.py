"""Ingest: from a file of a million points to stored versions, beside the fastest plain reader and a bare COPY.

    python benchmarks/ingest_files.py [--rows 1000000] [--format csv --format geojson --format gpkg --format shp]

The baseline reads the file into a GeoDataFrame as fast as is known and copies its columns into one plain table: no
check, no mapping, no version, no index, no consent. Ours is `ingest.store.store` up to its commit, in a process of its
own; its peak memory is told beside. The files are made anew, of invented places.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pyarrow.csv
import shapely

from commons.database.connection import Role, connect
from commons.database.embedded import EmbeddedCluster
from commons.database.migrate import upgrade
from commons.database.statements import copy_frame
from commons.districts.load import load_districts
from commons.districts.packaged import packaged_districts
from commons.partners import add_dataset, add_partner
from commons.vocabulary import UploadMode
from ingest.store.store import UploadedFile, store
from ingest.upload import prepare_upload

WORDS = np.array("jardin potager atelier vélo maison lieu collectif quartier repair café vert place".split())  # noqa: SIM905
FORMATS = ("csv", "geojson", "gpkg", "shp")
TARGET = "≤ 2.5 x, ≤ 1536 MB"


def invent(rows: int) -> pd.DataFrame:
    """Return ten columns as a partner's list has them."""
    random = np.random.default_rng(1)

    def word() -> pd.Series:
        return pd.Series(WORDS[random.integers(0, len(WORDS), rows)])

    return pd.DataFrame(
        {
            "id": np.arange(rows).astype(str),
            "nom": word() + " " + word() + " " + np.arange(rows).astype(str),
            "descript": word() + " de " + word() + ", ouvert le samedi",
            "categorie": np.array(["jardin", "atelier", "café", "épicerie"])[random.integers(0, 4, rows)],
            "rue": "Rue " + word(),
            "numero": random.integers(1, 300, rows).astype(str),
            "cp": np.array(["1000", "1030", "1050", "1060", "1080"])[random.integers(0, 5, rows)],
            "telephone": "02 " + pd.Series(random.integers(1_000_000, 9_999_999, rows).astype(str)),
            "longitude": np.round(random.uniform(4.33, 4.42, rows), 6),
            "latitude": np.round(random.uniform(50.82, 50.88, rows), 6),
        }
    )


def write(folder: Path, form: str, frame: pd.DataFrame) -> Path:
    """Return the file of that format."""
    path = folder / f"list.{form}"
    if form == "csv":
        frame.to_csv(path, index=False)
        return path
    places = gpd.points_from_xy(frame["longitude"], frame["latitude"])
    spatial = gpd.GeoDataFrame(frame.drop(columns=["longitude", "latitude"]), geometry=places, crs=4326)
    if form != "shp":
        spatial.to_file(path, engine="pyogrio")
        return path
    spatial.to_file(path, engine="pyogrio", encoding="utf-8")
    with zipfile.ZipFile(folder / "list.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part in folder.glob("list.*"):
            if part.suffix in {".shp", ".shx", ".dbf", ".prj", ".cpg"}:
                archive.write(part, part.name)
    return folder / "list.zip"


def read_plainly(path: Path) -> gpd.GeoDataFrame:
    """Return the file as the fastest plain reader reads it."""
    if path.suffix == ".csv":
        table = pyarrow.csv.read_csv(path).to_pandas()
        return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["longitude"], table["latitude"]))
    if path.suffix == ".geojson":
        features = json.loads(path.read_bytes())["features"]
        table = pd.DataFrame([feature["properties"] for feature in features])
        points = shapely.points([feature["geometry"]["coordinates"] for feature in features])
        return gpd.GeoDataFrame(table, geometry=points)
    return gpd.read_file(path, use_arrow=True)


def baseline(path: Path) -> None:
    """Read plainly, and copy the columns into a plain table."""
    frame = read_plainly(path)
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(
        lon=shapely.get_x(frame.geometry.to_numpy()), lat=shapely.get_y(frame.geometry.to_numpy())
    )
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        names = ", ".join(f'"{n}" {"float8" if n in ("lon", "lat") else "text"}' for n in table.columns)
        connection.execute(f"CREATE TABLE public.plain ({names})")
        copy_frame(connection, "public.plain", table)


def ours(path: Path) -> None:
    """Store the file as a partner's list."""
    with connect(Role.INGEST) as connection:
        partner = add_partner(connection, "bench", "Bench")
        dataset = add_dataset(connection, partner, f"list-{path.suffix[1:]}", "List", "© Bench")
        connection.commit()
        prepared = prepare_upload(path)
        file = UploadedFile(prepared.sha256, path.name, prepared.format.value, prepared.mapping.column_of)
        stored = store(
            connection, dataset, file, prepared.chunks(), mode=UploadMode.FULL, uploaded_by="bench"
        )
        connection.commit()
    if stored.new + stored.set_aside != stored.rows_in or stored.set_aside:
        raise SystemExit(
            f"{stored.set_aside} of {stored.rows_in} rows set aside: this measures something else"
        )


def timed(what: str, path: Path) -> tuple[float, float]:
    """Return the seconds and the peak memory (MB) of one of the two in a process of its own, without its imports."""
    done = subprocess.run(
        [sys.executable, __file__, "--only", what, "--file", str(path)], check=True, capture_output=True, text=True
    )  # fmt: skip
    seconds, memory_mb = done.stdout.split()
    return float(seconds), float(memory_mb)


def run_only(what: str, path: Path) -> None:
    """Do one of the two and print its seconds and peak memory."""
    started = time.perf_counter()
    {"baseline": baseline, "ours": ours}[what](path)
    seconds = time.perf_counter() - started
    memory_mb = max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(seconds, memory_mb / 1024)


def measure(form: str, frame: pd.DataFrame) -> None:
    """Measure one format in a cluster of its own."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = EmbeddedCluster(Path(folder) / "cluster")
        cluster.start()
        try:
            os.environ["DATABASE_URL"] = cluster.url()
            upgrade(cluster.url())
            with psycopg.connect(cluster.url()) as connection:
                connection.execute("SET ROLE commons_owner")
                load_districts(connection, packaged_districts())
            path = write(Path(folder), form, frame)
            size_mb = path.stat().st_size / 1e6
            plain_s, plain_mb = timed("baseline", path)
            ours_s, ours_mb = timed("ours", path)
        finally:
            cluster.remove()
    print(
        f"{form:8} {size_mb:7.0f} MB {plain_s:8.1f} s {plain_mb:7.0f} MB {ours_s:8.1f} s"
        f" {len(frame) / ours_s:9.0f} rows/s {ours_mb:7.0f} MB {ours_s / plain_s:6.2f} x  {TARGET}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--format", action="append", choices=FORMATS)
    parser.add_argument("--only", choices=("baseline", "ours"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.only:
        run_only(asked.only, asked.file)
        return
    print(f"{asked.rows} rows; format, file, plain reader and COPY, ours, ratio, target")
    frame = invent(asked.rows)
    for form in asked.format or FORMATS:
        measure(form, frame)


if __name__ == "__main__":
    main()
