"""Rows that are like a record which was closed in their own list: it may be the same under another key."""

from collections.abc import Iterator
from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest.link.candidates import Asked, Pairs, candidate_pairs, is_placed
from ingest.link.compare import COMPARISONS, levels_of
from ingest.link.linker import RECORD_COLUMNS
from ingest.link.model import probability_of
from ingest.link.places import Compared, PlacesLinker, compare_pairs
from ingest.link.prepare import Prepared

LIKE_AT = 0.3
"""Probability from which a person would be asked of two records of different lists (`ingest.merge.decide.ASK_AT`)."""
SAME_NAMES = ("same_common", "nearly", "misspelt", "same")
LIKE_NAMES = ("alike", "part_rare")
"""A word more or less, or another name after it: enough where neither the place nor the address contradicts."""
NOT_OTHER_NAMES = ("somewhat", "part", *LIKE_NAMES)
"""Enough at the same door."""
APART = ("far", "beyond")
AT_THE_DOOR = ("close", "same_address")
CONTACTS = ("phone", "email", "web", "enterprise")
SAME_CONTACT = ("same_shared", "same")
Positions = npt.NDArray[np.int64]


def like_any(linker: PlacesLinker, rows: pd.DataFrame, closed: pd.DataFrame) -> Positions:
    """Return the positions of the rows that are like a closed record.

    They are found as records of two lists are, and each with each where one of the two has no place to be found by.
    """
    prepared = linker.prepared(_numbered(rows, closed))
    pairs = chain(candidate_pairs(prepared, Asked(across=True)), _unplaced_pairs(prepared, len(rows)))
    return _alike(linker, compare_pairs(prepared, pairs))


def like_each(linker: PlacesLinker, rows: pd.DataFrame, others: pd.DataFrame) -> Positions:
    """Return the positions of the rows that are like the other at the same position."""
    at = np.arange(len(rows), dtype="int32")
    pairs = ((at, at + np.int32(len(rows))),)
    return _alike(linker, compare_pairs(linker.prepared(_numbered(rows, others)), pairs))


def _numbered(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Return both as records of two lists, numbered by position."""
    records = pd.concat([rows.assign(dataset_id=0), others.assign(dataset_id=1)], ignore_index=True)
    return records.reindex(columns=list(RECORD_COLUMNS)).assign(record_id=np.arange(len(records)))


def _unplaced_pairs(prepared: Prepared, count: int) -> Iterator[Pairs]:
    """Yield, a closed record at a time, its pairs with the rows (the first `count`) where one of both has no place."""
    placed = is_placed(prepared)
    for closed in range(count, len(prepared)):
        rows = np.flatnonzero(~placed[:count] | ~placed[closed]).astype("int32")
        yield rows, np.full(len(rows), closed, dtype="int32")


def _alike(linker: PlacesLinker, compared: Compared) -> Positions:
    """Return the rows of the pairs of which a person would be asked, or whose names and places do not tell them apart.

    In one list a name says more than between two: what stood in it under a name, and is not known to lie elsewhere, is
    likely to stand there under it again.
    """
    number = {comparison.name: at for at, comparison in enumerate(COMPARISONS)}
    levels = levels_of(compared.pattern)

    def is_one_of(name: str, wanted: tuple[str, ...]) -> npt.NDArray[np.bool_]:
        comparison = COMPARISONS[number[name]]
        numbers = [comparison.number(level) for level in wanted if level in comparison.levels]
        return np.isin(levels[:, number[name]], numbers)

    has_contact = np.zeros(len(levels), dtype=bool)
    for contact in CONTACTS:
        has_contact |= is_one_of(contact, SAME_CONTACT)
    contradicts = is_one_of("place", APART) | is_one_of("address", ("differs",))
    alike = probability_of(linker.model.weights(compared.pattern)) >= LIKE_AT
    alike |= is_one_of("name", SAME_NAMES) & (~is_one_of("place", ("far",)) | has_contact)
    alike |= is_one_of("name", LIKE_NAMES) & (~contradicts | has_contact)
    alike |= is_one_of("name", NOT_OTHER_NAMES) & is_one_of("place", AT_THE_DOOR)
    return np.unique(np.minimum(compared.left[alike], compared.right[alike])).astype("int64")
