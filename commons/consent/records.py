"""What a consent speaks of."""

from typing import NamedTuple

from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset


class About(NamedTuple):
    """A record, or (None) a whole dataset."""

    dataset_id: int
    record_id: int | None


def find_record(connection: Connection, dataset: Dataset, key: str, *, even_gone: bool = False) -> int:
    """Return the id of the dataset's record of this key, or raise CommonsError where there is none or it has gone."""
    row = connection.execute(
        "SELECT record_id, gone_at IS NOT NULL FROM commons.source_record WHERE dataset_id = %s AND partner_key = %s",
        (dataset.dataset_id, key),
    ).fetchone()
    if row is None:
        raise CommonsError("consent.no_record", dataset=dataset.slug)
    if row[1] and not even_gone:
        raise CommonsError("consent.record_gone", dataset=dataset.slug)
    return int(row[0])
