"""Features from many answers, on their way into one file that depends on them alone and not on their order."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

from commons.errors import CommonsError
from ingest.read.json_stream import JsonStream, strict_decoder
from ingest.remote.address import Address
from ingest.remote.fetch import Fetcher

MAX_DOCUMENT_BYTES = 16 * 1024**2
"""What describes a service, or one profile: a few kilobytes, seldom a megabyte."""
NOT_OURS = {"read_json": "remote.not_json", "read_not_a_collection": "remote.not_json"}
"""What the readers say of a file, and what is said of an answer instead."""
JsonObject = dict[str, Any]


class _Place(NamedTuple):
    """Where a feature lies in the spool, after what it is sorted by."""

    key: str
    digest: bytes
    offset: int
    length: int


class Gathering:
    """Features written to disk as they come, and then, sorted by id and content, into a FeatureCollection."""

    def __init__(self, folder: Path) -> None:
        self._spool = (folder / "spool").open("w+b")
        self._places: list[_Place] = []
        self._ids: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._spool.close()

    @property
    def count(self) -> int:
        """How many features there are."""
        return len(self._places)

    def add(self, feature: JsonObject) -> bool:
        """Keep a feature; say whether its id is new. Raises CommonsError where it is none."""
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise CommonsError("remote.shape")
        kept = {name: feature.get(name) for name in ("type", "geometry", "properties")}
        identity = feature.get("id")
        if identity is not None:
            kept["id"] = identity
        try:
            line = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        except UnicodeEncodeError as error:  # half of a surrogate pair
            raise CommonsError("read_not_text") from error
        key = "" if identity is None else str(identity)
        self._places.append(_Place(key, hashlib.sha256(line).digest(), self._spool.tell(), len(line)))
        self._spool.write(line)
        is_new = identity is None or key not in self._ids
        self._ids.add(key)
        return is_new

    def write(self, target: Path, *, crs: object = None, is_complete: bool = True) -> Path:
        """Return the path of the collection; of the same features, one that is not complete makes another file."""
        head = {"type": "FeatureCollection", **({"crs": crs} if crs else {})}
        if not is_complete:
            head["partial"] = True
        start = json.dumps(head, ensure_ascii=False, sort_keys=True, separators=(",", ":"))[:-1]
        with target.open("wb") as file:
            file.write(f'{start},"features":['.encode())
            separator = b"\n"
            for place in sorted(self._places):
                self._spool.seek(place.offset)
                file.write(separator + self._spool.read(place.length))
                separator = b",\n"
            file.write(b"\n]}\n")
        return target


class JsonItems:
    """A JSON answer on disk, of which the array `long` is read item by item; `members` is all else, once it is read."""

    def __init__(self, path: Path, long: str) -> None:
        self._path, self._long = path, long
        self.members: JsonObject = {}

    def __iter__(self) -> Iterator[Any]:
        """Yield the items. Raises CommonsError where the answer is no JSON object."""
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                stream = JsonStream(file, self._long)
                self.members = stream.members
                yield from stream.items()
        except UnicodeDecodeError as error:
            raise CommonsError("remote.not_json") from error
        except CommonsError as error:
            if error.key in NOT_OURS:
                raise CommonsError(NOT_OURS[error.key]) from error
            raise


def fetch_document(
    fetcher: Fetcher, address: Address, folder: Path, *, seconds: float | None = None
) -> tuple[JsonObject, Address]:
    """Return a small JSON object and the address that it came from in the end, or raise CommonsError."""
    path = folder / "document"
    answer = fetcher.get(address, path, max_bytes=MAX_DOCUMENT_BYTES, seconds=seconds)
    try:
        document = strict_decoder().decode(path.read_text("utf-8-sig"))
    except RecursionError as error:
        raise CommonsError("read_json_too_deep") from error
    except ValueError as error:
        raise CommonsError("remote.not_json") from error
    if not isinstance(document, dict):
        raise CommonsError("remote.not_json")
    return document, answer.address


def links_of(document: JsonObject, *relations: str) -> list[str]:
    """Return where the links of these relations lead, those to GeoJSON first, then JSON, then those of no type."""
    order = ("application/geo+json", "application/json", None)
    links = [
        link
        for link in document.get("links") or ()
        if isinstance(link, dict) and link.get("rel") in relations and isinstance(link.get("href"), str)
    ]
    readable = [link for link in links if _kind_of(link) in order]
    return [link["href"] for link in sorted(readable, key=lambda link: order.index(_kind_of(link)))]


def _kind_of(link: JsonObject) -> str | None:
    told = link.get("type")
    return told.partition(";")[0].strip().lower() if isinstance(told, str) and told else None


def as_feature(identity: object, place: tuple[object, object], properties: JsonObject) -> JsonObject:
    """Return a feature at (lon, lat); where these are not two numbers it has no geometry."""
    lon, lat = (_number(axis) for axis in place)
    point = None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": identity, "geometry": point, "properties": properties}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def texts_joined(values: Iterable[object]) -> str | None:
    """Return plain values as one text with a bar between them, None where there is none."""
    return "|".join(str(value) for value in values if isinstance(value, str | int | float)) or None
