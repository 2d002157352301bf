"""The process that lets GDAL open a partner's file: `gdal_worker.py PATH DRIVER ROWS`, an Arrow stream on stdout.

It imports nothing of ours, gets no secret in its environment, has no network where the system lets it give that up,
limits its own memory and time, and refuses to start where GDAL offers any driver but the one asked for (a VRT in
disguise opens other files and addresses).
"""

import ctypes
import json
import os
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 4 * 1024**3
CPU_SECONDS = 120
NO_NETWORK = 0x40000000 | 0x10000000
"""CLONE_NEWNET | CLONE_NEWUSER: a namespace without any network device, for which nobody need be root."""


def main(path: str, driver: str, rows: int) -> None:
    """Write the first layer in batches of that many rows; `layer` in the schema's metadata tells the rest as JSON.

    `layer` has the geometry's column, the CRS, how many layers there are, and whether the encoding was guessed.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    ctypes.CDLL(None).unshare(NO_NETWORK)
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what GDAL may print is not in the stream
    import pyarrow as pa  # noqa: PLC0415  # after the limits
    import pyogrio  # noqa: PLC0415

    if set(pyogrio.list_drivers()) - {driver}:
        sys.exit("GDAL_SKIP leaves more drivers than the one asked for")
    layers = pyogrio.list_layers(path)
    spatial = [name for name, geometry_type in layers if geometry_type is not None]
    guessed = driver == "ESRI Shapefile" and not Path(path).with_suffix(".cpg").exists()
    opened = pyogrio.raw.open_arrow(
        path,
        layer=(spatial or [name for name, _ in layers])[0],
        encoding="cp1252" if guessed else None,
        batch_size=rows,
        use_pyarrow=True,
    )
    with opened as (meta, reader):
        told = {
            "geometry": (meta["geometry_name"] or "wkb_geometry") if meta["geometry_type"] else None,
            "crs": meta["crs"],
            "layers": len(layers),
            "encoding_guessed": guessed,
        }
        schema = reader.schema.with_metadata({"layer": json.dumps(told)})
        with pa.ipc.new_stream(stream, schema) as writer:
            for batch in reader:
                writer.write_batch(batch.replace_schema_metadata(schema.metadata))
    stream.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
