"""Lines of a list that are no places, and titles that stand where nobody looks for them."""

import io

import openpyxl
import pytest
from ods import cell, ods, row, sheet
from sent_lists import checked_list

from ingest.check import check
from ingest.map import apply_mapping, propose_mapping
from ingest.notices import NoticeCode

NAMES = ["Le Potager du Parvis", "Café de la Réparation", "Grainothèque De Zaadbank"]
TITLES = "nom;adresse;cp;commune;membres"
ROWS = "Le Potager;Parvis 12;1060;Saint-Gilles;10\nLe Café;Rue Haute 200;1000;Bruxelles;12"


@pytest.fixture
def xlsx():
    """Return the bytes of a workbook of these lines, and what else is done to its sheet."""

    def make(lines, change=lambda _: None):
        book, target = openpyxl.Workbook(), io.BytesIO()
        for line in lines:
            book.active.append(line)
        change(book.active)
        book.save(target)
        return target.getvalue()

    return make


def refused(checked):
    return dict(zip(checked.set_aside["_row"], checked.set_aside["_codes"], strict=True))


def test_in_a_sent_workbook_the_titles_are_those_of_the_second_line():
    checked = checked_list("29-xlsx-two-header-rows")
    assert checked.frame["name"].tolist() == NAMES
    assert checked.frame["category_raw"].tolist() == ["Jardin"] * 3
    assert checked.frame["lat"].notna().all()
    told = set(zip(checked.notices["code"], checked.notices["row_number"].fillna(0), strict=True))
    assert {("LINES_ABOVE_TITLES", 0), ("CELLS_MERGED", 2), ("CELLS_MERGED", 3)} <= told


def test_in_a_sent_workbook_a_total_and_a_footnote_are_no_places():
    checked = checked_list("31-xlsx-total-row")
    assert checked.frame["name"].tolist() == NAMES
    assert set(refused(checked).values()) == {"ROW_NO_PLACE"}
    assert len(checked.set_aside) == 2


@pytest.mark.parametrize(
    "line",
    [
        "Total;;;;22",
        "TOTAL GÉNÉRAL;;;;22",
        "Totaal;;;;22",
        "Sous-total Saint-Gilles;;;;10",
        ";;;Total :;22",
        "Total : 22;;;;",
        "Nombre d'associations;;;;2",
        "Gemiddelde;;;;11",
        "Source : Bruxelles Environnement, 2024;;;;",
        "* sous réserve;;;;",
        "(1) adresse du siège;;;;",
        "Mise à jour : mars 2024;;;;",
        "Laatst bijgewerkt op 3 maart 2024;;;;",
        "Cette liste a été établie par les services de la commune et peut comporter des erreurs.;;;;",
        "IXELLES;;;;",
        "nom;adresse;cp;commune;membres",
        "Nom;Adresse;CP;Commune;Membres",
        "name;address;postcode;municipality;members",
        "naam;adres;postcode;gemeente;leden",
        "-----;-----;---;-----;---",
    ],
)
def test_a_line_that_is_no_place_is_set_aside_as_such(checked, line):
    for text, number in (
        (f"{TITLES}\n{ROWS}\n{line}\n", 3),
        (f"{TITLES}\n{ROWS}\n{ROWS}\n{line}\n{ROWS}\n", 5),
    ):
        result = checked(text)
        assert refused(result) == {number: "ROW_NO_PLACE"}
        assert not set(result.notices.loc[result.notices["row_number"].eq(number), "code"]) - {"ROW_NO_PLACE"}


@pytest.mark.parametrize(
    "line",
    [
        "(texte);(texte);(nr);(texte);(nombre)",
        "string;string;int;string;int",
        "obligatoire;facultatif;facultatif;obligatoire;",
        "Veuillez indiquer le nom officiel;Indiquez la rue et le numéro;1000;;",
        "ex. : Le Potager;ex. : Rue Haute 3;ex. : 1000;ex. : Ixelles;",
        "max. 50 tekens;verplicht;4 caractères;;",
        "name;address;postcode;municipality;members",
    ],
)
def test_a_line_that_explains_the_columns_is_set_aside(checked, line):
    assert refused(checked(f"{TITLES}\n{line}\n{ROWS}\n")) == {1: "ROW_NO_PLACE"}


@pytest.mark.parametrize(
    "line",
    [
        "Total Refusal;;;;",
        "Total;Rue Haute 3;1000;Bruxelles;3",
        "Source Claire;;;;",
        "Note Bleue;Rue Haute 3;1000;Bruxelles;",
        "Le Potager;;;;",
        "Ixelles en transition;;;;",
        "Number 9;Rue Haute 3;1000;;9",
        "Format;Rue Haute 3;1000;Bruxelles;",
        "La Bourse aux textes;Texte;;;",
        "Exemple;Rue de l'Exemple 3;1000;Bruxelles;",
    ],
)
def test_a_place_whose_name_only_sounds_so_stays(checked, line):
    for text in (f"{TITLES}\n{ROWS}\n{line}\n", f"{TITLES}\n{line}\n{ROWS}\n"):
        result = checked(text)
        assert result.set_aside.empty, line
        assert line.split(";")[0] in result.frame["name"].tolist()


@pytest.mark.parametrize(
    "line",
    [
        "texte;texte;degrés décimaux;degrés décimaux",
        "place_name;place_address;place_lat;place_lng",
        "Nom du lieu;Adresse;Latitude;Longitude",
        "Nom officiel;Rue, numéro et commune;Format décimal (50.85);Format décimal (4.35)",
    ],
)
def test_words_where_the_others_have_positions_explain_them(checked, line):
    result = checked(f"nom;adresse;lat;lon\n{line}\nA;Rue Haute 3;50.85;4.35\n")
    assert refused(result) == {1: "ROW_NO_PLACE"}


def test_footnotes_under_a_short_list_are_no_places(checked):
    text = "nom;adresse;lat;lon\nA*;Rue Haute 3;50.85;4.35\n* fermé le lundi;;;\n** sur rendez-vous;;;\n"
    assert refused(checked(text)) == {2: "ROW_NO_PLACE", 3: "ROW_NO_PLACE"}
    assert refused(checked("nom;adresse\nA;Rue Haute 3\nB;Rue Basse 4\nBron: gemeente\n")) == {
        3: "ROW_NO_PLACE"
    }


def test_a_position_in_words_is_unreadable_and_its_row_a_place(checked):
    result = checked("nom;lat;lon\nA;au parc;voir plan\n")
    assert result.frame["name"].tolist() == ["A"]


def test_a_list_of_names_alone_keeps_them_all(checked):
    result = checked("nom\nIxelles\nSource\nLe Potager\n")
    assert result.set_aside.empty


@pytest.mark.parametrize("crosses", ["x;x;x;x;x", "X;x;;x;X", "nom;nom;nom;nom;nom"])
def test_a_place_with_many_crosses_is_no_line_of_titles(checked, crosses):
    result = checked(f"nom;vélos;textile;électro;mobilité;cuisine\nZoé;{crosses}\nLe Fil;x;;;;\n")
    assert result.frame["name"].tolist() == ["Zoé", "Le Fil"]
    assert result.set_aside.empty


def test_a_total_beside_a_position_is_a_place(checked):
    result = checked("nom;membres;latitude;longitude\nTotal;3;50,85;4,35\nB;4;50,84;4,36\n")
    assert result.set_aside.empty


@pytest.mark.parametrize(
    "lines",
    [
        [["Identité", None, "Lieu", None, None], ["Nom", "Type", "Adresse", "Latitude", "Longitude"]],
        [
            ["Identité", "Identité", "Lieu", "Lieu", "Lieu"],
            ["Nom", "Type", "Adresse", "Latitude", "Longitude"],
        ],
        [["Nos lieux 2026"], [None, None, "Adresse"], ["Nom", "Type", "Rue", "Latitude", "Longitude"]],
        [["Nom", "Type", "Adresse", "Position", None], [None, None, "Rue", "Latitude", "Longitude"]],
    ],
)
def test_of_two_lines_of_titles_the_lower_one_counts(read, xlsx, lines):
    raw = read(xlsx([*lines, ["Café", "Jardin", "Rue Haute 3", 50.85, 4.35]]), "a.xlsx")
    assert len(raw.rows) == 1
    found = propose_mapping(raw).column_of
    assert {"name", "category", "lat", "lon"} <= set(found)
    assert NoticeCode.LINES_ABOVE_TITLES in {notice.code for notice in raw.notices}


def test_a_merged_cell_counts_for_each_of_its_rows(read, xlsx):
    lines = [
        ["nom", "commune", "rue"],
        ["A", "Ixelles", "a"],
        ["B", None, "b"],
        ["C", None, "c"],
        ["D", "Jette", "d"],
    ]
    raw = read(xlsx(lines, lambda book: book.merge_cells("B2:B4")), "a.xlsx")
    assert raw.rows["commune"].tolist() == ["Ixelles", "Ixelles", "Ixelles", "Jette"]
    told = [(n.row_number, n.column) for n in raw.notices if n.code is NoticeCode.CELLS_MERGED]
    assert told == [(2, "commune"), (3, "commune")]


@pytest.mark.parametrize(
    ("header", "opens", "closes", "closed"),
    [
        ("visibility", "public", "withheld", "withheld"),
        ("contact", "partners", "withheld", "withheld"),
        ("statistics", "yes", "no", False),
        ("reuse", "oui", "non", False),
        ("precision", "exact", "withheld", "withheld"),
        ("licence", "CC0-1.0", None, None),
    ],
)
def test_a_merged_consent_opens_its_first_row_alone_and_closes_all(read, xlsx, header, opens, closes, closed):
    lines = [
        ["nom", header, "consent_until"],
        ["A", opens, "2030-01-01"],
        ["B", None, None],
        ["C", closes, None],
        ["D", None, None],
        ["E", opens, None],
    ]
    content = xlsx(lines, lambda book: [book.merge_cells(cells) for cells in ("B2:B3", "B4:B5", "C2:C6")])
    raw = read(content, "a.xlsx")
    result = check(apply_mapping(raw, propose_mapping(raw)))
    first, *others = result.frame[header]
    assert others == [None, closed, closed, first]
    assert first not in (None, False, "withheld")
    assert {str(day) for day in result.frame["consent_until"]} == {"2030-01-01"}
    merged = result.notices[result.notices["code"].eq("FLAG_MERGED")]
    assert merged[["row_number", "column"]].to_numpy().tolist() == [[2, header]]


def test_a_cell_merged_over_columns_fills_none(read, xlsx):
    lines = [["nom", "rue", "cp"], ["A", "a", "1000"], ["B", None, "1030"]]
    raw = read(xlsx(lines, lambda book: book.merge_cells("A3:B3")), "a.xlsx")
    assert raw.rows["rue"].isna().tolist() == [False, True]


def test_a_merged_cell_of_an_open_document_counts_for_each_of_its_rows(read):
    spanned = cell("Ixelles").replace(
        "<table:table-cell", '<table:table-cell table:number-rows-spanned="2"', 1
    )
    covered = "<table:covered-table-cell/>"
    content = ods(
        sheet(
            row(cell("nom"), cell("commune")),
            row(cell("A"), spanned),
            row(cell("B"), covered),
            row(cell("C")),
        )
    )
    raw = read(content, "a.ods")
    assert raw.rows["commune"].fillna("-").tolist() == ["Ixelles", "Ixelles", "-"]
    assert [n.row_number for n in raw.notices if n.code is NoticeCode.CELLS_MERGED] == [2]


@pytest.mark.parametrize(
    "line",
    [
        "Total;7;2;",
        "TOTAL : 2 lieux;;;",
        "Total général : 7 membres;;;",
        "Nombre de lieux : 2;;;",
        "Aantal plaatsen: 2;;;",
        "Subtotaal (Elsene) : 3;4;;",
        "Sum = 7;;;",
        "Count: 2 places;;;",
    ],
)
def test_a_sum_is_no_place_whatever_column_it_stands_in(checked, line):
    for titles in ("nom;membres;adresse;cp", "nom;membres;lieux;rue"):
        rows = "A;3;Rue Haute 3;1000\nB;4;Rue Basse 4;1000"
        assert refused(checked(f"{titles}\n{rows}\n{line}\n")) == {3: "ROW_NO_PLACE"}


@pytest.mark.parametrize(
    "line", ["9;Total : 2 lieux;;;", "9;Sum 41;7;;", ";Total : 2 lieux;7;Rue Haute 3;1000"]
)
def test_a_row_with_a_key_or_an_address_is_no_sum(checked, line):
    rows = "1;A;3;Rue Haute 3;1000\n2;B;4;Rue Basse 4;1000"
    assert checked(f"id;nom;membres;adresse;cp\n{rows}\n{line}\n").set_aside.empty


@pytest.mark.parametrize("line", ["A;b;c;d;e", '"A" "b";c;;', "A;b;c;d;e;f"])
def test_a_torn_row_is_not_said_to_be_kept(checked, line):
    result = checked(f"nom;rue;latitude;longitude\nB;Rue Haute;50,85;4,35\n{line}\n")
    (code,) = result.notices.loc[result.notices["row_number"].eq(2), "code"]
    assert code in {"ROW_RAGGED", "ROW_MISQUOTED"}


def test_a_rejected_row_is_not_said_to_be_kept_without_a_position(checked):
    result = checked("nom;rue\n;Rue Haute\nB;Rue Basse\n")
    told = result.notices[result.notices["code"].eq("NO_POSITION")]
    assert told["row_number"].tolist() == [2]


@pytest.mark.parametrize("titles", ["nom;rue", "naam;straat", "name;street"])
def test_a_list_without_categories_is_told_so_and_of_no_word(checked, titles):
    codes = checked(f"{titles}\nA;b\n").notices["code"].tolist()
    assert "CATEGORY_MISSING" in codes
    assert "CATEGORY_UNKNOWN" not in codes
