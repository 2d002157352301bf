"""Consent is closed wherever it cannot be read."""

import pytest

from commons.consent.flags import FLAG_WORDS, NO, YES, read_flag
from commons.i18n import translate
from commons.vocabulary import Language, Precision, Visibility

UNCLEAR = ["", " ", "NA", "à vérifier", "?", "None", "nan", "oui mais", "Public?", "2", "off"]


def column(checked, header, word):
    result = checked(f"nom;{header}\nA;{word}\n")
    return result.frame.iloc[0], set(result.notices["code"]), result.flags_present


@pytest.mark.parametrize("flag", ["visibility", "precision", "contact", "statistics", "reuse", "licence"])
@pytest.mark.parametrize("word", UNCLEAR)
def test_an_unclear_word_is_no_consent_and_is_told(checked, flag, word):
    row, codes, present = column(checked, flag, word)
    assert row[flag] is None
    assert (
        codes
        & {"FLAG_EMPTY", "FLAG_UNREADABLE", "PRECISION_UNREADABLE", "YES_NO_UNREADABLE", "LICENCE_UNKNOWN"}
        or row["contact_person"] == word
        or "WORD_FOR_NOTHING" in codes
    )
    assert flag in present or row["contact_person"] == word or "WORD_FOR_NOTHING" in codes


@pytest.mark.parametrize(
    ("word", "value"), [*((w, True) for w in sorted(YES)), *((w, False) for w in sorted(NO)), ("NON", False)]
)
def test_yes_and_no_are_exactly_the_words_of_the_table(checked, word, value):
    assert column(checked, "Statistiques", word)[0]["statistics"] is value


@pytest.mark.parametrize("language", Language)
def test_every_label_that_we_show_is_understood(language):
    for flag, enum, area in (("visibility", Visibility, "visibility"), ("precision", Precision, "precision")):
        for code in enum:
            assert read_flag(flag, code.value) == code
            assert read_flag(flag, translate(f"{area}.{code.value}", language)) == code


def test_no_word_says_two_things():
    assert not YES & NO
    assert not set(FLAG_WORDS["visibility"]) & YES


def test_a_flag_without_a_column_is_not_present(checked):
    result = checked("nom;visibilité\nA;partenaires\n")
    assert result.flags_present == {"visibility"}
    assert result.frame.loc[0, "visibility"] == "partners"


CONSENT = "nom;visibilité;statistiques;consentement le;consentement jusqu'au\n"


@pytest.mark.parametrize(
    ("on", "until", "code"),
    [
        ("31/02/2026", "2027-01-01", "CONSENT_DATE_UNREADABLE"),
        ("2026-01-01", "eind 2027", "CONSENT_DATE_UNREADABLE"),
        ("2026-01-01", "2025-01-01", "CONSENT_DATES_REVERSED"),
    ],
)
def test_a_consent_whose_dates_cannot_be_read_is_closed(checked, on, until, code):
    result = checked(f"{CONSENT}A;public;oui;{on};{until}\nB;public;oui;2026-01-01;2027-01-01\n")
    assert result.frame["visibility"].tolist() == [None, "public"]
    assert result.frame["statistics"].tolist() == [None, True]
    assert code in set(result.notices.loc[result.notices["row_number"].eq(1), "code"])


def test_without_a_visibility_column_such_a_row_is_set_aside(checked):
    result = checked("nom;consentement jusqu'au\nA;bientôt\nB;2030-01-01\n")
    assert result.frame["name"].tolist() == ["B"]
    assert result.set_aside["_codes"].tolist() == ["CONSENT_CLOSED"]


def test_an_open_end_is_no_fault(checked):
    result = checked(f"{CONSENT}A;public;oui;2026-01-01;\n")
    assert result.frame.loc[0, "visibility"] == "public"
    assert result.frame.loc[0, "consent_until"] is None
