"""What two people have opened of a dataset's records, and whether a file closes it again."""

from collections import defaultdict

from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.partners import Dataset
from commons.vocabulary import Precision

FINENESS = {precision.value: place for place, precision in enumerate(Precision)}
Opened = dict[int, dict[str, tuple[int, str]]]
"""Of each record what each reader may do for each purpose (rights, as cells), and how finely it may know the place."""


def opened_by_two(connection: Connection, dataset: Dataset) -> Opened:
    """Return what readers may do now with each record of which two people, and no file, have opened something."""
    opened: defaultdict[int, dict[str, tuple[int, str]]] = defaultdict(dict)
    rows = run_file(connection, "commons.consent", "opened_by_two", {"dataset_id": dataset.dataset_id})
    for record_id, reader, rights, precision in rows:
        opened[record_id][reader] = rights, precision
    return dict(opened)


def closed_since(connection: Connection, dataset: Dataset, before: Opened) -> list[int]:
    """Return the records of which some reader may do less now, or know the place less finely, than `before`."""
    if not before:
        return []
    now = opened_by_two(connection, dataset)
    return sorted(
        record_id
        for record_id, readers in before.items()
        if any(
            rights & ~now.get(record_id, {}).get(reader, (0, precision))[0]
            or FINENESS[now[record_id][reader][1]] > FINENESS[precision]
            for reader, (rights, precision) in readers.items()
        )
    )
