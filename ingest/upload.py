"""One upload from file to map: read, map, check, then in one transaction store, link, merge and release."""

from dataclasses import dataclass
from pathlib import Path

from commons.database.connection import Connection
from commons.partners import Dataset
from commons.vocabulary import UploadMode
from ingest.check import check
from ingest.check.records import CheckedRecords
from ingest.link.linker import Linker
from ingest.link.near_name import NearNameLinker
from ingest.map import apply_mapping
from ingest.map.mapping import Mapping
from ingest.map.propose import propose_mapping
from ingest.merge.merge import MergeResult, merge
from ingest.read import read_file
from ingest.read.table import RawTable
from ingest.store.store import StoredUpload, store


@dataclass(frozen=True)
class PreparedUpload:
    """A file that has been read, mapped and checked; nothing of it is stored yet."""

    file_name: str
    content: bytes
    raw: RawTable
    mapping: Mapping
    checked: CheckedRecords


@dataclass(frozen=True)
class CommittedUpload:
    """What an upload changed in its dataset, and in the alternatives."""

    stored: StoredUpload
    merged: MergeResult


def prepare_upload(path: Path, file_name: str | None = None) -> PreparedUpload:
    """Return the checked file, or raise CommonsError where it cannot be read at all."""
    name = file_name or path.name
    raw = read_file(path, name)
    mapping = propose_mapping(raw)
    return PreparedUpload(name, path.read_bytes(), raw, mapping, check(apply_mapping(raw, mapping)))


def commit_upload(
    connection: Connection,
    dataset: Dataset,
    prepared: PreparedUpload,
    *,
    uploaded_by: str,
    mode: UploadMode = UploadMode.FULL,
    linker: Linker | None = None,
) -> CommittedUpload:
    """Return what the upload changed. The caller commits; at that moment the release follows."""
    stored = store(
        connection,
        dataset,
        prepared.raw,
        prepared.checked,
        file_name=prepared.file_name,
        content=prepared.content,
        mapping=prepared.mapping.column_of,
        mode=mode,
        uploaded_by=uploaded_by,
    )
    return CommittedUpload(stored, merge(connection, linker or NearNameLinker()))
