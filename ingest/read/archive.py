"""Archives: never trusted to say how much is in them."""

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from commons.errors import CommonsError
from commons.settings import settings

MAX_MEMBERS = 200
MAX_RATIO = 200
"""Text of coordinates shrinks five- to twentyfold; a thousandfold is a bomb (measured: 1028)."""
CHUNK_BYTES = 65_536
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
NESTED = (".zip", ".gz", ".7z", ".rar", ".tar", ".bz2", ".xz")


def measure(path: Path) -> None:
    """Raise CommonsError where the archive unpacks to too much, counted while unpacking.

    A document type in a member is refused too: a workbook needs none, and entities can explode.
    """
    total = 0
    with _opened(path) as archive:
        for member in archive.infolist():
            for place, chunk in enumerate(_unpack(archive, member)):
                total += len(chunk)
                _refuse_bomb(total, path.stat().st_size)
                if place == 0 and b"<!DOCTYPE" in chunk:
                    raise CommonsError("read_archive_unsafe")


def extract_shapefile(path: Path, folder: Path) -> Path:
    """Return the `.shp` unpacked into `folder` with its parts, all under plain names of ours.

    Raises CommonsError where there is not exactly one shapefile, or the archive is unsafe.
    """
    with _opened(path) as archive:
        parts = _shapefile_parts(archive)
        total = 0
        for suffix, member in parts.items():
            with (folder / f"layer{suffix}").open("wb") as target:
                for chunk in _unpack(archive, member):
                    total += len(chunk)
                    _refuse_bomb(total, path.stat().st_size)
                    target.write(chunk)
    return folder / "layer.shp"


def extract_kml(path: Path, folder: Path) -> Path:
    """Return the one KML document of a KMZ archive, unpacked into `folder`; its pictures stay where they are."""
    with _opened(path) as archive:
        documents = [m for m in archive.infolist() if m.filename.lower().endswith(".kml") and not m.is_dir()]
        if len(documents) != 1:
            raise CommonsError("read_archive_several")
        total = 0
        with (folder / "document.kml").open("wb") as target:
            for chunk in _unpack(archive, documents[0]):
                total += len(chunk)
                _refuse_bomb(total, path.stat().st_size)
                target.write(chunk)
    return folder / "document.kml"


def _shapefile_parts(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    parts: dict[str, zipfile.ZipInfo] = {}
    stems = set()
    for member in archive.infolist():
        name = PurePosixPath(member.filename.replace("\\", "/").lower())
        if name.suffix in NESTED:
            raise CommonsError("read_archive_nested")
        if name.suffix not in SHAPEFILE_PARTS or member.is_dir() or "__macosx" in name.parts:
            continue
        if name.suffix in parts:
            raise CommonsError("read_archive_several")
        parts[name.suffix] = member
        stems.add(name.stem)
    if len(stems) > 1:
        raise CommonsError("read_archive_several")
    if not {".shp", ".shx", ".dbf"} <= set(parts):
        raise CommonsError("read_archive_incomplete")
    return parts


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError) as error:
        raise CommonsError("read_archive_broken") from error
    if len(archive.infolist()) > MAX_MEMBERS:
        raise CommonsError("read_archive_unsafe")
    return archive


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(member) as source:
            while chunk := source.read(CHUNK_BYTES):
                yield chunk
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise CommonsError("read_archive_broken") from error


def _refuse_bomb(unpacked: int, packed: int) -> None:
    if unpacked > settings().max_unpacked_mb * 1024**2 or unpacked > MAX_RATIO * packed:
        raise CommonsError("read_archive_unsafe")
