"""Finding what one reader may see by a few words: in French, Dutch or English, accents and typing errors or not."""

import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, LiteralString

from commons.categories.scheme import fold
from commons.database.pool import ReaderPool
from commons.vocabulary import Language
from maps.filters import Filters, conditions, values_of

LONGEST_TEXT = 100
MOST_WORDS = 8
MOST_FOUND = 50
SHORTEST_WORD = 3
"""Shorter ones (de, la, of) are passed over where the text has longer ones: they begin half of all words."""
MANY = "200"
"""So many candidates are ranked, in some twenty milliseconds; a text that fits more tells too little to rank by."""
LIKE = "0.32"
"""From this similarity on a word is taken for a known one, spelt wrongly: potgaer and potager have 0.33."""
ALIKE = 0.4
"""The share of the text's trigrams that names must have. Two letters swapped within seven leave a half."""
SETTINGS = {
    "enable_seqscan": "off",
    "max_parallel_workers_per_gather": "0",
    "pg_trgm.word_similarity_threshold": str(ALIKE),
}
"""No statistics are kept of words (routines/remembered.sql): left alone, the planner
would read the whole table. And starting a helper takes longer than reading a few hundred words."""
OPTIONS = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
SEARCHING = "; ".join(f"SET LOCAL {name} = {value}" for name, value in SETTINGS.items())
"""What sets them for one transaction."""
CONNECTIONS = 4
# What unaccent parts and Unicode does not.
PARTED = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ß": "ss"})

QUERY: LiteralString = (files("maps") / "search.sql").read_text("utf-8")
QUERY = QUERY.replace("{many}", MANY).replace("{like}", LIKE).replace("{{", "{").replace("}}", "}")
FOUND = ("id", "name", "category", "precision", "commune", "neighbourhood", "lon", "lat")


def words_of(text: str) -> list[str]:
    """Return the words to look for: lower case, without accents.

    >>> words_of("L'Épicerie du Cœur")
    ['epicerie', 'coeur']
    """
    words = list(dict.fromkeys(re.findall(r"[^\W_]+", fold(text).translate(PARTED))))
    long = [word for word in words if len(word) >= SHORTEST_WORD]
    return (long or words)[:MOST_WORDS]


def all_but_one(words: list[str]) -> str:
    """Return the tsquery of those that have all words but one; of fewer than three words, of nothing.

    >>> all_but_one(["potager", "coin", "vrt"])
    '(coin & vrt) | (potager & vrt) | (potager & coin)'
    """
    if len(words) < 3:
        return ""
    left_out = [[word for word in words if word != out] for out in words]
    return " | ".join(f"({' & '.join(left)})" for left in left_out)


def search_query(
    text: str, language: Language, most: int, filters: Filters = (), open_now: Sequence[str] = ()
) -> tuple[LiteralString, dict[str, Any]]:
    """Return the query that finds a text among what the filters let through, and its values; "" for no word."""
    words = words_of(text[:LONGEST_TEXT])
    if not words:
        return "", {}
    return QUERY.replace("{filters}", conditions(filters)), {
        **values_of(filters, open_now),
        "text": " ".join(words),
        "words": words,
        # The last may be a word that is still being typed.
        "every": " & ".join(words) + ":*",
        "but_one": all_but_one(words),
        "some": " | ".join(words) + ":*",
        "language": language.value,
        "most": min(most, MOST_FOUND),
    }


class Search:
    """The search of one reader; nothing of what is asked or answered is kept."""

    def __init__(self, login: str) -> None:
        self.pool = ReaderPool(login, connections=CONNECTIONS, options=OPTIONS)

    async def find(self, text: str, language: Language, most: int = 8) -> list[dict[str, Any]]:
        """Return at most `most` alternatives, best first: id, name in the language, category, published place."""
        query, values = search_query(text, language, most)
        if not query:
            return []
        return [dict(zip(FOUND, row, strict=True)) for row in await self.pool.rows(query, values)]
