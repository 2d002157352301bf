"""What a mapping does to the rows of a file: columns taken apart, words exchanged, constants, columns left out."""

import pytest

from commons.errors import CommonsError
from ingest.check import check
from ingest.map import apply_mapping
from ingest.map.document import read_mapping


@pytest.fixture
def mapped(read):
    """Read a CSV, apply the mapping of a document's tree, check."""

    def run(content, **tree):
        table = apply_mapping(read(content), read_mapping(tree))
        return table, check(table)

    return run


def codes(result, row=None):
    rows = result.notices if row is None else result.notices[result.notices["row_number"] == row]
    return set(rows["code"])


NAMED = {"Nom": "name"}


@pytest.mark.parametrize(
    ("pattern", "text", "parts"),
    [
        ("street number", "Rue Haute 12A", {"street": "Rue Haute", "house_number": "12A"}),
        ("street number", "Rue du 11 Novembre, n° 5", {"street": "Rue du 11 Novembre", "house_number": "5"}),
        ("street number", "12, rue Haute", {"street": "rue Haute", "house_number": "12"}),
        ("street number", "Hoogstraat 12-14", {"street": "Hoogstraat", "house_number": "12-14"}),
        ("street number", "Place du Jeu de Balle", {"street": "Place du Jeu de Balle", "house_number": None}),
        ("postcode municipality", "B-1030 Schaerbeek", {"postcode": "1030", "municipality": "Schaerbeek"}),
        ("postcode municipality", "Sint-Gillis (1060)", {"postcode": "1060", "municipality": "Sint-Gillis"}),
        ("lat lon", "50.84, 4.35", {"lat": 50.84, "lon": 4.35}),
        ("lat lon", "50,84;4,35", {"lat": 50.84, "lon": 4.35}),
        ("lon lat", "[4.35,50.84]", {"lat": 50.84, "lon": 4.35}),
        ("lat lon", "50,84,4,35", {"lat": 50.84, "lon": 4.35}),
    ],
)
def test_a_pattern_of_ours_takes_a_cell_apart(mapped, pattern, text, parts):
    content = f'"Nom"\t"Lieu"\nA\t"{text}"\nB\t\n'
    table, result = mapped(content, columns=NAMED, splits={"Lieu": {"pattern": pattern}})
    found = result.frame.iloc[0]
    assert {name: found[name] for name in parts} == parts
    assert "Lieu" not in table.extras
    assert "SPLIT_UNREADABLE" not in codes(result)
    assert result.frame.iloc[1][[*parts]].isna().all()


def test_a_separator_takes_apart_only_what_has_its_parts_and_the_rest_is_kept_and_told(mapped):
    content = "Nom;Lieu\nA;Rue Haute | 1000\nB;Rue Haute\nC;Rue | Haute | 1000\nD;Rue Haute | 1000\n"
    splits = {"Lieu": {"separator": "|", "fields": ["street", "postcode"]}}
    _, result = mapped(content, columns=NAMED, splits=splits)
    assert result.frame["street"].tolist() == ["Rue Haute", None, None, "Rue Haute"]
    assert result.frame["postcode"].tolist() == ["1000", None, None, "1000"]
    assert result.frame["extras"].tolist() == [{}, {"Lieu": "Rue Haute"}, {"Lieu": "Rue | Haute | 1000"}, {}]
    assert ["SPLIT_UNREADABLE" in codes(result, row) for row in (1, 2, 3, 4)] == [False, True, True, False]


def test_a_separator_is_no_pattern(mapped):
    splits = {"Lieu": {"separator": ".", "fields": ["street", "postcode"]}}
    _, result = mapped("Nom;Lieu\nA;Haute.1000\n", columns=NAMED, splits=splits)
    assert result.frame.iloc[0]["street"] == "Haute"


def test_a_part_that_cannot_be_read_stays_under_the_columns_name_and_its_own(mapped):
    splits = {"Dates": {"separator": "-", "fields": ["founded_on", "ended_on"]}}
    _, result = mapped("Nom;Dates\nA;vers 1990 - hier\n", columns=NAMED, splits=splits)
    assert result.frame.iloc[0]["extras"] == {
        "Dates: founded_on": "vers 1990",
        "Dates: ended_on": "hier",
    }


def test_words_are_exchanged_without_case_or_accents_and_the_partners_own_is_kept(mapped):
    content = 'Nom;Sorte\nA;RESTO  Solidaire\nB;"Vélos; resto solidaire"\nC;potager\nD;\n'
    values = {"category": {"resto solidaire": "food"}}
    _, result = mapped(content, columns={**NAMED, "Sorte": "category"}, values=values)
    assert result.frame["category"].tolist() == ["food", "food", "garden", "other"]
    assert result.frame["category_raw"].tolist() == [
        "RESTO Solidaire",
        "Vélos; resto solidaire",
        "potager",
        None,
    ]


def test_a_name_is_composed_of_the_partners_own_word(mapped):
    _, result = mapped(
        "Sorte;Rue\nArceau;Rue Haute\n",
        columns={"Sorte": "category", "Rue": "street"},
        values={"category": {"arceau": "mobility"}},
    )
    assert result.frame.iloc[0]["name"] == "Arceau, Rue Haute"


def test_a_constant_is_in_every_row_and_told(mapped):
    constants = {
        "category": "Repair Café",
        "subject": "organisation",
        "visibility": "partners",
        "reuse": False,
    }
    _, result = mapped("Nom\nA\nB\n", columns=NAMED, constants=constants)
    assert result.frame["category"].tolist() == ["repair"] * 2
    assert result.frame["category_raw"].tolist() == ["Repair Café"] * 2
    assert result.frame["subject"].tolist() == ["organisation"] * 2
    assert result.frame[["visibility", "reuse"]].to_dict("list") == {
        "visibility": ["partners"] * 2,
        "reuse": [False] * 2,
    }
    assert result.flags_present == {"visibility", "reuse"}
    told = result.notices.groupby("code")["column"].agg(set)
    assert told["FLAG_CONSTANT"] == {"visibility", "reuse"}
    assert told["FIELD_CONSTANT"] == {"category", "subject"}


def test_an_ignored_column_is_kept_nowhere_not_even_of_a_row_set_aside(mapped):
    content = "Nom;Privé\nA;secret\n;secret\n"
    table, result = mapped(content, columns=NAMED, ignore=["Privé", "Pas là"])
    assert result.frame.iloc[0]["extras"] == {}
    assert len(result.set_aside) == 1
    assert "secret" not in result.set_aside.to_string() + table.raw.rows.to_string()
    assert "COLUMN_IGNORED" in codes(result)
    assert "COLUMN_UNMAPPED" not in codes(result)


def test_a_split_or_a_column_that_the_file_lacks_is_refused(mapped):
    for tree in ({"columns": {"Rue": "street"}}, {"splits": {"Rue": {"pattern": "street number"}}}):
        with pytest.raises(CommonsError) as refused:
            mapped("Nom\nA\n", **tree)
        assert refused.value.key == "map_column_missing"
