"""Who knows what: how many alternatives each two sources have in common, as one reader sees them."""

import pandas as pd

from commons.database.statements import statement
from commons.release import released
from commons.vocabulary import Audience


def overlap_of_sources(audience: Audience) -> pd.DataFrame:
    """Return for each two sources (`source`, `other`) how many released alternatives `both_tell` something of.

    A source is named as its attribution names it. Two without anything in common have no row; a source beside itself
    has how many it tells of at all. Counted are the released alternatives of which a shown source grants statistics
    (consent.md, Statistics), but for those that have ended.
    """
    found = released(audience).query(statement("commons.research", "overlap"))
    return found.astype({"both_tell": "int64"})
