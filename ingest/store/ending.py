"""How many records a complete list may end by itself, and the refusal where it would end more and nobody said so."""

from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset

MAX_ENDED = 20
MAX_ENDED_SHARE = 0.1
"""Of a list's records: some end between two uploads. More at once is more often the wrong file, or a renamed id."""


class EndsManyError(CommonsError):
    """A complete list that would end so many of a dataset's records that a person has to say the number."""

    def __init__(self, gone: int, before: int) -> None:
        super().__init__("upload.ends_many", gone=gone, before=before)
        self.gone, self.before = gone, before


def asks_first(gone: int, before: int) -> bool:
    """Say whether a person has to confirm that `gone` of the `before` records of a dataset end.

    >>> asks_first(20, 500), asks_first(21, 500), asks_first(2, 20), asks_first(3, 20), asks_first(0, 0)
    (False, True, False, True, False)
    """
    return gone > MAX_ENDED or gone > before * MAX_ENDED_SHARE


def refuse_unconfirmed(gone: int, before: int, ends: int | None) -> None:
    """Raise EndsManyError where so many may not end: `ends` is the number that a person gave, None where nobody did.

    A number that is not the true one is never a yes, be it larger: the list has changed since it was looked at.
    """
    if gone != ends and (ends is not None or asks_first(gone, before)):
        raise EndsManyError(gone, before)


def live_records(connection: Connection, dataset: Dataset) -> int:
    """Return how many records the dataset has now."""
    row = connection.execute(
        "SELECT count(*) FROM commons.source_record WHERE dataset_id = %s AND gone_at IS NULL",
        (dataset.dataset_id,),
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate
    return int(row[0])
