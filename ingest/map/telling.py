"""Columns that neither a header's words nor a single value tells: known names, and forms of addresses."""

import re
from collections.abc import Callable

import pandas as pd

from commons.categories.scheme import category_by_term, fold
from commons.opening_hours import write_hours
from commons.schema.fields import OF_A_PERSON
from commons.territory import territory
from ingest.patterns import is_like

SAMPLE = 200
"""Different values that are looked at: enough for a share, whatever the length of the file."""
PERSONS = re.compile("responsable|contact|verantwoordelijke|coordinat|aanspreek|referent")
"""Words of a header by which a telephone or an e-mail is a person's, and not the organisation's."""

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


def is_commune(name: str) -> bool:
    """Say whether the territory has a commune of this name, in any of its languages."""
    return fold(name).replace(" ", "-") in territory().communes


def is_numbered(texts: pd.Series) -> pd.Series:
    """Return True where a text is a street with a house number."""
    return is_like(texts.map(fold), NUMBERED)


TELLING: dict[str, Callable[[pd.Series], pd.Series]] = {
    "coordinates": lambda texts: is_like(texts, PAIR),
    "address": is_numbered,
    "street": lambda texts: is_like(texts.map(fold), STREET),
    "municipality": lambda texts: texts.map(is_commune).astype(bool),
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
