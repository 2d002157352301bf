"""The invented words of the fictional world, and how they are put together."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from commons.categories.scheme import fold


@cache
def names() -> dict[str, Any]:
    """Return the words from which names, streets, persons and mutualisations are made."""
    return _read("names.toml")


@cache
def sentences() -> dict[str, dict[str, list[str]]]:
    """Return the sentences of descriptions by category (and `any`) and language, in parallel lists."""
    return _read("sentences.toml")


@cache
def partners() -> list[dict[str, Any]]:
    """Return the fictional partners with their dataset and agreement, as `partners.toml` states them."""
    return list(_read("partners.toml")["partner"])


def of(french: str) -> str:
    """Return the French noun after "de", its article contracted.

    >>> of("le Coin Vert"), of("les Trois Marmottes"), of("l'Ortie Douce"), of("la Théière Volante")
    ('du Coin Vert', 'des Trois Marmottes', "de l'Ortie Douce", 'de la Théière Volante')
    """
    article, _, noun = french.partition(" ")
    contracted = {"le": "du", "les": "des"}.get(article)
    return f"{contracted} {noun}" if contracted else f"de {french}"


def name_french(pattern: str, thing: str) -> str:
    """Return the name that a kind's pattern gives to a thing.

    >>> name_french("Le Potager {de}", "le Coin Vert"), name_french("Radio {le}", "la Note Tenue")
    ('Le Potager du Coin Vert', 'Radio La Note Tenue')
    """
    return pattern.format(de=of(thing), le=thing[0].upper() + thing[1:])


def name_dutch(pattern: str, thing: str) -> str:
    """Return the name that a kind's pattern gives to a thing.

    >>> name_dutch("Buurttuin {de}", "De Groene Hoek")
    'Buurttuin De Groene Hoek'
    """
    return pattern.format(de=thing)


def host(text: str) -> str:
    """Return the text as one label of a host name.

    >>> host("L'Épicerie du Coin Vert")
    'l-epicerie-du-coin-vert'
    """
    return "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in fold(text)).split())


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text("utf-8"))
