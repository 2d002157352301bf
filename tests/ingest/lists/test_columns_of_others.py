"""Columns that forms, geocoders and other programs add: none becomes a consent, a category or a street by a likeness."""

import pytest
from sent_lists import checked_list

from ingest.map import propose_mapping
from ingest.map.flag_columns import flag_of, unheeded_flags

PLACED = "nom;latitude;longitude"


def codes(result):
    return set(result.notices["code"])


def test_the_list_that_was_sent():
    result = checked_list("33-airtable")
    assert result.frame["category"].tolist() == ["garden"] * 3
    assert result.frame["category_raw"].tolist() == ["Jardin,Atelier de réparation"] * 3
    assert result.frame["website"].tolist() == ["https://exemple.be"] * 3
    assert all(extras["Photo"].startswith("photo.jpg") for extras in result.frame["extras"])
    assert result.frame["lon"].tolist() == [4.346, 4.347, 4.374]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        (
            "contact;contact",
            ("Anne Exemple;02 555 12 34", "Jan Voorbeeld;02 555 12 35", "Zoé Exemple;02 555 12 36"),
        ),
        (
            "contact;contact;contact",
            ("Anne;a@exemple.be;02 555 12 34", "Jan;j@exemple.be;", "Zoé;z@exemple.be;"),
        ),
        ("contacts;contact 2", ("Anne Exemple;Bert", "Jan Voorbeeld;", "Zoé Exemple;Cem")),
        ("Contact;Contct", ("Anne Exemple;oui@exemple.be", "Jan Voorbeeld;x@exemple.be", "Zoé;y@exemple.be")),
    ],
)
def test_a_repeated_contact_is_no_consent_and_nothing_of_it_is_lost(checked, header, values):
    rows = "".join(f"L{n};50.8{n};4.35;{value}\n" for n, value in enumerate(values, start=2))
    result = checked(f"{PLACED};{header}\n{rows}")
    assert "contact" not in result.flags_present
    first = result.frame.iloc[0]
    kept = {
        *first["extras"].values(),
        first["contact_person"],
        first["email"],
        first["phone"],
        first["contact_phone"],
        first["contact_email"],
    }
    assert all(len(text) < 12 or text in kept or "555" in text for text in values[0].split(";"))
    assert len([value for value in kept if value]) >= len(values[0].split(";"))


def test_a_contact_that_is_answers_is_a_consent_beside_one_that_is_people(checked):
    result = checked(
        f"{PLACED};contact;contact\nA;50.83;4.35;public;Anne Exemple\nB;50.84;4.35;non;Jan Voorbeeld\n"
    )
    assert result.frame["contact"].tolist() == ["public", "withheld"]
    assert result.frame["contact_person"].tolist() == ["Anne Exemple", "Jan Voorbeeld"]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Publications", ("Le jardin en hiver, 2019", "Manuel du compost, 2020", "Nos outils, 2021")),
        ("visibilite m", ("12 mètres depuis la rue", "20 mètres", "très loin de la chaussée principale")),
        (
            "Statistique",
            ("12 membres et 3 employés", "15 membres, dont 4 actifs", "9 membres, tous bénévoles"),
        ),
    ],
)
def test_a_header_that_is_like_a_flags_is_none_where_the_values_are_no_answers(checked, header, values):
    header = {"Statistique": "Statistiqes"}.get(header, header)
    rows = "".join(f'L{n};50.8{n};4.35;"{value}"\n' for n, value in enumerate(values, start=2))
    result = checked(f"{PLACED};{header}\n{rows}")
    assert result.flags_present == frozenset()
    assert [extras.get(header) for extras in result.frame["extras"]] == list(values)


@pytest.mark.parametrize("header", ["visibilté", "zichtbaarhied", "Visibilty"])
@pytest.mark.parametrize("answer", ["à vérifier", "peut-être", "nog te vragen", "public", ""])
def test_a_misspelt_flag_whose_answers_nobody_understands_still_restricts(read, checked, header, answer):
    text = f"{PLACED};{header}\nA;50.83;4.35;{answer}\nB;50.84;4.35;{answer}\nC;50.85;4.35;retenu\n"
    raw = read(text)
    assert flag_of(header, raw.rows[header]) == "visibility"
    assert unheeded_flags(raw, propose_mapping(raw)) == {}
    assert checked(text).frame["visibility"].tolist()[0] == (answer if answer == "public" else None)


GEOCODED = "result_label;result_score;result_type;result_name;result_street;result_housenumber;result_postcode;result_city;result_context"


@pytest.mark.parametrize("prefix", ["result_", "geocoded_", "ban_", "match_"])
def test_what_a_geocoder_adds_is_no_column_of_the_partners(checked, prefix):
    header = GEOCODED.replace("result_", prefix)
    found = "Rue Basse 5 1000 Bruxelles;0.7;housenumber;Rue Basse 5;Rue Basse;5;1000;Bruxelles;Région"
    result = checked(f"nom;adresse;{header}\nUn;Rue Haute 3;{found}\nDeux;Rue Neuve 4;{found}\n")
    row = result.frame.iloc[0]
    assert (row["name"], row["street"], row["house_number"], row["category_raw"], row["municipality"]) == (
        "Un",
        "Rue Haute",
        "3",
        None,
        None,
    )
    assert set(row["extras"]) == set(header.split(";"))


def test_a_geocoders_position_may_be_taken(checked):
    result = checked(
        "nom;adresse;result_latitude;result_longitude;result_type\nUn;Rue Haute 3;50.83;4.35;street\nDeux;Rue Neuve 4;50.84;4.36;street\n"
    )
    assert result.frame[["lon", "lat"]].to_numpy().tolist() == [[4.35, 50.83], [4.36, 50.84]]


@pytest.mark.parametrize("separator", [",", ", ", ";", "|", " | ", "\n"])
def test_choices_of_several_are_taken_apart(checked, separator):
    offers, kinds = (
        separator.join(["outils", "compétences", "lieux"]),
        separator.join(["Jardins", "Repair Café"]),
    )
    result = checked(
        f'nom\tcatégorie\toffres\tbesoins\nUn\t"{kinds}"\t"{offers}"\t"outils"\nDeux\tDivers\toutils\tgeen\n'
    )
    assert result.frame["offers"].tolist() == [["tools", "skills", "place"], ["tools"]]
    assert result.frame["needs"].tolist() == [["tools"], []]
    assert result.frame["category"][0] == "repair"  # a word as it stands comes before the plural of one
    assert result.frame["category_raw"][0].replace("\n", " ").startswith("Jardins")
