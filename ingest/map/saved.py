"""The mapping that a person confirmed for a dataset, in versions: its next files are read by the latest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from commons.audit import record_event
from commons.consent.checks import check_name, lock_dataset
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset
from ingest.map.document import as_tree, read_mapping
from ingest.map.flag_columns import unheeded_flags
from ingest.map.mapping import Mapping
from ingest.read.table import RawTable

NOTHING = "-"


@dataclass(frozen=True)
class SavedMapping:
    """One version of a dataset's mapping."""

    saved_mapping_id: int
    dataset: str
    version: int
    mapping: Mapping
    saved_by: str
    saved_at: datetime


def latest_mapping(connection: Connection, dataset: Dataset) -> SavedMapping | None:
    """Return the mapping that the dataset's next file is read by, None where no person has confirmed any."""
    row = _latest(connection, dataset)
    if row is None:
        return None
    saved_mapping_id, version, document, saved_by, saved_at = row
    return SavedMapping(saved_mapping_id, dataset.slug, version, read_mapping(document), saved_by, saved_at)


def save_mapping(
    connection: Connection, dataset: Dataset, mapping: Mapping, *, saved_by: str
) -> SavedMapping:
    """Return the dataset's mapping with this content: a new version, or the latest where it says the same."""
    check_name(connection, saved_by)
    lock_dataset(connection, dataset)
    before, document = _latest(connection, dataset), as_tree(mapping)
    if before is None or before[2] != document:
        version = 1 if before is None else before[1] + 1
        connection.execute(
            "INSERT INTO commons.saved_mapping (dataset_id, version, document, saved_by) VALUES (%s, %s, %s, %s)",
            (dataset.dataset_id, version, Jsonb(document), saved_by),
        )
        record_event(connection, saved_by, "save mapping", "dataset", dataset.slug, version=version)
    saved = latest_mapping(connection, dataset)
    assert saved is not None  # noqa: S101 - it was just stored
    return saved


def _latest(connection: Connection, dataset: Dataset) -> tuple[Any, ...] | None:
    return connection.execute(
        "SELECT saved_mapping_id, version, document, saved_by, saved_at FROM commons.saved_mapping"
        " WHERE dataset_id = %s ORDER BY version DESC LIMIT 1",
        (dataset.dataset_id,),
    ).fetchone()


def refuse_changed(raw: RawTable, saved: SavedMapping) -> None:
    """Raise CommonsError where the file no longer fits: a mapped column is missing, or a consent flag is new.

    A new column that is no flag is kept in the extras, as any that nobody mapped.
    """
    missing = [column for column in saved.mapping.columns if column not in raw.rows.columns]
    flags = list(unheeded_flags(raw, saved.mapping))
    if missing or flags:
        raise CommonsError(
            "mapping.changed",
            dataset=saved.dataset,
            version=saved.version,
            missing=", ".join(missing) or NOTHING,
            flags=", ".join(flags) or NOTHING,
        )
