"""One upload from file to map: read, map, check, then in one transaction store, link, merge and release."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from commons.consent.effects import Effect, carry_out, try_out
from commons.database.connection import Connection
from commons.partners import Dataset
from commons.vocabulary import UploadMode
from ingest.check import Memory, check
from ingest.check.records import CheckedRecords, concat_checked
from ingest.link.linker import Linker
from ingest.link.near_name import NearNameLinker
from ingest.locate.locate import count_waiting
from ingest.map import apply_mapping
from ingest.map.late_flag import refuse_late_flag
from ingest.map.mapping import Mapping
from ingest.map.propose import propose_mapping
from ingest.merge.merge import MergeResult, merge
from ingest.read import read_chunks
from ingest.read.table import Format, with_columns
from ingest.report.account import UploadAccount, account_of
from ingest.store.store import StoredUpload, UploadedFile, store


@dataclass(frozen=True)
class PreparedUpload:
    """A file whose columns are known; nothing of it is stored yet. It is read from `path` as often as it is needed."""

    path: Path
    file_name: str
    sha256: bytes
    format: Format
    mapping: Mapping

    def chunks(self) -> Iterator[CheckedRecords]:
        """Yield the file's rows mapped and checked, chunk by chunk."""
        memory = Memory()
        for place, raw in enumerate(read_chunks(self.path, self.file_name)):
            if place:
                refuse_late_flag(raw, self.mapping)
                raw = with_columns(raw, self.mapping.column_of.values())  # noqa: PLW2901 - the same rows
            yield check(apply_mapping(raw, self.mapping), memory=memory)

    def set_aside(self) -> pd.DataFrame:
        """Return the rows that are set aside, as they stand in the file."""
        return pd.concat([chunk.set_aside for chunk in self.chunks()], ignore_index=True)

    @cached_property
    def is_correction(self) -> bool:
        """Say whether the file holds what an earlier upload set aside: a part of the list, never the whole of it."""
        return next(read_chunks(self.path, self.file_name)).is_correction

    @cached_property
    def checked(self) -> CheckedRecords:
        """Return all of it at once, for a person to look at."""
        return concat_checked(self.chunks())


@dataclass(frozen=True)
class CommittedUpload:
    """What an upload changed in its dataset and in the alternatives, and how many of its records have no position."""

    stored: StoredUpload
    merged: MergeResult
    waiting: int


@dataclass(frozen=True)
class UploadPreview:
    """What an upload would change in its dataset and in the alternatives, for each reader, and its whole account."""

    committed: CommittedUpload
    effects: tuple[Effect, ...]
    account: UploadAccount


def prepare_upload(path: Path, file_name: str | None = None) -> PreparedUpload:
    """Return the file, its mapping proposed from its first chunk. Raises CommonsError where it cannot be read."""
    name = file_name or path.name
    first = next(read_chunks(path, name))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return PreparedUpload(path, name, digest, first.format, propose_mapping(first))


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
    file = UploadedFile(
        prepared.sha256, prepared.file_name, prepared.format.value, prepared.mapping.column_of
    )
    stored = store(connection, dataset, file, prepared.chunks(), mode=mode, uploaded_by=uploaded_by)
    merged = merge(connection, linker or NearNameLinker())
    return CommittedUpload(stored, merged, count_waiting(connection, dataset))


def preview_upload(
    connection: Connection,
    dataset: Dataset,
    prepared: PreparedUpload,
    *,
    uploaded_by: str,
    mode: UploadMode = UploadMode.FULL,
) -> UploadPreview:
    """Return what the upload would change: it is made in full, looked at, and rolled back."""

    def upload() -> tuple[CommittedUpload, UploadAccount]:
        return _upload(connection, dataset, prepared, uploaded_by, mode)

    (committed, account), effects = try_out(connection, dataset.dataset_id, upload)
    is_trial = not committed.stored.is_repeat
    return UploadPreview(committed, effects, replace(account, effects=effects, is_trial=is_trial))


def commit_with_account(
    connection: Connection,
    outside: Connection,
    dataset: Dataset,
    prepared: PreparedUpload,
    *,
    uploaded_by: str,
    mode: UploadMode = UploadMode.FULL,
) -> tuple[CommittedUpload, UploadAccount]:
    """Return what the upload changed, and its account with what changed for each reader. The caller commits.

    `outside` is another connection, which sees until then what readers saw before.
    """

    def upload() -> tuple[CommittedUpload, UploadAccount]:
        return _upload(connection, dataset, prepared, uploaded_by, mode)

    (committed, account), effects = carry_out(connection, outside, dataset.dataset_id, upload)
    return committed, replace(account, effects=effects)


def _upload(
    connection: Connection, dataset: Dataset, prepared: PreparedUpload, uploaded_by: str, mode: UploadMode
) -> tuple[CommittedUpload, UploadAccount]:
    committed = commit_upload(connection, dataset, prepared, uploaded_by=uploaded_by, mode=mode)
    upload_id = committed.stored.upload_id
    return committed, account_of(connection, dataset, upload_id, mapping=prepared.mapping, effects=())
