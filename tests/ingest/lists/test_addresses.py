"""Addresses of one line as people write them: read, or kept and told."""

import pytest

PARTS = ("street", "house_number", "postcode", "municipality")


def parts(record):
    return tuple(record[part] or "" for part in PARTS)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Rue Haute 12 bte 3, 1000 Bruxelles", "Rue Haute|12|1000|Bruxelles"),
        ("Hoogstraat 12 bus 0201, 1000 Brussel", "Hoogstraat|12|1000|Brussel"),
        ("Rue Haute 12, 2e étage, 1000 Bruxelles", "Rue Haute|12|1000|Bruxelles"),
        ("1060 Saint-Gilles, Chaussée de Charleroi 12", "Chaussée de Charleroi|12|1060|Saint-Gilles"),
        ("B-1050 Ixelles - 12, rue du Trône", "rue du Trône|12|1050|Ixelles"),
        ("1060 Saint-Gilles Chaussée de Charleroi 12", "Chaussée de Charleroi|12|1060|Saint-Gilles"),
        ("12 rue Blaes", "rue Blaes|12||"),
        ("12 bis, rue du 11 Novembre, 1040 Etterbeek", "rue du 11 Novembre|12 bis|1040|Etterbeek"),
        ("12-14, Bld Anspach - 1000", "Bld Anspach|12-14|1000|"),
        ("Quai des Charbonnages 30-34 1080 Molenbeek", "Quai des Charbonnages|30-34|1080|Molenbeek"),
        ("Rue Haute n° 12, 1000 Bruxelles, Belgique", "Rue Haute|12|1000|Bruxelles"),
        ("Rue Haute 12, Ixelles", "Rue Haute|12||Ixelles"),
        ("Rue du Trône 12 Elsene", "Rue du Trône|12||Elsene"),
        ("Grand-Place, Bruxelles", "Grand-Place|||Bruxelles"),
        ("Place de Forest", "Place de Forest|||"),
        ("Chaussée de Wavre 1015", "Chaussée de Wavre|1015||"),
        ("Rue Haute, 1000, Bruxelles", "Rue Haute||1000|Bruxelles"),
        ("1000 Bruxelles", "||1000|Bruxelles"),
        ("Saint-Gilles", "|||Saint-Gilles"),
    ],
)
def test_an_address_in_a_common_form_is_read(checked, address, expected):
    result = checked(f"nom;adresse;latitude;longitude\nAlpha;{address};50,8411;4,348\n")
    (record,) = result.frame.to_dict("records")
    assert parts(record) == tuple(expected.split("|"))
    assert "ADDRESS_UNREADABLE" not in set(result.notices["code"])


def test_a_box_stays_with_the_record(checked):
    result = checked("nom;adresse\nA;Rue Haute 12 bte 3, 1000 Bruxelles\nB;Rue Haute 12\n")
    assert result.frame["extras"].tolist() == [{"adresse": "bte 3"}, {}]


@pytest.mark.parametrize(
    "address",
    [
        "Maison des associations, au 12, puis 2e porte",
        "Rue Haute 12, 1000 Bruxelles / Hoogstraat 14, 1000 Brussel",
        "2e verdieping, achter de kerk, nr 5, bel 3",
    ],
)
def test_an_address_that_is_not_understood_is_kept_and_told(checked, address):
    result = checked(f"nom;adresse;latitude;longitude\nAlpha;{address};50,8411;4,348\nB;Rue Haute 1;;\n")
    assert parts(result.frame.iloc[0]) == ("", "", "", "")
    assert result.frame["extras"].tolist() == [{"adresse": address}, {}]
    told = result.notices[result.notices["code"].eq("ADDRESS_UNREADABLE")]
    assert told[["row_number", "column"]].to_numpy().tolist() == [[1, "adresse"]]


@pytest.mark.parametrize(
    "rows",
    [
        "nom;adresse\nA;Naamsestraat 1, 3000 Leuven",
        "nom;adresse\nA;1300 Wavre, Rue Haute 12",
        "nom;rue;code postal;commune\nA;Grote Markt 1;2800;Mechelen",
    ],
)
def test_without_a_position_a_postcode_from_elsewhere_is_outside(checked, rows):
    result = checked(rows)
    assert result.set_aside["_codes"].tolist() == ["OUTSIDE_REGION"]


def test_with_a_position_the_position_decides(checked):
    result = checked("nom;adresse;latitude;longitude\nA;Naamsestraat 1, 3000 Leuven;50,8411;4,348\n")
    assert parts(result.frame.iloc[0]) == ("Naamsestraat", "1", "3000", "Leuven")


def test_a_commune_of_the_region_with_another_postcode_is_a_slip(checked):
    result = checked("nom;adresse\nA;Rue Haute 12, 9000 Schaerbeek\n")
    assert len(result.frame) == 1
    assert "POSTCODE_ELSEWHERE" in set(result.notices["code"])


@pytest.mark.parametrize("rows", ["A;", "A;\nB;", "A;\nB;Rue Haute 12"])
def test_a_list_of_few_addresses_or_none_is_read(checked, rows):
    names = checked(f"nom;adresse\n{rows}\n").frame["name"].tolist()
    assert names == [row[0] for row in rows.split("\n")]
