"""Words that stand for nothing, and what spreadsheets make of ids, telephone numbers and postcodes."""

import pytest
from sent_lists import checked_list


def codes(result, row=None):
    notices = result.notices if row is None else result.notices[result.notices["row_number"].eq(row)]
    return set(notices["code"])


def test_the_lists_that_were_sent():
    result = checked_list("44-null-words")
    assert result.frame["name"].tolist() == ["Un", "Deux", "Trois"]
    assert result.frame[["street", "phone", "website"]].isna().all(axis=None)
    assert result.set_aside["_codes"].tolist() == ["NAME_MISSING"]
    assert "WORD_FOR_NOTHING" in codes(result)
    result = checked_list("14-phone-zero-lost")
    assert result.frame["phone"].tolist() == [
        "+3225551234",
        "+32475123456",
        "+3225551234",
        "+3225551234",
        "+3225551234",
    ]
    result = checked_list("16-scientific-ids")
    assert result.frame["name"].tolist() == ["Un", "Deux", "Trois"]
    assert result.frame["partner_key"].isna().all()
    assert result.frame["extras"].tolist() == [{"id": "9,91214E+15"}] * 3
    assert all("KEY_RUINED" in codes(result, row) for row in (1, 2, 3))
    result = checked_list("46-postcodes")
    assert result.frame["postcode"].tolist() == [
        "1000",
        "1000",
        "1050",
        "1030",
        "1060",
        "1030",
        "1000",
        "1070",
    ]
    assert "POSTCODE_INVALID" not in codes(result)


WORDS = ["None", "NULL", "null", "nan", "NaN", "N/A", "n/a", "NA", "#N/A", "<NA>", "undefined", "(vide)", "-", "--", "?", "n.c.", "néant",
         "Nihil", "geen", "aucun", "sans objet", "n.v.t.", "onbekend", "Inconnu", "non communiqué", "pas de site"]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_word_for_nothing_is_no_value(checked, word):
    result = checked(
        f"nom;description;rue;téléphone;site web;e-mail;latitude;longitude;besoins;fondée le\n"
        f"Un;{word};{word};{word};{word};{word};{word};{word};{word};{word}\n"
        "Deux;Un texte;Rue Haute;02 555 12 34;deux.example;a@deux.example;50.83;4.35;outils;2019\n"
    )
    row = result.frame.iloc[0]
    assert row[["description", "street", "phone", "website", "email", "founded_on"]].isna().all()
    assert (row["needs"], row["extras"]) == ([], {})
    assert codes(result, 1) <= {"WORD_FOR_NOTHING", "NO_POSITION", "CATEGORY_UNKNOWN"}
    assert result.frame.iloc[1]["phone"] == "+3225551234"


@pytest.mark.parametrize("word", ["#REF!", "#DIV/0!", "#VALEUR!", "#NAAM?", "########", "#WAARDE!"])
def test_a_spreadsheets_error_is_no_value_and_told_as_one(checked, word):
    result = checked(
        f"id;nom;description;latitude;longitude\n{word};Un;{word};50.83;4.35\n{word};{word};x;50.83;4.36\n"
    )
    assert result.frame[["partner_key", "description"]].iloc[0].isna().all()
    assert "SPREADSHEET_ERROR" in codes(result, 1)
    assert result.set_aside["_codes"].tolist() == ["NAME_MISSING"]


@pytest.mark.parametrize(
    "name",
    ["Geen", "Inconnu", "Aucun", "Nana", "Néant", "Vide", "None of the above", "NA!", "#collectif", "Nul"],
)
def test_a_name_may_be_such_a_word(checked, name):
    assert checked(f"nom\n{name}\nDeux\n").frame["name"].tolist() == [name, "Deux"]


@pytest.mark.parametrize("word", ["None", "n/a", "geen", "-", "#REF!"])
@pytest.mark.parametrize("flag", ["visibilité", "précision", "contact visible"])
def test_in_a_column_of_consent_it_is_a_word_that_says_no(checked, word, flag):
    result = checked(f"nom;{flag}\nUn;{word}\nDeux;public\n")
    column = {"visibilité": "visibility", "précision": "precision", "contact visible": "contact"}[flag]
    assert result.frame[column][0] is None
    assert codes(result, 1) & {"FLAG_UNREADABLE", "PRECISION_UNREADABLE"}


@pytest.mark.parametrize("key", ["9,91E+15", "1.23457E+12", "4E+07", "1,5e+09"])
def test_a_ruined_id_is_none(checked, key):
    result = checked(f"id;nom;rue\n{key};Un;Rue Haute\n{key};Deux;Rue Basse\n12;Trois;Rue Neuve\n")
    assert result.frame["partner_key"].tolist() == [None, None, "12"]
    assert result.frame["extras"][0] == {"id": key}
    assert ("KEY_RUINED" in codes(result, 1), "KEY_RUINED" in codes(result, 3)) == (True, False)


@pytest.mark.parametrize("key", ["E12", "1E", "12-E+15", "2E3A", "1234567890123456"])
def test_other_ids_stay(checked, key):
    assert checked(f"id;nom\n{key};Un\n").frame["partner_key"].tolist() == [key]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2,5551234E+07", "+3225551234"), ("4.75123456E+08", "+32475123456"), ("4,75123456E8", "+32475123456"),
        ("+3,2475123456E+10", "+32475123456"), ("4,75E+08", None), ("2,56E+07", None), ("025551234", "+3225551234"),
    ],
)  # fmt: skip
def test_a_telephone_number_is_restored_where_no_digit_is_lost_else_told(checked, text, number):
    result = checked(f"nom;téléphone\nUn;{text}\nDeux;02 555 12 35\n")
    assert result.frame["phone"][0] == number
    assert ("PHONE_INVALID" in codes(result, 1)) == (number is None)
    assert "SECOND_VALUE_DROPPED" not in codes(result) or number is None


@pytest.mark.parametrize(
    ("text", "postcode", "municipality"),
    [
        ("01000", "1000", None), ("1.030", "1030", None), ("1,030", "1030", None), ("1 030", "1030", None), ("1030,0", "1030", None),
        ("B-1050", "1050", None), ("BE-1060", "1060", None), ("B 1070", "1070", None), ("1000 Bruxelles", "1000", "Bruxelles"),
        ("B-1030 Schaerbeek", "1030", "Schaerbeek"), ("1190 - Forest", "1190", "Forest"), ("CP 1080", "1080", None),
        ("1080 (Molenbeek-Saint-Jean)", "1080", "Molenbeek-Saint-Jean"), ("1E+03", None, None), ("1000/1060", None, None),
        ("10000", None, None), ("103", None, None), ("00100", None, None),
    ],
)  # fmt: skip
def test_a_postcode_is_four_digits_however_it_is_written(checked, text, postcode, municipality):
    result = checked(f'nom;code postal\nUn;"{text}"\nDeux;1000\nTrois;1050\n')
    assert (result.frame["postcode"][0], result.frame["municipality"][0]) == (postcode, municipality)
    assert ("POSTCODE_INVALID" in codes(result, 1)) == (postcode is None)
