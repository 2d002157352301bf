"""Archives: never trusted to say how much is in them."""

import zipfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath

from commons.errors import CommonsError
from commons.settings import settings
from ingest.read.recognise import lists_in

MAX_MEMBERS = 200
MAX_RATIO = 200
"""Text of coordinates shrinks five- to twentyfold; a thousandfold is a bomb (measured: 1028)."""
CHUNK_BYTES = 65_536
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
DOCTYPE = tuple(
    mark.encode(encoding)
    for mark in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
DOCTYPE_BYTES = max(map(len, DOCTYPE))
NESTED = (".zip", ".gz", ".7z", ".rar", ".tar", ".bz2", ".xz")


def measure(path: Path) -> None:
    """Raise CommonsError where the archive unpacks to too much, counted while unpacking, or XML in it is unsafe."""
    total = 0
    with _opened(path) as archive:
        for member in archive.infolist():
            with closing(_unpack(archive, member, total)) as chunks:
                total += sum(map(len, without_doctype(chunks)))


def unpacked(path: Path, name: str) -> Generator[bytes]:
    """Yield an XML member of the archive, chunk by chunk, as long as it does not come to too much.

    Raises CommonsError where there is none of that name, the archive is broken, or it is unsafe.
    """
    with _opened(path) as archive:
        if name not in archive.namelist():
            raise CommonsError("read_archive_broken")
        with closing(_unpack(archive, archive.getinfo(name))) as chunks:
            yield from without_doctype(chunks)


def without_doctype(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the chunks of a document. Raises CommonsError at a document type: entities explode, and name other files.

    Neither a workbook nor a layer needs one. UTF-16 is looked through too: an XML parser reads it.
    """
    before = b""
    for chunk in chunks:
        if any(mark in before + chunk for mark in DOCTYPE):
            raise CommonsError("read_archive_unsafe")
        yield chunk
        before = chunk[-DOCTYPE_BYTES:]


def extract_shapefile(path: Path, folder: Path) -> Path:
    """Return the `.shp` unpacked into `folder` with its parts, all under plain names of ours.

    Raises CommonsError where there is not exactly one shapefile, or the archive is unsafe.
    """
    total = 0
    with _opened(path) as archive:
        for suffix, member in _shapefile_parts(archive).items():
            total += _extract(archive, member, folder / f"layer{suffix}", total)
    return folder / "layer.shp"


def extract_kml(path: Path, folder: Path) -> Path:
    """Return the one KML document of a KMZ archive, unpacked into `folder`; its pictures stay where they are."""
    with _opened(path) as archive:
        documents = [m for m in archive.infolist() if m.filename.lower().endswith(".kml") and not m.is_dir()]
        if len(documents) != 1:
            raise CommonsError("read_archive_several")
        _extract(archive, documents[0], folder / "document.kml")
    return folder / "document.kml"


def extract_lone(path: Path, folder: Path) -> Path:
    """Return the one list of an archive, unpacked into `folder` under a name of ours that ends as its own does.

    Raises CommonsError where there are several, or the archive is unsafe.
    """
    with _opened(path) as archive:
        names = lists_in(member.filename for member in archive.infolist() if not member.is_dir())
        if len(names) != 1:
            raise CommonsError("read_archive_several")
        target = folder / f"list{PurePosixPath(names[0]).suffix.lower()}"
        _extract(archive, archive.getinfo(names[0]), target)
    return target


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, before: int = 0) -> int:
    """Return how many bytes the member unpacked to, under a name of ours."""
    with target.open("wb") as file:
        return sum(map(file.write, _unpack(archive, member, before)))


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


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, before: int = 0) -> Generator[bytes]:
    """Yield what the member unpacks to, as long as that, with what was unpacked `before`, is not too much."""
    packed = Path(archive.filename or "").stat().st_size
    try:
        with archive.open(member) as source:
            while chunk := source.read(CHUNK_BYTES):
                before += len(chunk)
                refuse_bomb(before, packed)
                yield chunk
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise CommonsError("read_archive_broken") from error


def refuse_bomb(unpacked: int, packed: int) -> None:
    """Raise CommonsError where so many bytes are too many, or too many to have come out of that few."""
    if unpacked > settings().max_unpacked_mb * 1024**2 or unpacked > MAX_RATIO * packed:
        raise CommonsError("read_archive_unsafe")
