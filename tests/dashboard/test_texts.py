"""Every text that the pages ask for exists in the three languages, and none is left that they do not ask for."""

import re
from datetime import date
from pathlib import Path

import pytest

import dashboard
from commons.i18n import catalogue
from commons.vocabulary import Language
from dashboard.components.words import day, number, percent, plain, text_of, web_address

SOURCE = "\n".join(
    path.read_text()
    for path in sorted(Path(dashboard.__file__).parent.rglob("*.py"))
    # The texts of the commands and of the pages outside Streamlit have prefixes of their own; their tests show them.
    if path.parent.name != "commands" and not path.name.startswith(("consent_", "propose_"))
)
ASKED = {
    *re.findall(r'\bsay\(\s*f?"([^"]+)"', SOURCE),
    *re.findall(r'\btranslate\(\s*f?"dashboard\.([^"]+)"', SOURCE),
    *re.findall(r'_told\("\w+", "(\w+)"', SOURCE.replace('_told("', '_told("')),
}
PATTERNS = [re.compile(re.sub(r"\\\{.*?\\\}", "[a-z0-9_.]+", re.escape(key))) for key in ASKED]
OURS = {
    key.removeprefix("dashboard."): entry
    for key, entry in catalogue().items()
    if key.startswith("dashboard.")
}


def test_every_text_has_three_languages():
    assert [key for key, entry in OURS.items() if set(entry) != set(Language)] == []


def test_every_text_asked_for_exists():
    missing = [
        pattern.pattern
        for pattern in PATTERNS
        if not any(pattern.fullmatch(key) or pattern.fullmatch(key.removeprefix("chart.")) for key in OURS)
    ]
    assert missing == []


def test_no_text_is_left_over():
    unused = [
        key
        for key in OURS
        if not any(
            pattern.fullmatch(key) or pattern.fullmatch(key.removeprefix("chart.")) for pattern in PATTERNS
        )
    ]
    assert unused == []


@pytest.mark.parametrize(
    "text",
    [
        "*a*",
        "[a](b)",
        "<b>",
        "# a",
        "1. a",
        "`a`",
        "$a$",
        ":red[a]",
        ":material/home:",
        "a@b.be",
        "https://a.be",
        "WWW.a.be",
    ],
)
def test_plain_leaves_no_sign_that_markdown_reads(text):
    shown = plain(text)
    assert not re.search(r"(?<!\\)[*\[\]<>#`$:_@.]", shown)
    assert not re.search(r"[:@](?=[a-z/])", re.sub(r"\\(.)", r"\1", shown))
    assert re.sub(r"\\(.)", r"\1", shown).replace("\N{WORD JOINER}", "") == text


def test_numbers_and_days_are_written_as_the_language_writes_them():
    assert [number(1234.5, language, 1) for language in Language] == ["1\u202f234,5", "1.234,5", "1,234.5"]
    assert [percent(0.125, language, 1) for language in Language] == ["12,5\u00a0%", "12,5\u00a0%", "12.5%"]
    assert number(None, Language.FR) == "\N{EN DASH}"
    assert number(-2, Language.FR) == "\N{MINUS SIGN}2"


def test_a_text_is_taken_in_the_language_else_as_it_was_given():
    row = {"name": "Zinneke", "name_fr": None, "name_nl": "Zinneke vzw", "name_en": float("nan")}
    assert [text_of(row, "name", language) for language in Language] == ["Zinneke", "Zinneke vzw", "Zinneke"]


def test_only_web_addresses_are_linked():
    assert web_address("https://a.example.org/b") == "https://a.example.org/b"
    for text in ("javascript:alert(1)", "data:text/html,x", "//a.be", "a.be", "https://", "http://[", None):
        assert web_address(text) is None


def test_days():
    assert day(date(2026, 11, 3), Language.NL) == "03/11/2026"
    assert day(date(2026, 11, 3), Language.EN) == "03 Nov 2026"
