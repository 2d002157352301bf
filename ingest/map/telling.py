"""Columns that neither a header's words nor a single value tells: known names and forms of addresses, and phrases."""

import re
from collections.abc import Callable

import pandas as pd

from commons.categories.scheme import category_by_term, fold
from commons.opening_hours import write_hours
from ingest.map.fields import FLAG_FIELDS
from ingest.map.headers import fold_header, header_words
from ingest.map.patterns import is_like

SAMPLE = 200
"""Different values that are looked at: enough for a share, whatever the length of the file."""
WORD_LETTERS = 4
"""Shorter words ("no", "x", "fin") stand in too many headers to tell anything."""
NOT_BY_PHRASE = frozenset({*FLAG_FIELDS, "house_number", "partner_key", "lon", "lat"})
"""What a word within a header may not decide: consent, and numbers that could be of anything."""
OF = frozenset({"de", "du", "des", "d", "van", "voor", "of"})
"""After these stands what a thing belongs to, and not what it is: "numéro de dossier" is no dossier."""
PERSONS = re.compile("responsable|contact|verantwoordelijke|coordinat|aanspreek|referent")
"""Words of a header by which a telephone or an e-mail is a person's, and not the organisation's."""
OF_A_PERSON = {"phone": "contact_phone", "email": "contact_email"}

COMMUNES = frozenset({
    "anderlecht", "auderghem", "oudergem", "berchem-sainte-agathe", "sint-agatha-berchem", "bruxelles", "brussel",
    "brussels", "etterbeek", "evere", "forest", "vorst", "ganshoren", "ixelles", "elsene", "jette", "koekelberg",
    "molenbeek-saint-jean", "sint-jans-molenbeek", "saint-gilles", "sint-gillis", "saint-josse-ten-noode",
    "sint-joost-ten-node", "schaerbeek", "schaarbeek", "uccle", "ukkel", "watermael-boitsfort",
    "watermaal-bosvoorde", "woluwe-saint-lambert", "sint-lambrechts-woluwe", "woluwe-saint-pierre",
    "sint-pieters-woluwe", "laeken", "laken", "haren", "neder-over-heembeek",
})  # fmt: skip
"""The nineteen and the old ones of the City, in French and Dutch."""
LEGAL_FORMS = frozenset({
    "asbl", "vzw", "aisbl", "ivzw", "association de fait", "feitelijke vereniging", "fondation", "stichting", "scrl",
    "cvba", "sc", "cv", "srl", "bv", "sa", "nv", "cooperative", "cooperatie", "cooperatieve", "cpas", "ocmw", "none",
})  # fmt: skip
STREET = (
    r"(?:(?:rue|avenue|av\.|chaussee|place|boulevard|bd|quai|square|clos|impasse|allee|drève|drive|parvis) [^0-9]+"
    r"|[^0-9]*(?:straat|laan|plein|steenweg|weg|kaai|lei|dreef|gang|hof)\b[^0-9]*)"
)
NUMBERED = rf"{STREET}[ ,]+[0-9]{{1,4}} ?[a-z]?\b.*"
PAIR = r"[(\[ ]*(?:5[01][.][0-9]+ ?[,; ] ?[45][.][0-9]+|[45][.][0-9]+ ?[,; ] ?5[01][.][0-9]+)[)\] ]*"


def is_commune(texts: pd.Series) -> pd.Series:
    """Return True where a text is the name of a Brussels commune."""
    return texts.map(lambda text: fold(text).replace(" ", "-") in COMMUNES).astype(bool)


TELLING: dict[str, Callable[[pd.Series], pd.Series]] = {
    "coordinates": lambda texts: is_like(texts, PAIR),
    "address": lambda texts: is_like(texts.map(fold), NUMBERED),
    "street": lambda texts: is_like(texts.map(fold), STREET),
    "municipality": is_commune,
    "opening_hours": lambda texts: texts.str.contains(":", regex=False) & texts.map(write_hours).notna(),
    "legal_form": lambda texts: texts.map(fold).isin(LEGAL_FORMS),
    "category": lambda texts: texts.map(lambda text: fold(text) in category_by_term()).astype(bool),
}
"""Fields that have known names or a form of their own, the most telling first."""


def sample(texts: pd.Series) -> pd.Series:
    """Return the first different values of a column."""
    return texts.drop_duplicates().head(SAMPLE)


def of_whom(column: str, field: str | None) -> str | None:
    """Return the field, of a person where the header speaks of one: a person's number is under other consents.

    >>> of_whom("GSM du responsable", "phone"), of_whom("Tél. fixe", "phone")
    ('contact_phone', 'phone')
    """
    if field in OF_A_PERSON and PERSONS.search(fold(column)):
        return OF_A_PERSON[field]
    return field


def by_phrase(column: str) -> list[str]:
    """Return the fields whose words a header begins or ends with, those of the longest words first.

    >>> by_phrase("Horaires d'accueil"), by_phrase("Korte voorstelling (max. 3 zinnen)"), by_phrase("Bénévoles")
    (['opening_hours'], ['description'], [])
    """
    words = re.split(r"[\s'\u2019/+-]+", re.sub(r"\(.*?\)", " ", column).strip())
    parts = [" ".join(words[:end]) for end in range(len(words), 0, -1)]
    head = next((place for place, word in enumerate(words) if fold(word) in OF), len(words))
    parts += [" ".join(words[start:]) for start in range(1, head)]
    known = header_words()
    folded = sorted((fold_header(part) for part in parts), key=len, reverse=True)
    fields = [known[part][0][0] for part in folded if len(part) >= WORD_LETTERS and part in known]
    return [field for field in dict.fromkeys(fields) if field not in NOT_BY_PHRASE]
