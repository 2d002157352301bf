"""The uploads of a dataset as they are stored: what came in, what each changed, and whether it still counts."""

from dataclasses import dataclass
from datetime import datetime

from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.vocabulary import UploadMode


@dataclass(frozen=True)
class SentUpload:
    """An upload and its account of its rows. `new`, `changed` and `gone` are None where no log tells them.

    Moments are those of a clock here. `is_latest` of those that were not undone: it can be undone.
    """

    upload_id: int
    uploaded_at: datetime
    uploaded_by: str
    file_name: str
    format: str
    mode: UploadMode
    undone_at: datetime | None
    rows_in: int
    rows_stored: int
    rows_set_aside: int
    new: int | None
    changed: int | None
    gone: int | None
    is_latest: bool

    def __post_init__(self) -> None:
        if self.rows_in != self.rows_stored + self.rows_set_aside:
            raise AssertionError("rows in do not equal rows stored and set aside")

    @property
    def unchanged(self) -> int | None:
        """Return how many rows told what was known already."""
        if self.new is None or self.changed is None:
            return None
        return self.rows_stored - self.new - self.changed


def uploads_of(connection: Connection, dataset: Dataset) -> list[SentUpload]:
    """Return the dataset's uploads, the latest first."""
    cursor = run_file(connection, "ingest.report", "uploads", {"dataset_id": dataset.dataset_id})
    names = [column.name for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [SentUpload(**{**row, "mode": UploadMode(row["mode"])}) for row in rows]


def find_upload(connection: Connection, dataset: Dataset, upload_id: int) -> SentUpload:
    """Return one of the dataset's uploads, or raise CommonsError; another dataset's is none."""
    for sent in uploads_of(connection, dataset):
        if sent.upload_id == upload_id:
            return sent
    raise CommonsError("upload.unknown", dataset=dataset.slug, number=upload_id)
