"""Names of districts, readable: the publishers write them in capitals."""

import re

FRENCH_PARTICLES = frozenset({"de", "du", "des", "la", "le", "les", "au", "aux", "et", "en", "sur", "sous"})
DUTCH_PARTICLES = frozenset({"van", "de", "der", "den", "het", "ter", "ten", "te", "en", "op", "aan"})
PARTICLES = FRENCH_PARTICLES | DUTCH_PARTICLES
"""French and Dutch words that stay small inside a name."""

ACRONYMS = frozenset({"AZ", "CERIA", "COOVI", "ERM", "NATO", "OTAN", "TIR", "ULB", "VUB"})

_WORD = re.compile(r"[^\W\d_]+")
_ROMAN = re.compile(r"[IVX]+")
_JOINT = " \N{EN DASH} "
_LONE_LETTER = re.compile(r"\b\w'$")


def readable_name(capitals: str) -> str:
    """Return the name in capitals and small letters; one that is not all in capitals is returned as it is.

    Accents that the publisher left out stay out. A spaced hyphen, which joins two names, becomes a dash.

    >>> readable_name("PARC DUDEN - PARC DE FOREST").split(_JOINT)
    ['Parc Duden', 'Parc de Forest']
    >>> readable_name("VILLA'S VAN GANSHOREN"), readable_name("VIVIER D'OIE")
    ("Villa's van Ganshoren", "Vivier d'Oie")
    """
    if capitals != capitals.upper():
        return capitals
    text = " ".join(capitals.split()).replace(" - ", _JOINT)
    return _WORD.sub(lambda word: _cased(text, word), text)


def _cased(text: str, match: re.Match[str]) -> str:
    word, before, after = match[0], text[: match.start()], text[match.end() :]
    if word in ACRONYMS or _ROMAN.fullmatch(word):
        return word
    if before.endswith("'") and not _LONE_LETTER.search(before):
        return word.lower()
    begins_a_name = not before or before.endswith(_JOINT)
    is_particle = word.lower() in PARTICLES or (word in {"D", "L"} and after.startswith("'"))
    return word.lower() if is_particle and not begins_a_name else word.capitalize()
