"""Words that stand where there is nothing to tell: what programs, spreadsheets and people write into an empty cell."""

from string import digits

import pandas as pd

from ingest.patterns import is_like
from ingest.quick import begins_with

OF_PROGRAMS = (
    r"none|null|nil|nan|nat|n\.?/?a\.?|<n/?a>|#n/?a|\\n|undefined|\[object object\]"
    r"|\((?:null|none|empty|blank|vide|leeg)\)"
)
"""Nobody is called so, and nobody writes a description of it."""
OF_PEOPLE = (
    "[-\u2010-\u2015.?/_*\u2026]+"
    r"|n\.?[cr]\.?|n\.?v\.?t\.?|s\.?o\.?|sans objet|niet van toepassing|n[eé]ant"
    r"|nihil|aucune?|geen|vide|leeg|empty|blank|inconnue?|onbekend|unknown"
    "|pas d[e'\u2019] ?"
    r"(?:site|adresse|t[eé]l[eé]phone|e?-?mail)|non (?:communiqu[eé]|renseign[eé]|connu)e?"
    r"|niet (?:gekend|bekend|ingevuld)|not (?:available|known|applicable)"
)
"""A name may be any of these ("Geen", "Inconnu"), and in a column of consent they are words."""
MOST_LETTERS = 24
"""No such word is longer, and none begins with a digit; the rest is not worth a search."""
ERRORS = (
    r"#+|#(?:ref|div/0|value|valeur|waarde|name|nom|naam|num|nombre|null|nul|getal|deel/0|verw|spill)[!?]"
)
"""What a spreadsheet shows where it could not compute a value, or its column was too narrow: the value is lost."""


def is_nothing(texts: pd.Series, *, of_people: bool) -> pd.Series:
    """Return True where a text says that there is nothing.

    >>> is_nothing(pd.Series(["N/A", "Nathalie", "n.c.", "#REF!"]), of_people=True).tolist()
    [True, False, True, True]
    """
    words = "|".join((OF_PROGRAMS, ERRORS, *((OF_PEOPLE,) if of_people else ())))
    short = texts.where(texts.str.len().le(MOST_LETTERS) & ~begins_with(texts, digits))
    return is_like(short.str.lower(), f"(?:{words})")


def filled_texts(texts: pd.Series) -> pd.Series:
    """Return the texts of a column that tell anything."""
    filled = texts[texts.notna() & texts.str.strip().ne("")]
    return filled[~is_nothing(filled, of_people=False)]


def is_error(texts: pd.Series) -> pd.Series:
    """Return True where a spreadsheet could not show the value that it had.

    >>> is_error(pd.Series(["########", "#DIV/0!", "#collectif"])).tolist()
    [True, True, False]
    """
    return is_like(texts, f"(?i){ERRORS}")
