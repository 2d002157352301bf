"""The process that lets GDAL open a partner's file: `python gdal_worker.py PATH DRIVER`, JSON on stdout.

It imports nothing of ours, gets no secret in its environment, limits its own memory and time, and refuses to
start where GDAL offers any driver but the one asked for (a VRT in disguise opens other files and addresses).
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY_BYTES = 4 * 1024**3
CPU_SECONDS = 60


def main(path: str, driver: str) -> None:
    """Write the first layer as JSON: `columns` of text, `geometry` as hexadecimal WKB, `crs`, `layers`."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    import pyogrio  # noqa: PLC0415  # after the limits

    if set(pyogrio.list_drivers()) - {driver}:
        sys.exit("GDAL_SKIP leaves more drivers than the one asked for")
    layers = pyogrio.list_layers(path)
    spatial = [name for name, geometry_type in layers if geometry_type is not None]
    layer = (spatial or [name for name, _ in layers])[0]
    guessed = driver == "ESRI Shapefile" and not Path(path).with_suffix(".cpg").exists()
    meta, _, geometry, fields = pyogrio.raw.read(
        path, layer=layer, datetime_as_string=True, encoding="cp1252" if guessed else None
    )
    answer = {
        "columns": {
            str(name): [_text(value) for value in values.tolist()]
            for name, values in zip(meta["fields"], fields, strict=True)
        },
        "geometry": [wkb.hex() if wkb else None for wkb in geometry] if geometry is not None else None,
        "crs": meta["crs"],
        "layers": len(layers),
        "encoding_guessed": guessed,
        "rows": len(fields[0]) if len(fields) else len(geometry),
    }
    json.dump(answer, sys.stdout)


def _text(value: Any) -> str | None:
    match value:
        case None | "" | bytes():
            return None
        case bool():
            return "true" if value else "false"
        case float() if value != value:  # noqa: PLR0124  # NaN
            return None
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case list():
            return "|".join(_text(member) or "" for member in value) or None
    return str(value)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
