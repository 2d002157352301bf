"""The process that lets a library open a partner's file: `gdal_worker.py PATH DRIVER ROWS ENCODING`, Arrow on stdout.

It imports nothing of ours, gets no secret in its environment, has no network where the system lets it give that up,
limits its own memory and time, and refuses to start where GDAL offers any driver but the one asked for (a VRT in
disguise opens other files and addresses). `Parquet` is no driver of GDAL's here: Arrow reads it itself.
"""

import ctypes
import json
import os
import resource
import sys
from typing import Any, BinaryIO

MEMORY_BYTES = 4 * 1024**3
CPU_SECONDS = 120
NO_NETWORK = 0x40000000 | 0x10000000
"""CLONE_NEWNET | CLONE_NEWUSER: a namespace without any network device, for which nobody need be root."""
EVERY_LAYER = ("LIBKML",)
"""Drivers whose layers are folders into which a person sorted places: all are read, else the first with rows."""
OWN_TABLES = ("layer_styles", "qgis_projects")
"""Tables of QGIS in a GeoPackage: no places."""
NESTED = {"point": 0, "linestring": 1, "multipoint": 1, "polygon": 2, "multilinestring": 2, "multipolygon": 3}
"""How many lists deep the coordinates of each native encoding of GeoParquet lie."""
GEOARROW = b"geoarrow."


def main(path: str, driver: str, rows: int, encoding: str = "") -> None:
    """Write each layer as an Arrow stream in batches of that many rows; its schema's metadata `layer` tells the rest.

    `layer` is JSON: the geometry's column, the CRS, the layer's name, and the layers that are not read, each with its
    number of rows. Texts are in `encoding` where it is not empty.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    ctypes.CDLL(None).unshare(NO_NETWORK)
    with os.fdopen(os.dup(1), "wb") as stream:
        os.dup2(2, 1)  # what GDAL may print is not in the stream
        if driver == "Parquet":
            write_parquet(path, rows, stream)
        else:
            write_layers(path, driver, rows, stream, encoding or None)


def write_layers(path: str, driver: str, rows: int, stream: BinaryIO, encoding: str | None) -> None:
    """Write the layers that GDAL finds in the file."""
    import pyogrio  # noqa: PLC0415  # after the limits

    if set(pyogrio.list_drivers()) - {driver}:
        sys.exit("GDAL_SKIP leaves more drivers than the one asked for")
    layers = [(name, kind) for name, kind in pyogrio.list_layers(path) if name not in OWN_TABLES]
    rows_of = {name: pyogrio.read_info(path, layer=name)["features"] for name, _ in layers}
    spatial = [name for name, geometry_type in layers if geometry_type is not None] or [n for n, _ in layers]
    filled = [name for name in spatial if rows_of[name] != 0]
    chosen = filled if driver in EVERY_LAYER else (filled or spatial)[:1]
    others = [(str(name), int(count)) for name, count in rows_of.items() if count and name not in chosen]
    for name in chosen:
        opened = pyogrio.raw.open_arrow(
            path, layer=name, encoding=encoding, batch_size=rows, use_pyarrow=True
        )
        with opened as (meta, reader):
            told = {
                "geometry": (meta["geometry_name"] or "wkb_geometry") if meta["geometry_type"] else None,
                "crs": meta["crs"],
                "name": str(name),
                "others": others,
            }
            write_stream(stream, told, reader.schema, reader)


def write_parquet(path: str, rows: int, stream: BinaryIO) -> None:
    """Write a Parquet file, whose geometry its GeoParquet metadata name, or those of GeoArrow."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        geometry, encoding, crs = geometry_of(schema)
        told: dict[str, Any] = {
            "geometry": geometry,
            "crs": json.dumps(crs) if isinstance(crs, dict) else crs,
            "name": "",
            "others": [],
        }
        batches = file.iter_batches(batch_size=rows)
        if geometry is None or encoding == "wkb":
            write_stream(stream, told, schema, batches)
            return
        place = schema.get_field_index(geometry)
        write_stream(
            stream,
            told,
            schema.set(place, pa.field(geometry, pa.binary())),
            (
                batch.set_column(place, geometry, native_wkb(batch.column(place), encoding))
                for batch in batches
            ),
        )


def geometry_of(schema: Any) -> tuple[str | None, str, Any]:
    """Return the geometry's column, its encoding and its CRS, or stop where the encoding is none that is known."""
    about = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    name, crs = about.get("primary_column"), "OGC:CRS84"
    if name is not None:
        column = about.get("columns", {}).get(name, {})
        encoding, crs = str(column.get("encoding")).lower(), column.get("crs", crs)
    else:
        marks = {field.name: (field.metadata or {}) for field in schema}
        kinds = {name: mark.get(b"ARROW:extension:name", b"") for name, mark in marks.items()}
        name = next((name for name, kind in kinds.items() if kind.startswith(GEOARROW)), None)
        if name is None:
            return None, "", None
        encoding = kinds[name].removeprefix(GEOARROW).decode()
        crs = json.loads(marks[name].get(b"ARROW:extension:metadata") or b"{}").get("crs", crs)
    if encoding not in ("wkb", *NESTED):
        sys.exit("a geometry of an unknown encoding")
    return name, encoding, crs


def native_wkb(shapes: Any, encoding: str) -> Any:
    """Return shapes that are lists of coordinates as well-known binary; what is missing stays so."""
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    missing = shapes.is_null().to_numpy(zero_copy_only=False)
    offsets: list[Any] = []
    for _ in range(NESTED[encoding]):
        bounds = shapes.offsets.to_numpy()
        shapes = shapes.values[bounds[0] : bounds[-1]]
        offsets.insert(0, bounds - bounds[0])
    if pa.types.is_struct(shapes.type):
        axes = [shapes.field(axis).to_numpy(zero_copy_only=False) for axis in ("x", "y")]
        coordinates = np.column_stack(axes).astype(float)
    else:
        flat = shapes.flatten().to_numpy(zero_copy_only=False)
        coordinates = flat.reshape(-1, shapes.type.list_size)[:, :2].astype(float)
    if encoding == "point":
        made = np.full(len(missing), None, dtype=object)
        given = ~missing
        if len(coordinates) == given.sum() != len(missing):
            made[given] = shapely.points(coordinates)
        else:
            made[given] = shapely.points(coordinates[given])
    else:
        kind = shapely.GeometryType[encoding.upper()]
        made = shapely.from_ragged_array(kind, coordinates, tuple(offsets))
        made[missing] = None
    return pa.array(shapely.to_wkb(made), pa.binary())


def write_stream(stream: BinaryIO, told: dict[str, Any], schema: Any, batches: Any) -> None:
    """Write one layer."""
    import pyarrow as pa  # noqa: PLC0415

    described = schema.with_metadata({"layer": json.dumps(told)})
    with pa.ipc.new_stream(stream, described) as writer:
        for batch in batches:
            writer.write_batch(batch.replace_schema_metadata(described.metadata))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
