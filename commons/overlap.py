"""Overlap: who knows what. Of the alternatives that a reader sees, how many each two partners have in common."""

import pandas as pd

from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.vocabulary import Audience

OVERLAP_COLUMNS = ("partner", "known", "unique", "shared")
TOLD_BY = 5
"""To everyone, counts are told by fives, as those of what is hidden are: no difference of two tells of fewer."""


def overlap(connection: Connection, audience: Audience) -> pd.DataFrame:
    """Return a line per partner: `OVERLAP_COLUMNS`, and a column for each partner with how many both know.

    A source that the audience may not see or count is not counted: the matrix of the public is that of what the
    public sees.
    """
    pairs = _pairs(connection, audience)
    matrix = pairs.pivot_table(index="partner", columns="other", values="both", fill_value=0, aggfunc="sum")
    alone = pairs[pairs["partner"] == pairs["other"]].set_index("partner")
    told = pd.DataFrame(
        {"known": alone["both"], "unique": alone["alone"], "shared": alone["both"] - alone["alone"]}
    )
    return told.join(matrix.astype("int64")).rename_axis("partner").reset_index()


def overlap_for_everyone(connection: Connection) -> pd.DataFrame:
    """Return for each two partners (`partner`, `other`, by name) `at_least` how many public alternatives both know.

    It is a multiple of `TOLD_BY`, rounded down, and missing where they have fewer in common, or none.
    """
    pairs = _pairs(connection, Audience.PUBLIC)
    at_least = pairs.set_index(["partner", "other"])["both"] // TOLD_BY * TOLD_BY
    names = pairs.groupby("partner")["name"].first()
    every = pd.MultiIndex.from_product([names.index, names.index], names=["partner", "other"])
    told = at_least.reindex(every).rename("at_least").astype("Int64").reset_index()
    told["at_least"] = told["at_least"].where(told["at_least"] > 0)
    return told.assign(partner=told["partner"].map(names), other=told["other"].map(names))


def _pairs(connection: Connection, audience: Audience) -> pd.DataFrame:
    rows = run_file(connection, "commons", "overlap", {"audience": audience.value}).fetchall()
    return pd.DataFrame(rows, columns=["partner", "other", "both", "alone", "name"])
