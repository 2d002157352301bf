"""The process that lets a library open a partner's file: `gdal_worker.py PATH DRIVER ROWS`, an Arrow stream on stdout.

It imports nothing of ours, gets no secret in its environment, has no network where the system lets it give that up,
limits its own memory and time, and refuses to start where GDAL offers any driver but the one asked for (a VRT in
disguise opens other files and addresses). `Parquet` is no driver of GDAL's here: Arrow reads it itself.
"""

import ctypes
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

MEMORY_BYTES = 4 * 1024**3
CPU_SECONDS = 120
NO_NETWORK = 0x40000000 | 0x10000000
"""CLONE_NEWNET | CLONE_NEWUSER: a namespace without any network device, for which nobody need be root."""
EVERY_LAYER = ("LIBKML",)
"""Drivers whose layers are folders into which a person sorted places: all are read, else the first with rows."""


def main(path: str, driver: str, rows: int) -> None:
    """Write each layer as an Arrow stream in batches of that many rows; its schema's metadata `layer` tells the rest.

    `layer` is JSON: the geometry's column, the CRS, the layer's name, how many layers there are, and whether the
    encoding was guessed.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    ctypes.CDLL(None).unshare(NO_NETWORK)
    with os.fdopen(os.dup(1), "wb") as stream:
        os.dup2(2, 1)  # what GDAL may print is not in the stream
        if driver == "Parquet":
            write_parquet(path, rows, stream)
        else:
            write_layers(path, driver, rows, stream)


def write_layers(path: str, driver: str, rows: int, stream: BinaryIO) -> None:
    """Write the layers that GDAL finds in the file."""
    import pyogrio  # noqa: PLC0415  # after the limits

    if set(pyogrio.list_drivers()) - {driver}:
        sys.exit("GDAL_SKIP leaves more drivers than the one asked for")
    layers = pyogrio.list_layers(path)
    spatial = [name for name, geometry_type in layers if geometry_type is not None] or [n for n, _ in layers]
    filled = [name for name in spatial if pyogrio.read_info(path, layer=name)["features"] != 0]
    chosen = filled if driver in EVERY_LAYER else (filled or spatial)[:1]
    guessed = driver == "ESRI Shapefile" and not Path(path).with_suffix(".cpg").exists()
    for name in chosen:
        opened = pyogrio.raw.open_arrow(
            path,
            layer=name,
            encoding="cp1252" if guessed else None,
            batch_size=rows,
            use_pyarrow=True,
        )
        with opened as (meta, reader):
            told = {
                "geometry": (meta["geometry_name"] or "wkb_geometry") if meta["geometry_type"] else None,
                "crs": meta["crs"],
                "name": str(name),
                "others": len(chosen) == 1 and len(filled) > 1,
                "encoding_guessed": guessed,
            }
            write_stream(stream, told, reader.schema, reader)


def write_parquet(path: str, rows: int, stream: BinaryIO) -> None:
    """Write a Parquet file, whose geometry its GeoParquet metadata name; only well-known binary is understood."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(path) as file:
        about = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
        geometry = about.get("primary_column")
        column = about.get("columns", {}).get(geometry, {})
        if geometry is not None and column.get("encoding") != "WKB":
            sys.exit("a geometry that is not well-known binary")
        crs = column.get("crs", "OGC:CRS84") if geometry else None
        told = {
            "geometry": geometry,
            "crs": json.dumps(crs) if isinstance(crs, dict) else crs,
            "name": "",
            "others": False,
            "encoding_guessed": False,
        }
        write_stream(stream, told, file.schema_arrow, file.iter_batches(batch_size=rows))


def write_stream(stream: BinaryIO, told: dict[str, Any], schema: Any, batches: Any) -> None:
    """Write one layer."""
    import pyarrow as pa  # noqa: PLC0415

    described = schema.with_metadata({"layer": json.dumps(told)})
    with pa.ipc.new_stream(stream, described) as writer:
        for batch in batches:
            writer.write_batch(batch.replace_schema_metadata(described.metadata))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
