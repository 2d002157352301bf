"""What the words of a header make together: "Nom de la rue" is a street, "Straat + nr." an address or a house number.

Where words can mean several fields the values decide, and where they cannot, nothing is proposed: a person is asked.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd
from rapidfuzz import fuzz, process

from commons.categories.scheme import fold
from ingest.map.telling import sample
from ingest.patterns import (
    contains,
    is_email,
    is_enterprise_number,
    is_like,
    is_map_link,
    is_phone,
    is_postcode,
    is_shape,
    is_website,
    to_number,
)

HALF = 0.5
"""Share of the values that must be as a field has them, where its header's words say so."""
NAME_LETTERS = 120
LONG_LETTERS = 12
DIFFERENT, MOST_DIFFERENT = ("name", "partner_key"), 0.7
"""What differs from row to row, and the share of different values under which a column sorts places instead."""
TYPO_LETTERS, TYPO_SIMILARITY = 6, 86
"""As of `by_header`: a shorter word has too many neighbours. Of 100 (rapidfuzz ratio)."""
LINKING = ("", "s", "e", "n", "en")
"""What Dutch puts between the parts of a compound."""
ENDINGS = ("s", "x", "e", "es", "en", "n", "er", "ez")
PART_LETTERS = 3
SHORT_LETTERS = 4
"""Of a word cut short ("wijz", "telef"); a shorter one could be of any."""
PREFIXES: tuple[frozenset[str], ...] = tuple(
    map(frozenset, ((), ("org",), ("org", "activity"), ("org", "address", "coord"), ("id",)))
)
"""What a header may say beside its field: whose it is, or the heading that it stands under ("Adresse : CP")."""
LANGUAGE = {"french": "fr", "dutch": "nl", "english": "en"}
IN_LANGUAGES = ("name", "description")

ABBREVIATED = (
    (r"n\s?[°º](?![a-z])|n[°º]", " numero "),
    (r"\be[-\s]?mail", "email"),
    (r"mise\s+(?:a|à)\s+jour", "maj"),
)
GEOCODED = re.compile(r"_?(?:result|geocod\w*?|ban|match|matched)_", re.IGNORECASE)
"""What a geocoder puts before the columns that it adds: of them its position is as good as any."""
BARE = frozenset(
    {"start", "end", "begin", "debut", "stop", "eind", "starttime", "endtime", "time", "tijd", "le", "la"}
)
"""By themselves these are of a recording, or of a drawing, as often as of a life."""
INCLUSIVE = r"[·.•(-](?:e|s|es|ne|ice|trice|euse)(?:[·.•-]s)?\b\)?"
"""Of "référent·e" or "coordinateur(trice)" the first word is enough."""
CAMEL = r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])"


@dataclass(frozen=True)
class Words:
    """The table `words.toml`: concept by word, words that say nothing, and the fields that concepts make."""

    concept: dict[str, str]
    passed: frozenset[str]
    of: frozenset[str]
    apart: frozenset[str]
    another: frozenset[str]
    fields: dict[frozenset[str], tuple[str, ...]]
    language: dict[str, str]


@cache
def words() -> Words:
    """Return the table."""
    tree = tomllib.loads((files("ingest.map") / "words.toml").read_text("utf-8"))
    fields: dict[frozenset[str], tuple[str, ...]] = {}
    for field, sets in tree["field"].items():
        for made_of in sets:
            key = frozenset(made_of.split())
            fields[key] = (*fields.get(key, ()), field)
    sets_of = {part: frozenset(tree[part]["words"]) for part in ("passed", "of", "apart", "another")}
    return Words(
        {word: concept for concept, told in tree["concept"].items() for word in told},
        fields=fields,
        language={word: language for language, of_it in tree["language"].items() for word in of_it},
        **sets_of,
    )


@dataclass(frozen=True)
class Heard:
    """What a header says: its concepts, in which language, whether of something else, and what is not understood.

    `head` are the concepts that stand first or last, before what a thing belongs to.
    """

    concepts: frozenset[str]
    head: frozenset[str]
    language: str | None
    is_another: bool
    unknown: tuple[str, ...]


@cache
def hear(header: str) -> Heard:
    """Return what a header says.

    >>> sorted(hear("Nom de la rue").concepts), hear("Aantal leden").is_another
    (['name', 'street'], True)
    """
    concepts: list[tuple[int, str]] = []
    unknown: list[str] = []
    table, is_another, belongs_from = words(), False, None
    tokens = list(_tokens(header))
    for place, (token, is_aside) in enumerate(tokens):
        found = _concepts(token)
        if token in table.another:
            is_another = True
        elif token in table.of:
            belongs_from = place if belongs_from is None else belongs_from
        elif token in table.passed or token in table.apart:
            continue
        elif found:
            concepts += [(place, concept) for concept in found]
        elif not (is_aside or token.isdigit()):
            unknown.append(token)
    if GEOCODED.match(header.strip()):
        is_another = {concept for _, concept in concepts}.isdisjoint({"lat", "lon"})
    languages = {LANGUAGE[concept] for _, concept in concepts if concept in LANGUAGE}
    told = [(place, concept) for place, concept in concepts if concept not in LANGUAGE]
    said = [place for place, (token, _) in enumerate(tokens) if token not in table.passed | table.of]
    ends = {said[0], said[-1]} if said else set()
    head = {
        concept for place, concept in told if place in ends and (belongs_from is None or place < belongs_from)
    }
    return Heard(
        frozenset(concept for _, concept in told),
        frozenset(head),
        languages.pop() if len(languages) == 1 else None,
        is_another,
        tuple(unknown),
    )


def _tokens(header: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of a header, folded, and whether they stand in brackets."""
    text = re.sub(INCLUSIVE, "", re.sub(CAMEL, " ", header.strip()).casefold())
    for written, meant in ABBREVIATED:
        text = re.sub(written, meant, text)
    depth = 0
    for part in re.findall(r"[\w]+|[()]", fold(text).replace("_", " ")):
        depth += (part == "(") - (part == ")")
        if part not in "()" and not (depth and len(part) == 1):  # "(O/N)", "(m)"
            yield part, depth > 0


@cache
def _concepts(token: str) -> tuple[str, ...]:
    """Return the concepts of one word: itself, in the plural, a compound, or misspelt.

    >>> _concepts("oprichtingsdatum"), _concepts("besoins"), _concepts("telephonne"), _concepts("lune")
    (('created', 'date'), ('need',), ('phone',), ())
    """
    known = words().concept
    for plain in (token, *(token.removesuffix(end) for end in ENDINGS if token.endswith(end))):
        if plain in known:
            return (known[plain],)
    for end in range(PART_LETTERS, len(token) - PART_LETTERS + 1):
        rest = token[end:]
        for link in LINKING:
            after = rest.removeprefix(link)
            if rest.startswith(link) and token[:end] in known and (after in known or after in words().passed):
                return tuple(known[part] for part in (token[:end], after) if part in known)
    if len(token) >= SHORT_LETTERS:
        meant = {known.get(word, "another") for word in (*known, *words().another) if word.startswith(token)}
        if len(meant) == 1:
            return tuple(meant - {"another"})
    if len(token) >= TYPO_LETTERS and token not in words().passed | words().another:
        near = [word for word in known if len(word) >= TYPO_LETTERS]
        found = process.extractOne(token, near, scorer=fuzz.ratio, score_cutoff=TYPO_SIMILARITY)
        return (known[found[0]],) if found else ()
    return ()


def spoken(header: str) -> str | None:
    """Return the language of a header, None where its words are of none or of several.

    >>> spoken("Nom du lieu"), spoken("Naam"), spoken("Nom / Naam")
    ('fr', 'nl', None)
    """
    found = {words().language.get(token) for token, _ in _tokens(header)} - {None}
    return found.pop() if len(found) == 1 else None


@cache
def fields_said(header: str) -> tuple[tuple[str, ...], bool]:
    """Return the fields that the words of a header can make, the likeliest first, and whether it says nothing else."""
    heard = hear(header)
    if heard.is_another or not heard.concepts or BARE.issuperset(re.findall(r"[a-z0-9]+", fold(header))):
        return (), False
    made = _made(heard.concepts)
    if heard.unknown and not made:
        made = _made(heard.head)
    if heard.unknown and not heard.head:
        return (), False
    return tuple(_in_language(field, heard.language) for field in made), not heard.unknown


def _made(concepts: frozenset[str]) -> tuple[str, ...]:
    for beside in PREFIXES:
        if made := words().fields.get(concepts - beside):
            return made
    return ()


def _in_language(field: str, language: str | None) -> str:
    return f"{field}_{language}" if language and field in IN_LANGUAGES else field


def _letters(texts: pd.Series) -> pd.Series:
    return contains(texts, "[^\\W0-9_]{2}")


def _digits(texts: pd.Series) -> pd.Series:
    return contains(texts, "[0-9]")


def _plain(texts: pd.Series) -> pd.Series:
    """Return True where a text is of words, and neither an address of the web nor a number to call."""
    return _letters(texts) & ~contains(texts, "@|://|^www[.]") & ~is_phone(texts)


LOOKS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "name": lambda texts: _plain(texts) & (texts.str.len() <= NAME_LETTERS),
    "address": lambda texts: _plain(texts) & _digits(texts),
    "street": lambda texts: _plain(texts) & ~contains(texts, "[0-9]{1,4} ?[A-Za-z]?$"),
    "house_number": lambda texts: is_like(texts, "[0-9]{1,4}.{0,8}") & ~is_phone(texts),
    "postcode": is_postcode,
    "municipality": lambda texts: _plain(texts) & ~_digits(texts),
    "lat": lambda texts: to_number(texts).notna(),
    "lon": lambda texts: to_number(texts).notna(),
    "coordinates": lambda texts: (
        contains(texts, "[0-9][.,][0-9]+.+[0-9][.,][0-9]") | is_shape(texts) | is_map_link(texts)
    ),
    "phone": is_phone,
    "contact_phone": is_phone,
    "email": is_email,
    "contact_email": is_email,
    "contact_person": lambda texts: _plain(texts) & ~_digits(texts),
    "website": is_website,
    "enterprise_number": is_enterprise_number,
    "legal_form": lambda texts: _plain(texts) & (texts.str.len() <= NAME_LETTERS),
    "category": lambda texts: _plain(texts) & (texts.str.len() <= NAME_LETTERS) & ~contains(texts, "[.!]$|_"),
    "description": lambda texts: _plain(texts) & (texts.str.len() > LONG_LETTERS),
    "founded_on": lambda texts: (
        contains(texts, "(?:^|[^0-9])(?:1[5-9]|20)[0-9]{2}(?:[^0-9]|$)") & ~contains(texts, ":")
    ),
    "ended_on": lambda texts: contains(texts, "(?:^|[^0-9])(?:1[5-9]|20)[0-9]{2}(?:[^0-9]|$)"),
    "updated_on": lambda texts: contains(texts, "(?:^|[^0-9])(?:19|20)?[0-9]{2}(?:[^0-9]|$)"),
    "opening_hours": lambda texts: _letters(texts) | contains(texts, "[0-9] ?[:hHu-]"),
    "partner_key": lambda texts: ~contains(texts, "@|://"),
}
"""How the values of a field look at least; the other fields can be anything, and above all the consent flags: a word of
a flag that is not understood restricts, a flag that is passed over does not."""


def by_words(header: str, texts: pd.Series) -> tuple[str, bool] | None:
    """Return the field that the words of a header make, and whether it says nothing else; None where none fits.

    The texts are the column's, none missing; where there is none, the words alone decide.
    """
    fields, is_all = fields_said(header)
    if not len(texts):
        return (fields[0], is_all) if len(fields) == 1 else None
    is_telling = texts.nunique() >= MOST_DIFFERENT * len(texts)
    values = sample(texts)
    shares = {
        field: _share(field, values)
        for field in fields
        if is_telling or field.removesuffix("_fr").removesuffix("_nl").removesuffix("_en") not in DIFFERENT
    }
    best = max(shares, key=lambda field: shares[field], default=None)
    return None if best is None or shares[best] < HALF else (best, is_all)


def looks_like(field: str, texts: pd.Series) -> bool:
    """Say whether texts of a column, none missing, can be those of a field; where there is none, they can."""
    return not len(texts) or _share(field, sample(texts)) >= HALF


def _share(field: str, texts: pd.Series) -> float:
    look = LOOKS.get(field) or LOOKS.get(field.rpartition("_")[0])
    return HALF if look is None else float(look(texts).mean())
