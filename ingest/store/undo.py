"""Undoing the latest upload of a dataset: its records and their flags become what they were before it."""

from dataclasses import dataclass, replace

from commons.audit import record_event
from commons.consent.checks import lock_dataset
from commons.consent.effects import Effect, try_out
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.errors import CommonsError
from commons.partners import Dataset
from ingest.link.linker import Linker
from ingest.merge.merge import merge


@dataclass(frozen=True)
class UndoneUpload:
    """What undoing an upload did: records taken away that it had brought, those as before it, what each reader sees.

    `effects` are told in a dry run only.
    """

    upload_id: int
    removed: int
    restored: int
    effects: tuple[Effect, ...] = ()


def undo_upload(
    connection: Connection,
    dataset: Dataset,
    upload_id: int,
    *,
    undone_by: str,
    linker: Linker | None = None,
) -> UndoneUpload:
    """Return what undoing the upload changed; the caller commits, and at that moment the release follows.

    Only the dataset's latest upload can be undone: then the one before it is the latest. What people said since, a
    withdrawal above all, stands. Raises CommonsError where it is not the latest.
    """
    lock_dataset(connection, dataset)
    latest = connection.execute(
        "SELECT upload_id, uploaded_at FROM commons.upload WHERE dataset_id = %s AND undone_at IS NULL"
        " ORDER BY upload_id DESC LIMIT 1",
        (dataset.dataset_id,),
    ).fetchone()
    if latest is None or latest[0] != upload_id:
        raise CommonsError("undo.not_latest", dataset=dataset.slug, number=upload_id)
    values = {"upload_id": upload_id, "uploaded_at": latest[1], "dataset_id": dataset.dataset_id}
    counts = run_file(connection, "ingest.store", "undo", values).fetchone()
    assert counts is not None  # noqa: S101 - an aggregate
    merge(connection, linker)
    record_event(connection, undone_by, "undo upload", "dataset", dataset.slug, upload_id=upload_id)
    removed, restored = counts
    return UndoneUpload(upload_id, removed, restored)


def preview_undo(connection: Connection, dataset: Dataset, upload_id: int) -> UndoneUpload:
    """Return what undoing the upload would change, for each reader too; nothing is changed."""

    def undo() -> UndoneUpload:
        return undo_upload(connection, dataset, upload_id, undone_by="a trial")

    done, effects = try_out(connection, dataset.dataset_id, undo)
    return replace(done, effects=effects)
