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


def faults(texts):
    if set(texts) != set(Language):
        yield f"is in {', '.join(sorted(texts))}"
    yield from (f"says nothing in {language}" for language, text in texts.items() if not text.strip())
    if len({frozenset(placeholders(text)) for text in texts.values()}) != 1:
        yield "has other placeholders in another language"


def test_every_text_exists_in_every_language_with_the_same_placeholders():
    found = [f"{key} {fault}" for key, texts in catalogue().items() for fault in faults(texts)]
    assert catalogue()
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ({"fr": "{n} lieux", "nl": "{n} plekken", "en": "{n} places"}, []),
        ({"fr": "{n} lieux", "nl": "{n} plekken"}, ["is in fr, nl"]),
        ({"fr": "{n} lieux", "nl": "{n} plekken", "en": " "}, ["says nothing in en", "has other placeholders in another language"]),
        ({"fr": "{n} lieux", "nl": "{m} plekken", "en": "{n} places"}, ["has other placeholders in another language"]),
    ],
)  # fmt: skip
def test_a_text_that_lacks_a_language_a_word_or_a_placeholder_is_a_fault(texts, found):
    assert list(faults(texts)) == found


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_every_code_has_a_label(enum):
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", enum.__name__).lower()
    for member in enum:
        assert translate(f"{name}.{member.value}", Language.NL)


def test_an_unknown_key_is_an_error_not_a_text():
    with pytest.raises(KeyError):
        translate("no.such.key")
