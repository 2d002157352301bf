"""Sources as they are stored: added and removed by a person, changed by each refresh, deleted never."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from commons.audit import record_event
from commons.consent.checks import check_name
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.vocabulary import SourceKind, SourceState
from ingest.remote.address import Address
from ingest.remote.fetch import Validators

TRIES_UNTIL_GONE = 5
"""Failures in a row after which a source that cannot be reached counts as gone: a working week of nightly refreshes."""
OUT_OF_REACH = ("remote.missing", "remote.unreachable", "remote.too_long")


@dataclass(frozen=True)
class RemoteSource:
    """Where a dataset's list is fetched from, and how that went.

    `known` is what the server called the state of what it last gave, empty where the dataset holds something else now.
    """

    source_id: int
    dataset: Dataset
    kind: SourceKind
    address: Address
    known: Validators
    state: SourceState
    failures: int
    problem: CommonsError | None
    unreachable: int
    lost: int | None
    accepted_lost: int | None
    last_tried_at: datetime | None
    last_fetched_at: datetime | None
    added_at: datetime


def all_sources(connection: Connection) -> list[RemoteSource]:
    """Return the sources that are not removed, by dataset."""
    return [_source(row) for row in run_file(connection, "ingest.remote", "sources").fetchall()]


def find_source(connection: Connection, dataset: Dataset) -> RemoteSource:
    """Return the dataset's source, or raise CommonsError."""
    for source in all_sources(connection):
        if source.dataset == dataset:
            return source
    raise CommonsError("remote.no_source", dataset=dataset.slug)


def add_source(
    connection: Connection, dataset: Dataset, kind: SourceKind, address: Address, *, added_by: str
) -> RemoteSource:
    """Return the dataset's new source. Raises CommonsError where it has one: two lists would end each other's rows."""
    check_name(connection, added_by)
    added = connection.execute(
        "INSERT INTO commons.remote_source (dataset_id, kind, address, added_by) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING source_id",
        (dataset.dataset_id, kind.value, address.reveal(), added_by),
    ).fetchone()
    if added is None:
        raise CommonsError("remote.has_source", dataset=dataset.slug)
    _record(connection, added_by, "add source", dataset, kind=kind.value)
    return find_source(connection, dataset)


def remove_source(connection: Connection, source: RemoteSource, *, removed_by: str) -> None:
    """Fetch nothing from it any more; the dataset's records stay, and of its address what is shown of it."""
    check_name(connection, removed_by)
    connection.execute(
        "UPDATE commons.remote_source SET removed_at = now(), removed_by = %s, address = %s, etag = NULL,"
        " last_modified = NULL WHERE source_id = %s",
        (removed_by, source.address.shown, source.source_id),
    )
    _record(connection, removed_by, "remove source", source.dataset)


def accept_shrink(connection: Connection, source: RemoteSource, *, accepted_by: str) -> int:
    """Return how many records the next refresh may end: as many as the refused list would have ended, and no more."""
    check_name(connection, accepted_by)
    if source.state is not SourceState.SHRUNK or source.lost is None:
        raise CommonsError("remote.nothing_to_accept", dataset=source.dataset.slug)
    connection.execute(
        "UPDATE commons.remote_source SET accepted_lost = lost, accepted_by = %s WHERE source_id = %s",
        (accepted_by, source.source_id),
    )
    _record(connection, accepted_by, "accept shrink", source.dataset, lost=source.lost)
    return source.lost


def note_taken(
    connection: Connection, source: RemoteSource, upload_id: int, validators: Validators, unreachable: int
) -> None:
    """Write down that the source's list is what the dataset holds now."""
    connection.execute(
        "UPDATE commons.remote_source SET state = 'ok', failures = 0, problem = NULL, lost = NULL,"
        " accepted_lost = NULL, accepted_by = NULL, last_tried_at = now(), last_fetched_at = now(), upload_id = %s,"
        " etag = %s, last_modified = %s, unreachable = %s WHERE source_id = %s",
        (upload_id, validators.etag, validators.last_modified, unreachable, source.source_id),
    )


def note_unchanged(connection: Connection, source: RemoteSource) -> None:
    """Write down that the server has nothing newer."""
    connection.execute(
        "UPDATE commons.remote_source SET state = 'ok', failures = 0, problem = NULL, last_tried_at = now(),"
        " last_fetched_at = now() WHERE source_id = %s",
        (source.source_id,),
    )


def note_shrunk(
    connection: Connection, source: RemoteSource, refused: CommonsError, lost: int | None
) -> None:
    """Write down that a list was not taken, because so many records would have ended (None: it was empty)."""
    connection.execute(
        "UPDATE commons.remote_source SET state = 'shrunk', failures = 0, problem = %s, lost = %s,"
        " last_tried_at = now(), accepted_lost = NULL, accepted_by = NULL WHERE source_id = %s",
        (_told(refused), lost, source.source_id),
    )
    _record(connection, "commons sources", "source shrunk", source.dataset, lost=lost)


def note_failure(connection: Connection, source: RemoteSource, failure: CommonsError) -> SourceState:
    """Return the state of the source after one more failure."""
    failures = source.failures + 1
    is_gone = failure.key in OUT_OF_REACH and failures >= TRIES_UNTIL_GONE
    state = SourceState.GONE if is_gone else SourceState.FAILING
    connection.execute(
        "UPDATE commons.remote_source SET state = %s, failures = %s, problem = %s, last_tried_at = now()"
        " WHERE source_id = %s",
        (state.value, failures, _told(failure), source.source_id),
    )
    if state is SourceState.GONE and source.state is not SourceState.GONE:
        _record(connection, "commons sources", "source gone", source.dataset, failures=failures)
    return state


def _told(failure: CommonsError) -> Jsonb:
    """Return a failure as it is kept: told anew in each reader's language."""
    return Jsonb({"key": failure.key, "values": {name: str(value) for name, value in failure.values.items()}})


def _record(connection: Connection, actor: str, action: str, dataset: Dataset, **detail: object) -> None:
    record_event(connection, actor, action, "dataset", dataset.slug, **detail)


def _source(row: tuple[Any, ...]) -> RemoteSource:
    source_id, dataset_id, partner_id, slug, title, kind, address, etag, last_modified, state, failures = row[
        :11
    ]
    problem, unreachable, lost, accepted_lost, tried_at, fetched_at, added_at, is_current = row[11:]
    return RemoteSource(
        source_id,
        Dataset(dataset_id, partner_id, slug, title),
        SourceKind(kind),
        Address(address),
        Validators(etag, last_modified) if is_current else Validators(),
        SourceState(state),
        failures,
        CommonsError(problem["key"], **problem["values"]) if problem else None,
        unreachable,
        lost,
        accepted_lost,
        tried_at,
        fetched_at,
        added_at,
    )
