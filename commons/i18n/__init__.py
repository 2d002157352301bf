"""Texts in French, Dutch and English.

Each `*.toml` beside this file holds one area; a key's three languages stand side by side, so that a missing one is
seen at once (and fails a test):

    [explore.title]
    fr = "Alternatives {in_territory}"
    nl = "Alternatieven {in_territory}"
    en = "Alternatives {in_territory}"

The territory's words (`[words]` in its file) are filled in where the texts are read.
"""

import os
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from commons.territory import territory
from commons.vocabulary import Language


@cache
def catalogue() -> dict[str, dict[Language, str]]:
    """Return every text by dotted key and language; a key defined in two files is an error."""
    texts: dict[str, dict[Language, str]] = {}
    for resource in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if resource.name.endswith(".toml"):
            for key, entry in _flatten(tomllib.loads(resource.read_text("utf-8"))):
                if key in texts:
                    raise ValueError(f"text {key} is defined twice")
                texts[key] = {language: _of_territory(text, language) for language, text in entry.items()}
    return texts


def _flatten(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, dict[Language, str]]]:
    if tree and all(isinstance(value, str) for value in tree.values()):
        return [(prefix, {Language(code): text for code, text in tree.items()})]
    return [
        leaf for name, branch in tree.items() for leaf in _flatten(branch, f"{prefix}.{name}".lstrip("."))
    ]


def _of_territory(text: str, language: Language) -> str:
    """Return the text with the territory's words in the place of their placeholders."""
    for name, forms in territory().words.items():
        text = text.replace(f"{{{name}}}", forms[language])
    return text


def default_language() -> Language:
    """Return the language of the environment (`COMMONS_LANG`, else `LANG`), English where it is none of ours."""
    code = (os.environ.get("COMMONS_LANG") or os.environ.get("LANG") or "en")[:2].lower()
    return Language(code) if code in set(Language) else Language.EN


def translate(key: str, language: Language | None = None, **values: object) -> str:
    """Return the text of `key` with its `{placeholders}` filled.

    Raises KeyError for an unknown key: a missing translation is found by a test, never shown to a person.
    """
    return catalogue()[key][language or default_language()].format(**values)
