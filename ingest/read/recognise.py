"""Which format a file is, decided by its bytes: an extension is a claim that has to agree."""

import mmap
import re
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path, PurePosixPath

from commons.errors import CommonsError
from commons.settings import settings
from ingest.read.table import Format

EXTENSIONS = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".xlsx": Format.XLSX,
    ".ods": Format.ODS,
    ".gpkg": Format.GPKG,
    ".zip": Format.SHAPEFILE,
    ".fgb": Format.FLATGEOBUF,
    ".kml": Format.KML,
    ".kmz": Format.KMZ,
    ".gpx": Format.GPX,
    ".osm": Format.OSM,
    ".pbf": Format.PBF,
    ".parquet": Format.GEOPARQUET,
    ".geoparquet": Format.GEOPARQUET,
    ".geojsonl": Format.GEOJSON,
    ".ndjson": Format.GEOJSON,
    ".jsonl": Format.GEOJSON,
}

ZIPPED = (Format.SHAPEFILE, Format.ZIP, Format.KMZ)
"""What `.zip` may hold."""
MARKUP = re.compile(rb"\A(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(kml|gpx|osm)\b", re.DOTALL)
"""The first element of an XML document, after its declaration and comments."""

MAGIC = {
    b"SQLite format 3\x00": Format.GPKG,
    b"fgb\x03fgb": Format.FLATGEOBUF,
    b"PAR1": Format.GEOPARQUET,
}
ABOUT = ("readme", "lisezmoi", "lisez-moi", "leesmij", "licence", "license", "licentie", "metadata")
"""How files are called that speak of the list beside them in an archive."""
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
"""Old Excel files, and new ones under a password."""
LOCKED = "EncryptedPackage".encode("utf-16-le")
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
BINARY_MAGIC = (
    b"%PDF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x89PNG",
    b"\xff\xd8",
)


def recognise(path: Path, filename: str) -> Format:
    """Return the format of the file's content; `filename` is only asked whether it claims the same.

    Raises CommonsError for an empty or oversized file, an unknown format, or a claim that is not true.
    """
    size = path.stat().st_size
    if size == 0:
        raise CommonsError("read_empty")
    limit_mb = settings().max_upload_mb
    if size > limit_mb * 1024**2:
        raise CommonsError("read_too_large", limit=limit_mb)
    claimed = EXTENSIONS.get(Path(filename).suffix.lower())
    if claimed is None:
        raise CommonsError("read_unknown_format")
    found = recognise_content(path)
    if found is not claimed and not (claimed is Format.SHAPEFILE and found in ZIPPED):
        raise CommonsError("read_format_mismatch", claimed=claimed.value, found=found.value)
    return found


def recognise_content(path: Path) -> Format:
    """Return the format that the bytes have. Raises CommonsError for one that is not read here."""
    with path.open("rb") as file:
        head = file.read(4096)
    known = next((form for magic, form in MAGIC.items() if head.startswith(magic)), None)
    if known is not None:
        return known
    if head.startswith(b"PK"):
        return _recognise_zip(path)
    if b"OSMHeader" in head[:64]:
        return Format.PBF
    if head.startswith(OLE_MAGIC):
        raise CommonsError("read_workbook_locked" if _holds(path, LOCKED) else "read_unknown_format")
    if head.startswith(BINARY_MAGIC):
        raise CommonsError("read_unknown_format")
    return _recognise_text(head)


def _recognise_text(head: bytes) -> Format:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")
    if not text:
        raise CommonsError("read_empty")
    if markup := MARKUP.match(text):
        return Format(markup[1].decode())
    if text.startswith(b"<"):
        raise CommonsError("read_markup")
    return Format.GEOJSON if text.startswith((b"{", b"[")) else Format.CSV


def _holds(path: Path, mark: bytes) -> bool:
    """Say whether the bytes are anywhere in the file."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(mark) >= 0


def _recognise_zip(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
            with archive.open("mimetype") if "mimetype" in names else BytesIO() as declared:
                kind = declared.read(len(ODS_TYPE))
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise CommonsError("read_archive_broken") from error
    if kind == ODS_TYPE:
        return Format.ODS
    if "xl/workbook.xml" in names:
        return Format.XLSX
    if any(name.endswith(".shp") for name in names):
        return Format.SHAPEFILE
    if any(name.endswith(".kml") for name in names):
        return Format.KMZ
    if lists_in(names):
        return Format.ZIP
    raise CommonsError("read_unknown_format")


def lists_in(names: Iterable[str]) -> list[str]:
    """Return the files of an archive that may be the list: no words about it, and a plain text only where all are.

    >>> lists_in(["liste.csv", "lisezmoi.txt", "__macosx/._liste.csv", "notes.txt"])
    ['liste.csv']
    """
    lists = [name for name in names if _may_be_list(PurePosixPath(name.lower()))]
    return [name for name in lists if not name.lower().endswith(".txt")] or lists


def _may_be_list(path: PurePosixPath) -> bool:
    return (
        EXTENSIONS.get(path.suffix, Format.SHAPEFILE) is not Format.SHAPEFILE
        and "__macosx" not in path.parts
        and not path.name.startswith((".", *ABOUT))
    )
