"""One column that holds a postcode and a commune, proposed to be taken apart."""

import re

import pandas as pd

from ingest.map.by_words import fields_said
from ingest.map.mapping import Split
from ingest.map.split import split_texts
from ingest.map.telling import is_commune, sample

PATTERN = "postcode municipality"
PARTS = ("postcode", "municipality")
DIGITS_AND_LETTERS = re.compile(r"(?=.*[0-9]{4})(?=.*[A-Za-z]{3})").match
CLEARLY, NEARLY_ALL = 0.6, 0.9
"""Shares of the texts that must come apart: where the header says what is in it, and where only the values do."""


def combined(columns: dict[str, pd.Series], taken: set[str]) -> tuple[Split, ...]:
    """Return the one column to be taken apart, if there is any and no other has either part.

    >>> places = pd.Series(["1050 Ixelles", "1000 Bruxelles"], dtype="str")
    >>> [split.column for split in combined({"Zone": places}, {"name"})]
    ['Zone']
    """
    if not taken.isdisjoint(PARTS):
        return ()
    for column, texts in columns.items():
        if not any(map(DIGITS_AND_LETTERS, sample(texts))):
            continue
        split = Split(column, PARTS, pattern=PATTERN, reason="values")
        parts, _ = split_texts(sample(texts), split)
        has_both = parts.notna().all(axis="columns")
        is_said = set(PARTS) <= set(fields_said(column)[0])
        communes = parts["municipality"].dropna().map(is_commune).astype(bool)
        is_known = communes.mean() >= CLEARLY if has_both.any() else False
        if has_both.mean() >= (CLEARLY if is_said else NEARLY_ALL) and (is_said or is_known):
            return (split,)
    return ()
