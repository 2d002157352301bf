"""Refreshing a dataset from its source: fetched, then stored as any file is, or not taken and told why."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

import psycopg

from commons.consent.checks import lock_dataset
from commons.consent.no_wider import hold_back, note_permitted
from commons.database.connection import Connection, Role, connect
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.vocabulary import SourceKind, SourceState, UploadMode
from ingest.check.records import CheckedRecords
from ingest.map.saved import latest_mapping
from ingest.remote.fetch import Fetcher
from ingest.remote.fetched import Fetched
from ingest.remote.gogocarto import fetch_gogocarto
from ingest.remote.murmurations import fetch_murmurations
from ingest.remote.ogcapi import fetch_ogcapi
from ingest.remote.plain import fetch_plain
from ingest.remote.source import (
    RemoteSource,
    find_source,
    note_failure,
    note_shrunk,
    note_taken,
    note_unchanged,
)
from ingest.remote.wfs import fetch_wfs
from ingest.store.ending import MAX_ENDED, EndsManyError, live_records
from ingest.store.store import StoredUpload
from ingest.upload import PreparedUpload, commit_upload, prepare_upload

MAX_LOST_SHARE = 1 / 3
"""Of a short list's records, how many one refresh may end where nobody is there to be asked: one or two go in a night.

Of a long one it may end `MAX_ENDED`, as may a person who is not asked.
"""
UPLOADED_BY = "commons sources"
EMPTY = ("read_no_rows", "read_empty")
MakeFetcher = Callable[[], Fetcher]


class Outcome(StrEnum):
    """What became of a refresh."""

    TAKEN = "taken"
    UNCHANGED = "unchanged"
    UNDONE = "undone"
    REFUSED = "refused"
    FAILED = "failed"
    BUSY = "busy"


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did. `unreachable` entries of the list could not be had; `held_back` records would have opened."""

    dataset: Dataset
    outcome: Outcome
    state: SourceState
    stored: StoredUpload | None = None
    unreachable: int = 0
    held_back: int = 0
    failure: CommonsError | None = None

    @property
    def is_well(self) -> bool:
        """Whether nobody need look at it."""
        return self.outcome not in (Outcome.REFUSED, Outcome.FAILED)


class ShrunkError(CommonsError):
    """A list that is not taken: so many of the dataset's records would end."""

    def __init__(self, lost: int | None, before: int) -> None:
        if lost is None:
            super().__init__("remote.empty")
        else:
            super().__init__("remote.shrunk", lost=lost, before=before)
        self.lost = lost


@dataclass(frozen=True)
class DatedUpload(PreparedUpload):
    """An upload whose flags, where they name no day, date from the one on which a person added the source.

    Else each refresh would make the consents in it last longer, with nobody having said so again.
    """

    said_on: date = field(kw_only=True)

    def chunks(self) -> Iterator[CheckedRecords]:
        """Yield the file's rows mapped and checked, chunk by chunk."""
        for chunk in super().chunks():
            told = chunk.frame["consent_on"]
            yield replace(chunk, frame=chunk.frame.assign(consent_on=told.where(told.notna(), self.said_on)))


def refresh(dataset: Dataset, make_fetcher: MakeFetcher = Fetcher) -> Refreshed:
    """Return what became of the refresh of a dataset; what it stores, it commits. No failure of its source is raised.

    Nothing is held in the database while it is fetched but a lock, so that two refreshes of it do not cross.
    """
    with connect(Role.INGEST) as connection:
        source = find_source(connection, dataset)
        is_ours = _lock(connection, source)
        connection.commit()
        if not is_ours:
            return Refreshed(dataset, Outcome.BUSY, source.state)
        try:
            with tempfile.TemporaryDirectory(prefix="commons-") as folder, make_fetcher() as fetcher:
                return _refresh(connection, source, fetcher, Path(folder))
        except ShrunkError as refused:
            note_shrunk(connection, source, refused, refused.lost)
            return Refreshed(dataset, Outcome.REFUSED, SourceState.SHRUNK, failure=refused)
        except CommonsError as failure:
            return _failed(connection, source, failure)
        except OSError:
            return _failed(connection, source, CommonsError("remote.ours"))
        except psycopg.Error:
            if connection.closed:
                raise
            connection.rollback()
            return _failed(connection, source, CommonsError("remote.ours"))


def _failed(connection: Connection, source: RemoteSource, failure: CommonsError) -> Refreshed:
    state = note_failure(connection, source, failure)
    return Refreshed(source.dataset, Outcome.FAILED, state, failure=failure)


def _lock(connection: Connection, source: RemoteSource) -> bool:
    """Say whether this refresh is the only one of the source; it is until the connection is closed."""
    row = connection.execute(
        "SELECT pg_try_advisory_lock(hashtext('commons source'), %s)", (source.source_id,)
    ).fetchone()
    return bool(row and row[0])


def _refresh(connection: Connection, source: RemoteSource, fetcher: Fetcher, folder: Path) -> Refreshed:
    fetched = fetch_list(source, fetcher, folder)
    if fetched is None:
        note_unchanged(connection, source)
        return Refreshed(source.dataset, Outcome.UNCHANGED, SourceState.OK, unreachable=source.unreachable)
    prepared = _prepare(connection, source, fetched)
    with connection.transaction():
        return _store(connection, source, prepared, fetched)


def fetch_list(source: RemoteSource, fetcher: Fetcher, folder: Path) -> Fetched | None:
    """Return the source's list as one file, None where it has not changed. Raises CommonsError."""
    match source.kind:
        case SourceKind.URL:
            return fetch_plain(fetcher, source.address, folder, source.known)
        case SourceKind.GOGOCARTO:
            return fetch_gogocarto(fetcher, source.address, folder, source.known)
        case SourceKind.OGC_API:
            return fetch_ogcapi(fetcher, source.address, folder)
        case SourceKind.WFS:
            return fetch_wfs(fetcher, source.address, folder)
        case SourceKind.MURMURATIONS:
            return fetch_murmurations(fetcher, source.address, folder)


def _prepare(connection: Connection, source: RemoteSource, fetched: Fetched) -> DatedUpload:
    try:
        saved = latest_mapping(connection, source.dataset)
        prepared = prepare_upload(fetched.path, f"{source.dataset.slug}{fetched.suffix}", saved=saved)
    except CommonsError as error:
        if error.key in EMPTY:
            raise ShrunkError(None, live_records(connection, source.dataset)) from error
        raise
    known = {each.name: getattr(prepared, each.name) for each in fields(prepared)}
    return DatedUpload(**known, said_on=source.added_at.date())


def _store(
    connection: Connection, source: RemoteSource, prepared: DatedUpload, fetched: Fetched
) -> Refreshed:
    """Return what the list changed; all of it is undone by the exception where the list is not taken."""
    dataset = source.dataset
    lock_dataset(connection, dataset)
    if _was_undone(connection, dataset, prepared.sha256):
        note_unchanged(connection, source)
        return Refreshed(dataset, Outcome.UNDONE, SourceState.OK)
    note_permitted(connection, dataset)
    mode = UploadMode.PARTIAL if fetched.unreachable else UploadMode.FULL
    stored = _commit(connection, source, prepared, mode)
    held_back = 0 if stored.is_repeat else hold_back(connection, dataset, stored.upload_id)
    note_taken(connection, source, stored.upload_id, fetched.validators, fetched.unreachable)
    outcome = Outcome.UNCHANGED if stored.is_repeat else Outcome.TAKEN
    return Refreshed(dataset, outcome, SourceState.OK, stored, fetched.unreachable, held_back)


def _commit(
    connection: Connection, source: RemoteSource, prepared: DatedUpload, mode: UploadMode
) -> StoredUpload:
    """Return what the list changed. Raises ShrunkError where it would end more than a refresh may, or was accepted."""
    try:
        with connection.transaction():
            return commit_upload(
                connection, source.dataset, prepared, uploaded_by=UPLOADED_BY, mode=mode
            ).stored
    except EndsManyError as many:
        few = min(many.before * MAX_LOST_SHARE, MAX_ENDED)
        if many.gone > max(few, source.accepted_lost or 0):
            raise ShrunkError(many.gone, many.before) from many
        ends = many.gone
    return commit_upload(
        connection, source.dataset, prepared, uploaded_by=UPLOADED_BY, mode=mode, ends=ends
    ).stored


def _was_undone(connection: Connection, dataset: Dataset, digest: bytes) -> bool:
    """Say whether a person undid this very list: a schedule does not do it again."""
    latest = connection.execute(
        "SELECT undone_at IS NOT NULL AND sha256 = %s FROM commons.upload WHERE dataset_id = %s"
        " ORDER BY upload_id DESC LIMIT 1",
        (digest, dataset.dataset_id),
    ).fetchone()
    return bool(latest and latest[0])
