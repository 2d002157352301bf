"""The shipped category scheme, read from `scheme.toml`."""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from commons.vocabulary import Language


@dataclass(frozen=True)
class Category:
    """One category: its code, its labels, the words that mean it, and whether its places are sensitive."""

    code: str
    label: dict[Language, str]
    synonyms: dict[Language, tuple[str, ...]]
    sensitive: bool


@cache
def categories() -> tuple[Category, ...]:
    """Return the categories in the order in which they are shown."""
    tree = tomllib.loads((files("commons.categories") / "scheme.toml").read_text("utf-8"))
    return tuple(
        Category(
            code=entry["code"],
            label={Language(language): text for language, text in entry["label"].items()},
            synonyms={Language(language): tuple(words) for language, words in entry["synonyms"].items()},
            sensitive=entry.get("sensitive", False),
        )
        for entry in tree["category"]
    )


def category_names(language: Language) -> dict[str, str]:
    """Return the label of each category by its code, in the order in which they are shown."""
    return {category.code: category.label[language] for category in categories()}


@cache
def category_by_term() -> dict[str, str]:
    """Return the category's code by every folded term that means it: its code, labels and synonyms."""
    terms: dict[str, str] = {}
    for category in categories():
        words = [
            category.code,
            *category.label.values(),
            *(w for ws in category.synonyms.values() for w in ws),
        ]
        for word in words:
            terms.setdefault(fold(word), category.code)
    return terms


def fold(text: str) -> str:
    """Return the text in lower case, without accents or surrounding and doubled spaces.

    >>> fold("  Épicerie  Sociale ")
    'epicerie sociale'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
