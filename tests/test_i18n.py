"""Every text exists in three languages with the same placeholders, and every code of the vocabulary has a label."""

import inspect
import re
from enum import StrEnum
from string import Formatter

import pytest

from commons import vocabulary
from commons.i18n import catalogue, translate
from commons.vocabulary import Language

ENUMS = [
    e
    for _, e in inspect.getmembers(vocabulary, inspect.isclass)
    if issubclass(e, StrEnum) and e is not StrEnum
]


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_a_text_exists_in_every_language_with_the_same_placeholders(key):
    texts = catalogue()[key]
    assert set(texts) == set(Language)
    assert all(text.strip() for text in texts.values())
    assert len({frozenset(placeholders(text)) for text in texts.values()}) == 1


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_every_code_has_a_label(enum):
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", enum.__name__).lower()
    for member in enum:
        assert translate(f"{name}.{member.value}", Language.NL)


def test_an_unknown_key_is_an_error_not_a_text():
    with pytest.raises(KeyError):
        translate("no.such.key")
