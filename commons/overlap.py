"""Overlap: who knows what. Of the alternatives that a reader sees, how many each two partners have in common."""

import pandas as pd

from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.vocabulary import Audience

OVERLAP_COLUMNS = ("partner", "known", "unique", "shared")


def overlap(connection: Connection, audience: Audience) -> pd.DataFrame:
    """Return a line per partner: `OVERLAP_COLUMNS`, and a column for each partner with how many both know.

    A source that the audience may not see or count is not counted: the matrix of the public is that of what the
    public sees.
    """
    rows = run_file(connection, "commons", "overlap", {"audience": audience.value}).fetchall()
    pairs = pd.DataFrame(rows, columns=["partner", "other", "both", "alone"])
    matrix = pairs.pivot_table(index="partner", columns="other", values="both", fill_value=0, aggfunc="sum")
    alone = pairs[pairs["partner"] == pairs["other"]].set_index("partner")
    told = pd.DataFrame(
        {"known": alone["both"], "unique": alone["alone"], "shared": alone["both"] - alone["alone"]}
    )
    return told.join(matrix.astype("int64")).rename_axis("partner").reset_index()
