"""What a word in a consent column means: explicit tables in French, Dutch and English.

Whatever is not in a table is no consent (never `bool("non")`). Words are compared without case or accents.
"""

from commons.categories.scheme import fold
from commons.vocabulary import Precision, Visibility

YES = frozenset({"oui", "ja", "yes", "true", "vrai", "waar", "1", "x"})
NO = frozenset({"non", "nee", "neen", "no", "false", "faux", "onwaar", "0"})

VISIBILITY_WORDS = {
    Visibility.PUBLIC: ("public", "publique", "publiek", "openbaar", "tous", "iedereen", "everyone"),
    Visibility.PARTNERS: (
        "partners",
        "partenaires",
        "partners only",
        "partenaires uniquement",
        "partenaires seulement",
        "enkel partners",
        "alleen partners",
    ),
    Visibility.WITHHELD: (
        "withheld",
        "retenu",
        "retenue",
        "non diffusé",
        "non diffusée",
        "non publié",
        "non publiée",
        "non communiqué",
        "non communiquée",
        "niet meegedeeld",
        "achtergehouden",
        "niet gepubliceerd",
        "privé",
        "privée",
        "private",
        *NO,
    ),
}

PRECISION_WORDS = {
    Precision.EXACT: (
        "exact",
        "exacte",
        "lieu exact",
        "exacte plaats",
        "exact place",
        "adresse",
        "adres",
        "address",
    ),
    Precision.SECTOR: (
        "sector",
        "secteur",
        "secteur statistique",
        "statistische sector",
        "statistical sector",
    ),
    Precision.NEIGHBOURHOOD: ("neighbourhood", "neighborhood", "quartier", "wijk", "buurt"),
    Precision.COMMUNE: ("commune", "gemeente", "municipality", "municipalité"),
    Precision.WITHHELD: (
        "withheld",
        "retenu",
        "retenue",
        "non diffusé",
        "non diffusée",
        "non communiqué",
        "non communiquée",
        "niet meegedeeld",
        "achtergehouden",
        "niet gepubliceerd",
        *NO,
    ),
}

LICENCE_WORDS = {
    "CC0-1.0": ("cc0-1.0", "cc0 1.0", "cc0", "cc-0"),
    "CC-BY-4.0": ("cc-by-4.0", "cc by 4.0", "cc-by 4.0"),
    "ODbL-1.0": ("odbl-1.0", "odbl 1.0", "odbl"),
    "etalab-2.0": ("etalab-2.0", "etalab 2.0", "licence ouverte 2.0"),
}
"""The licences that a partner's records may carry, by SPDX identifier; a name without its version is unknown."""


def _by_word(table: dict[str, tuple[str, ...]]) -> dict[str, str | bool]:
    return {fold(word): str(code) for code, words in table.items() for word in words}


FLAG_WORDS: dict[str, dict[str, str | bool]] = {
    "visibility": _by_word({code.value: words for code, words in VISIBILITY_WORDS.items()}),
    "contact": _by_word({code.value: words for code, words in VISIBILITY_WORDS.items()}),
    "precision": _by_word({code.value: words for code, words in PRECISION_WORDS.items()}),
    "statistics": {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)},
    "reuse": {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)},
    "licence": _by_word(LICENCE_WORDS),
}
"""The code of every word that is understood, by flag; folded words only."""


def read_flag(flag: str, text: str) -> str | bool | None:
    """Return the code that the text has in a flag column, None (no consent) where no table has it.

    >>> read_flag("statistics", "Non"), read_flag("visibility", "Partenaires"), read_flag("reuse", "à vérifier")
    (False, 'partners', None)
    """
    return FLAG_WORDS[flag].get(fold(text))
