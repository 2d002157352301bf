"""What many records have in common, and what therefore tells few apart: words, names, hosts."""

import numpy as np
import pandas as pd

from ingest.link.candidates import cell_key, cells, is_placed
from ingest.link.names import RARE_SHARE, Texts
from ingest.link.prepare import UNKNOWN, Prepared, Usual

FREQUENT_LEAST = 6
"""Names that a word must stand in to be called frequent, and at least their share `RARE_SHARE`."""
COMMON_PLACES = 4
"""A name that one list puts in so many places is a chain's or a kind's."""
COMMON_HOLDERS = 4
"""A host that one list gives to so many names is an umbrella's, a commune's, a provider's of mail."""
APART_CELLS = 3
"""Cells on the side of the square in which a name's several records are one place."""


def usual_of(plain: Prepared) -> Usual:
    """Return what is usual among these records, prepared while nothing was."""
    borne = plain.names.of_record[plain.names.of_record >= 0]
    different = pd.unique(plain.names.whole[np.unique(borne)])
    return Usual(word_shares(different), common_names(plain), common_hosts(plain))


def word_shares(names: Texts) -> dict[str, float]:
    """Return in which share of these different names each frequent word stands."""
    counts = pd.Series(list(names), dtype=object).str.split(" ").explode().value_counts()
    least = max(FREQUENT_LEAST, RARE_SHARE * len(names))
    frequent = counts[(counts >= least) & (counts.index != "")]
    return {str(word): float(share) for word, share in (frequent / len(names)).sort_index().items()}


def common_names(prepared: Prepared) -> tuple[str, ...]:
    """Return the names that one list puts in several places; of records without one, nobody knows whether they
    are one.
    """
    named = np.flatnonzero((prepared.names.of_record[:, 0] >= 0) & is_placed(prepared))
    column, row = cells(prepared)
    borne = pd.DataFrame(
        {
            "dataset": prepared.dataset[named],
            "name": prepared.names.words[prepared.names.of_record[named, 0]],
            "cell": cell_key(column[named] // APART_CELLS, row[named] // APART_CELLS),
        }
    ).drop_duplicates()
    counts = borne[["dataset", "name"]].value_counts()
    many = counts[counts >= COMMON_PLACES].reset_index()["name"].unique()
    return tuple(sorted(set(prepared.names.whole[np.isin(prepared.names.words, many)])))


def common_hosts(prepared: Prepared) -> tuple[int, ...]:
    """Return the hosts that one list gives to several names."""
    name = prepared.names.of_record[:, 0]
    held = np.flatnonzero((name >= 0) & (prepared.web != UNKNOWN))
    holders = pd.DataFrame(
        {
            "dataset": prepared.dataset[held],
            "host": prepared.web[held],
            "name": prepared.names.words[name[held]],
        }
    ).drop_duplicates()
    counts = holders[["dataset", "host"]].value_counts()
    many = counts[counts >= COMMON_HOLDERS].reset_index()["host"].unique()
    return tuple(sorted(int(host) for host in many))
