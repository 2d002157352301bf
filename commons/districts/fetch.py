"""A source's file: the mirror's, else the cache's, else downloaded and checked."""

import hashlib
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx

from commons.districts.sources import Source
from commons.errors import CommonsError

RETRY_PAUSES_S = (1.0, 3.0)
"""Seconds between tries: a hiccup is over by then; a longer outage is for a person to judge."""

TIMEOUT_S = 30.0
"""Seconds without a byte after which a try is given up: a portal prepares an export before its first one."""

CONNECT_TIMEOUT_S = 5.0
"""Seconds to reach the server: without a network the stand-in must come soon."""

Progress = Callable[[int, int | None], None]
"""Told the bytes received so far, and how many are announced (None where the server does not say)."""


class SourceUnreachableError(CommonsError):
    """The server could not be reached, failed at every try, or has no such file: a stand-in may do."""


def fetch(
    source: Source,
    cache: Path,
    mirror: Path | None,
    *,
    progress: Progress | None = None,
    pauses_s: tuple[float, ...] = RETRY_PAUSES_S,
) -> Path:
    """Return the path of the source's file; it is downloaded into the cache only where neither place has it.

    A mirror's copy has the reviewed checksum, and so has a download unless the source says that its bytes
    differ. A file is in the cache whole or not at all; one that has changed there since is downloaded again. Raises
    CommonsError, which says what to do.
    """
    if mirror and (original := mirror / source.file).is_file():
        _check(source, original)
        return original
    cached = cache / source.file
    if not _is_as_downloaded(cached):
        _download(source, cached, progress, pauses_s)
    return cached


def _is_as_downloaded(cached: Path) -> bool:
    noted = _checksum_file(cached)
    return cached.is_file() and noted.is_file() and noted.read_text() == sha256_of(cached)


def _checksum_file(cached: Path) -> Path:
    return cached.with_name(f"{cached.name}.sha256")


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256 in hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _check(source: Source, path: Path) -> None:
    if source.sha256 and sha256_of(path) != source.sha256:
        raise CommonsError("district_source_checksum", title=source.title, file=source.file, url=source.url)


def _download(source: Source, target: Path, progress: Progress | None, pauses_s: tuple[float, ...]) -> None:
    """Put the file in its place by one rename, so that a reader never sees a part of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        _receive(source, part, progress, pauses_s)
        if not source.download_differs:
            _check(source, part)
        if zipfile.is_zipfile(part):
            _keep_largest_member(part)
        _checksum_file(target).write_text(sha256_of(part))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _receive(source: Source, part: Path, progress: Progress | None, pauses_s: tuple[float, ...]) -> None:
    """Write the body; after a 5xx, a lost connection or a body shorter than announced, pause and try again."""
    for pause_s in (*pauses_s, None):
        try:
            _stream(source.url, part, progress)
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            if status < httpx.codes.INTERNAL_SERVER_ERROR or pause_s is None:
                key = "district_source_refused"
                raise SourceUnreachableError(
                    key, title=source.title, url=source.url, file=source.file, status=status
                ) from error
        except httpx.TransportError as error:
            if pause_s is None:
                key = "district_source_unreachable"
                raise SourceUnreachableError(
                    key, title=source.title, url=source.url, file=source.file
                ) from error
        else:
            return
        time.sleep(pause_s)


def _stream(url: str, part: Path, progress: Progress | None) -> None:
    """Write the body to `part` from its start; httpx raises a TransportError where it ends too early."""
    timeout = httpx.Timeout(TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    with (
        httpx.stream("GET", url, follow_redirects=True, timeout=timeout) as response,
        part.open("wb") as body,
    ):
        response.raise_for_status()
        announced = response.headers.get("content-length")
        for chunk in response.iter_bytes():
            body.write(chunk)
            if progress:
                progress(response.num_bytes_downloaded, int(announced) if announced else None)


def _keep_largest_member(archive: Path) -> None:
    """Replace the archive by its largest file: the data, beside which publishers put notes."""
    opened = archive.with_name(f"{archive.name}.open")
    try:
        with zipfile.ZipFile(archive) as members, opened.open("wb") as data:
            largest = max(members.infolist(), key=lambda member: member.file_size)
            with members.open(largest) as content:
                shutil.copyfileobj(content, data)
        opened.replace(archive)
    finally:
        opened.unlink(missing_ok=True)
