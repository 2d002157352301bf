"""Undoing the latest upload of a dataset: its records and their flags become what they were before it."""

from dataclasses import dataclass

from commons.audit import record_event
from commons.consent.effects import Effect, effects_since, note_shown
from commons.consent.records import About
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.errors import CommonsError
from commons.partners import Dataset
from ingest.link.linker import Linker
from ingest.link.near_name import NearNameLinker
from ingest.merge.merge import merge


@dataclass(frozen=True)
class UndoneUpload:
    """What undoing an upload did: to records that it had brought, to those that are as before it, and for each reader."""

    upload_id: int
    removed: int
    restored: int
    effects: tuple[Effect, ...]


def undo_upload(
    connection: Connection,
    dataset: Dataset,
    upload_id: int,
    *,
    undone_by: str,
    dry_run: bool = False,
    linker: Linker | None = None,
) -> UndoneUpload:
    """Return what undoing the upload changed; the caller commits, and at that moment the release follows.

    Only the dataset's latest upload can be undone: then the one before it is the latest. What people said since, a
    withdrawal above all, stands. A dry run changes nothing. Raises CommonsError where it is not the latest.
    """
    with connection.transaction(force_rollback=dry_run):
        connection.execute(
            "SELECT pg_advisory_xact_lock(hashtext('commons dataset'), %s)", (dataset.dataset_id,)
        )
        latest = connection.execute(
            "SELECT upload_id, uploaded_at FROM commons.upload WHERE dataset_id = %s AND undone_at IS NULL"
            " ORDER BY upload_id DESC LIMIT 1",
            (dataset.dataset_id,),
        ).fetchone()
        if latest is None or latest[0] != upload_id:
            raise CommonsError("undo.not_latest", dataset=dataset.slug, number=upload_id)
        note_shown(connection, About(dataset.dataset_id, None))
        values = {"upload_id": upload_id, "uploaded_at": latest[1], "dataset_id": dataset.dataset_id}
        counts = run_file(connection, "ingest.store", "undo", values).fetchone()
        assert counts is not None  # noqa: S101 - an aggregate
        merge(connection, linker or NearNameLinker())
        record_event(connection, undone_by, "undo upload", "dataset", dataset.slug, upload_id=upload_id)
        effects = effects_since(connection, with_districts=dry_run)
        removed, restored = counts
        return UndoneUpload(upload_id, removed, restored, effects)
