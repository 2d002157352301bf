"""What "yes" means in a column that should say to whom, and how precisely: said once, and kept with the mapping."""

import pandas as pd

from commons.categories.scheme import fold
from commons.consent.flags import YES
from commons.errors import CommonsError
from commons.vocabulary import Precision, Visibility
from ingest.map.document import as_tree, read_mapping
from ingest.map.mapping import Mapping
from ingest.notices import NoticeCode

SAY_TO_WHOM = ("visibility", "contact")
"""The flags in which a yes is no answer."""
MEANINGS = (Visibility.PUBLIC, Visibility.PARTNERS)


def unclear_flags(mapping: Mapping, notices: pd.DataFrame) -> list[str]:
    """Return the flags of a checked file in whose columns a yes stands of which nobody has said what it means."""
    remarked = set(notices.loc[notices["code"].eq(NoticeCode.FLAG_SAYS_YES.value), "column"])
    return [flag for flag in SAY_TO_WHOM if mapping.column_of.get(flag) in remarked]


def with_yes(mapping: Mapping, flag: str, means: Visibility, precision: Precision | None = None) -> Mapping:
    """Return the mapping in which every yes of the flag's column means this, and places are known no finer than that.

    Raises CommonsError where the mapping has no column for the flag, or the file says itself how precisely.
    """
    if flag not in SAY_TO_WHOM or means not in MEANINGS:
        raise CommonsError("mapping.yes_meaning")
    if flag not in mapping.column_of:
        raise CommonsError("mapping.yes_no_column", flag=flag)
    if precision is not None and "precision" in mapping.column_of:
        raise CommonsError("mapping.yes_precise", column=mapping.column_of["precision"])
    tree = as_tree(mapping)
    known = tree.setdefault("values", {}).get(flag, {})
    others = {word: meant for word, meant in known.items() if fold(word) not in YES}
    tree["values"][flag] = {**others, **dict.fromkeys(sorted(YES), means.value)}
    if precision is not None:
        tree.setdefault("constants", {})["precision"] = precision.value
    return read_mapping(tree)
