"""Taking one column apart into several fields, by a separator as it stands or by a pattern of ours."""

import re
from collections.abc import Mapping

import pandas as pd

from ingest.map.mapping import Split

_NUMBER = r"[0-9]{1,4}(?: ?(?:[A-Za-z]|bis|ter))?(?:[-/][0-9]{1,4})?"
_COORDINATE = r"[-+]?[0-9]{1,7}(?:[.,][0-9]+)?"
_BETWEEN = r"(?: *[;|/] *| *, +| +|,)"
_POSTCODE = r"(?:[Bb][Ee]?[- ]?)?[1-9][0-9]{3}"

PATTERNS: Mapping[str, tuple[str, ...]] = {
    "street number": (
        rf"(?P<street>[^0-9].*?)[ ,]+(?:n[°ro.]* *)?(?P<house_number>{_NUMBER})",
        rf"(?P<house_number>{_NUMBER})[ ,]+(?P<street>[^0-9].*)",
        r"(?P<street>[^0-9]*)",
    ),
    "postcode municipality": (
        rf"(?P<postcode>{_POSTCODE})[ ,-]+(?P<municipality>[^0-9]+)",
        rf"(?P<municipality>[^0-9]+?)[ ,(-]+(?P<postcode>{_POSTCODE})\)?",
    ),
    "lon lat": (rf"[(\[]?(?P<lon>{_COORDINATE}){_BETWEEN}(?P<lat>{_COORDINATE})[)\]]?",),
    "lat lon": (rf"[(\[]?(?P<lat>{_COORDINATE}){_BETWEEN}(?P<lon>{_COORDINATE})[)\]]?",),
}
"""What a partner may name, each as the ways in which it is written, tried in order on the whole text."""


def pattern_fields(pattern: str) -> tuple[str, ...]:
    """Return the fields that a pattern of ours gives.

    >>> pattern_fields("lon lat")
    ('lon', 'lat')
    """
    return tuple(re.compile(PATTERNS[pattern][0]).groupindex)


def split_texts(texts: pd.Series, split: Split) -> tuple[pd.DataFrame, pd.Series]:
    """Return a text column for each of the split's fields, and where a text has not these parts.

    Each different text is taken apart once.
    """
    places, distinct = pd.factorize(texts)
    words = pd.Series(distinct, dtype="str")
    parts = _by_separator(words, split) if split.pattern is None else _by_pattern(words, split)
    parts = parts.astype("str").apply(lambda part: part.str.strip()).replace("", pd.NA)
    rows = parts.reindex(places).set_axis(texts.index).astype("str")  # the place of a missing text is -1
    return rows, texts.notna() & rows.isna().all(axis="columns")


def _by_separator(words: pd.Series, split: Split) -> pd.DataFrame:
    """Return the parts of the words that have as many as there are fields; of the others nothing."""
    separator = split.separator or ""
    fits = words.str.count(re.escape(separator)).eq(len(split.fields) - 1)
    parts: pd.DataFrame = words.where(fits).str.split(separator, regex=False, expand=True)
    return parts.reindex(columns=range(len(split.fields))).set_axis(list(split.fields), axis="columns")


def _by_pattern(words: pd.Series, split: Split) -> pd.DataFrame:
    found = pd.DataFrame(index=words.index, columns=list(split.fields), dtype="str")
    for written in PATTERNS[split.pattern or ""]:
        open_words = words[found.isna().all(axis="columns")]
        if open_words.empty:
            break
        parts = open_words.str.strip().str.extract(f"^(?:{written})$").reindex(columns=list(split.fields))
        found.loc[open_words.index] = parts.astype("str")
    return found
