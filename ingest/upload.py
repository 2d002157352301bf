"""One upload from file to map: read, map, check, then in one transaction store, link, merge and release."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from commons.consent.checks import lock_dataset
from commons.consent.effects import Effect, carry_out, try_out
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.release.upkeep import release_queued
from commons.vocabulary import UploadMode
from ingest.check import Memory, check
from ingest.check.records import CheckedRecords, concat_checked, with_none_ready
from ingest.link.linker import Linker
from ingest.locate.locate import count_waiting
from ingest.map import apply_mapping, propose_mapping
from ingest.map.apply import refuse_missing
from ingest.map.flag_columns import refuse_late_flag, refuse_unheeded_flag
from ingest.map.mapping import Mapping
from ingest.map.presets import Preset, apply_preset, recognise_preset
from ingest.map.saved import SavedMapping, latest_mapping, refuse_changed, save_mapping
from ingest.map.unclear import refuse_unclear
from ingest.merge.matches import shown_pairs
from ingest.merge.merge import MergeResult, merge
from ingest.read import read_chunks
from ingest.read.file_name import is_file_name
from ingest.read.table import Format, RawTable, with_columns
from ingest.report.account import UploadAccount, account_of
from ingest.store.store import StoredUpload, UploadedFile, store


@dataclass(frozen=True)
class PreparedUpload:
    """A file whose columns are known; nothing of it is stored yet. It is read from `path` as often as it is needed.

    The mapping is the dataset's `saved` one, or `chosen` by a person and saved with the upload, or that of the `preset`
    by which the file was recognised, or else proposed from headers and values.
    """

    path: Path
    file_name: str
    sha256: bytes
    format: Format
    mapping: Mapping
    saved: SavedMapping | None = None
    is_chosen: bool = False
    preset: str | None = None
    columns: tuple[str, ...] = ()
    """The columns of its first chunk."""
    is_correction: bool = False
    """Whether the file holds what an earlier upload set aside: a part of the list, never the whole of it."""

    def chunks(self) -> Iterator[CheckedRecords]:
        """Yield the file's rows mapped and checked, chunk by chunk; the last says whether no row at all was ready."""
        has_ready = False
        held: CheckedRecords | None = None
        for chunk in self._checked_chunks():
            if held is not None:
                yield held
                held = None
            has_ready |= not chunk.frame.empty
            if has_ready:
                yield chunk
            else:
                held = chunk
        if held is not None:
            yield with_none_ready(held)

    def _checked_chunks(self) -> Iterator[CheckedRecords]:
        memory = Memory()
        for place, raw in enumerate(read_chunks(self.path, self.file_name)):
            if place:
                refuse_late_flag(raw, self.mapping)
                refuse_unclear(raw, self.mapping)
                raw = with_columns(raw, self.mapping.columns)  # noqa: PLW2901 - the same rows
            yield check(apply_mapping(raw, self.mapping), memory=memory)

    def set_aside(self) -> pd.DataFrame:
        """Return the rows that are set aside, as they stand in the file."""
        return pd.concat([chunk.set_aside for chunk in self.chunks()], ignore_index=True)

    @cached_property
    def checked(self) -> CheckedRecords:
        """Return all of it at once, for a person to look at."""
        return concat_checked(self.chunks())


@dataclass(frozen=True)
class CommittedUpload:
    """What an upload changed in its dataset, and how many of its records have no position.

    `duplicates` are the pairs with other lists that it brought, of which its partner may be told; None where nobody
    asked. `merged` is what the merge did: never shown to a partner, for it tells of records that are hidden from it.
    """

    stored: StoredUpload
    merged: MergeResult
    duplicates: int | None
    waiting: int


@dataclass(frozen=True)
class UploadPreview:
    """What an upload would change in its dataset and in the alternatives, for each reader, and its whole account."""

    committed: CommittedUpload
    effects: tuple[Effect, ...]
    account: UploadAccount


def prepare_upload(
    path: Path,
    file_name: str | None = None,
    *,
    saved: SavedMapping | None = None,
    chosen: Mapping | Preset | None = None,
) -> PreparedUpload:
    """Return the file and its mapping: what a person has `chosen`, else what its dataset has `saved`, else a proposal.

    Raises CommonsError where the file cannot be read, or the mapping does not fit its first chunk.
    """
    name = file_name or path.name
    if not is_file_name(name):
        raise CommonsError("upload.file_name")
    first = next(read_chunks(path, name))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    columns = tuple(map(str, first.rows.columns))
    prepared = PreparedUpload(
        path, name, digest, first.format, Mapping(()), columns=columns, is_correction=first.is_correction
    )
    prepared = _with_mapping(prepared, first, chosen, saved)
    refuse_unclear(first, prepared.mapping)
    return prepared


def _with_mapping(
    prepared: PreparedUpload, first: RawTable, chosen: Mapping | Preset | None, saved: SavedMapping | None
) -> PreparedUpload:
    """Return the upload with a person's mapping, else the saved one, that of a known kind of file, or a proposal."""
    if chosen is not None:
        return replace(prepared, mapping=_chosen(first, chosen), is_chosen=True)
    if saved is not None:
        refuse_changed(first, saved)
        return replace(prepared, mapping=saved.mapping, saved=saved)
    preset = recognise_preset(first)
    if preset is not None:
        return replace(prepared, mapping=apply_preset(preset, first), preset=preset.name)
    return replace(prepared, mapping=propose_mapping(first))


def _chosen(first: RawTable, chosen: Mapping | Preset) -> Mapping:
    """Return a person's mapping, once all that it names is in the file and no consent flag is left out of it."""
    mapping = apply_preset(chosen, first) if isinstance(chosen, Preset) else chosen
    refuse_missing(first, (*mapping.columns, *mapping.ignore))
    refuse_unheeded_flag(first, mapping)
    return mapping


def commit_upload(
    connection: Connection,
    dataset: Dataset,
    prepared: PreparedUpload,
    *,
    uploaded_by: str,
    mode: UploadMode = UploadMode.PARTIAL,
    ends: int | None = None,
    linker: Linker | None = None,
    count_duplicates: bool = False,
) -> CommittedUpload:
    """Return what the upload changed. The caller commits; at that moment the release follows.

    Only a list that is said to be complete ends records, and many of them only where a person gave their number,
    `ends`: else EndsManyError. Raises CommonsError where the file was not read by the mapping that is saved for the
    dataset, or holds rejected rows and is said to be the complete list.
    """
    return _commit(
        connection,
        dataset,
        prepared,
        uploaded_by,
        mode,
        ends=ends,
        linker=linker,
        count_duplicates=count_duplicates,
    )


def _commit(
    connection: Connection,
    dataset: Dataset,
    prepared: PreparedUpload,
    uploaded_by: str,
    mode: UploadMode,
    *,
    ends: int | None = None,
    linker: Linker | None = None,
    is_trial: bool = False,
    count_duplicates: bool = False,
) -> CommittedUpload:
    if prepared.is_correction and mode is UploadMode.FULL:
        raise CommonsError("upload.correction", file=prepared.file_name)
    if prepared.is_chosen:
        save_mapping(connection, dataset, prepared.mapping, saved_by=uploaded_by)
    lock_dataset(connection, dataset)
    saved = latest_mapping(connection, dataset)
    if not prepared.is_chosen and saved != prepared.saved:
        raise CommonsError("mapping.stale", dataset=dataset.slug)
    file = UploadedFile(
        prepared.sha256,
        prepared.file_name,
        prepared.format.value,
        prepared.mapping.column_of,
        saved_mapping_id=saved.saved_mapping_id if saved else None,
        preset=prepared.preset,
    )
    known = shown_pairs(connection, dataset) if count_duplicates else None
    stored = store(
        connection,
        dataset,
        file,
        prepared.chunks(),
        mode=mode,
        uploaded_by=uploaded_by,
        ends=ends,
        is_trial=is_trial,
    )
    merged = merge(connection, linker)
    release_queued(
        connection
    )  # not before: the lock of the release comes after that of merges, or two deadlock
    duplicates = None if known is None else len(shown_pairs(connection, dataset) - known)
    return CommittedUpload(stored, merged, duplicates, count_waiting(connection, dataset))


def preview_upload(
    connection: Connection,
    dataset: Dataset,
    prepared: PreparedUpload,
    *,
    uploaded_by: str,
    mode: UploadMode = UploadMode.PARTIAL,
) -> UploadPreview:
    """Return what the upload would change: it is made in full, looked at, and rolled back."""

    def upload() -> tuple[CommittedUpload, UploadAccount]:
        committed = _commit(
            connection, dataset, prepared, uploaded_by, mode, is_trial=True, count_duplicates=True
        )
        return committed, _account(connection, dataset, prepared, committed)

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
    mode: UploadMode = UploadMode.PARTIAL,
    ends: int | None = None,
    count_duplicates: bool = False,
) -> tuple[CommittedUpload, UploadAccount]:
    """Return what the upload changed, and its account with what changed for each reader. The caller commits.

    `outside` is another connection, which sees until then what readers saw before. `ends` and what is raised are as of
    `commit_upload`.
    """

    def upload() -> tuple[CommittedUpload, UploadAccount]:
        committed = _commit(
            connection, dataset, prepared, uploaded_by, mode, ends=ends, count_duplicates=count_duplicates
        )
        return committed, _account(connection, dataset, prepared, committed)

    (committed, account), effects = carry_out(connection, outside, dataset.dataset_id, upload)
    return committed, replace(account, effects=effects)


def _account(
    connection: Connection, dataset: Dataset, prepared: PreparedUpload, committed: CommittedUpload
) -> UploadAccount:
    upload_id = committed.stored.upload_id
    return account_of(connection, dataset, upload_id, mapping=prepared.mapping, effects=())
