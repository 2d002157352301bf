"""The words by which partners call the fields, read from `headers.toml`."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from commons.categories.scheme import fold


@cache
def header_words() -> dict[str, tuple[tuple[str, int], ...]]:
    """Return the (canonical field, rank) that a folded header word may mean; rank 0 wins over the others."""
    tree = tomllib.loads((files("ingest") / "headers.toml").read_text("utf-8"))
    words: dict[str, dict[str, int]] = {}
    for field, synonyms in tree.items():
        for rank, word in enumerate(synonyms):
            words.setdefault(fold_header(word), {}).setdefault(field, rank)
    return {word: tuple(fields.items()) for word, fields in words.items()}


def fold_header(header: str) -> str:
    """Return a header's letters and digits, in lower case, without accents; an inner colon without blanks (OSM) stays.

    >>> fold_header("Consentement jusqu'au :"), fold_header("RueFR"), fold_header("addr:street")
    ('consentementjusquau', 'ruefr', 'addr:street')
    """
    tight = re.sub(r"\s+:|:\s+", " ", fold(header))
    return re.sub(r"[^\w:]|_", "", tight).strip(":")
