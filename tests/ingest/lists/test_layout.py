"""CSV files with more, or something else, than titles and rows."""

import pytest
from sent_lists import checked_list

from ingest.notices import NoticeCode


def codes(table):
    return {notice.code for notice in table.notices}


def test_a_sent_list_with_excels_separator_line_has_its_rows():
    checked = checked_list("01-bom-sep")
    assert len(checked.frame) == 3
    assert checked.frame["lat"].tolist() == [50.827, 50.838, 50.866]
    assert checked.set_aside.empty


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|", "^"])
@pytest.mark.parametrize("line", ["sep={}", "SEP={}", '"sep={}"'])
def test_the_line_that_says_the_separator_is_none_of_the_list(read, encoding, separator, line):
    text = "\r\n".join([line.format(separator), separator.join(["nom", "rue"]), separator.join(["É", "b"])])
    table = read(text.encode(encoding))
    assert list(table.rows.columns) == ["nom", "rue"]
    assert table.rows.loc[1].tolist() == ["É", "b"]


def test_a_separator_line_that_is_wrong_is_not_believed(read):
    assert list(read("sep=,\nnom;rue\nA;b\n").rows.columns) == ["nom", "rue"]


def test_a_separator_line_saved_again_by_a_spreadsheet_is_still_one(read):
    assert list(read("sep=;;;\nnom;rue;cp\nA;b;1000\n").rows.columns) == ["nom", "rue", "cp"]


def test_a_column_may_be_called_sep(read):
    assert list(read("sep;nom\n1;A\n").rows.columns) == ["sep", "nom"]


def test_a_sent_list_of_a_database_has_its_quotes():
    checked = checked_list("52-backslash-quotes")
    assert checked.frame["name"].tolist() == ['Café "Chez Léa", le bon', "Deux"]
    assert checked.frame["description"].tolist() == ["Un lieu", 'Dit "le grand"']
    assert checked.frame["lat"].tolist() == [50.827, 50.838]
    assert "QUOTES_ESCAPED" in set(checked.notices["code"])


def test_escaped_backslashes_and_the_word_for_nothing_of_a_database_are_read(read):
    table = read('nom;notes;rue\n"Dit \\"A\\" ici";"C:\\\\liste";\\N\n"B";\\N;"b"\n')
    assert table.rows.loc[1].fillna("-").tolist() == ['Dit "A" ici', "C:\\liste", "-"]
    assert table.rows.loc[2].fillna("-").tolist() == ["B", "-", "b"]


def test_a_path_that_ends_with_a_backslash_escapes_nothing(read):
    table = read('nom;dossier\n"A";"C:\\listes\\"\n"B";"x"\n')
    assert table.rows["dossier"].tolist() == ["C:\\listes\\", "x"]
    assert NoticeCode.QUOTES_ESCAPED not in codes(table)


def test_a_sent_list_with_blank_lines_and_columns_loses_no_row_to_them():
    checked = checked_list("41-trailing-empties")
    assert len(checked.frame) == 3
    assert checked.set_aside.empty
    assert not {"HEADER_EMPTY", "ROW_SHORT", "ROW_RAGGED", "NAME_MISSING"} & set(checked.notices["code"])


@pytest.mark.parametrize("blank", [r"\N;\N;\N", r'"\N";\N;\N', r"\N;;"])
def test_a_line_of_a_databases_nothing_is_no_row(read, blank):
    table = read(f"nom;rue;cp\nA;b;1000\n{blank}\n\\N;c;1030\n")
    assert table.rows.index.tolist() == [1, 3]


@pytest.mark.parametrize("blank", [";;", " ; ;", '"";"";""', "\t;\u00a0;", '" ";"";'])
def test_a_line_of_blank_cells_is_no_row(read, blank):
    table = read(f"nom;rue;cp\nA;b;1000\n{blank}\nB;c;1030\n{blank}\n")
    assert table.rows.index.tolist() == [1, 3]
    assert not table.notices


def test_a_heading_above_the_titles_of_a_csv_is_passed_over(read):
    text = "Liste des membres, mars 2026\n\nnom;adresse;code postal\nA;Rue Haute 3;1000\n"
    table = read(text)
    assert list(table.rows.columns) == ["nom", "adresse", "code postal"]
    assert table.rows.index.tolist() == [1]
    assert NoticeCode.LINES_ABOVE_TITLES in codes(table)


def test_groups_of_titles_are_passed_over_and_tell_titles_apart(read):
    text = "Lieu;;;Contact;\nNom;Adresse;Commune;Nom;Téléphone\nA;Rue Haute 3;Bruxelles;Zoé;02 555 12 34\n"
    table = read(text)
    assert list(table.rows.columns) == ["Nom", "Adresse", "Commune", "Contact Nom", "Téléphone"]


def test_a_title_over_two_lines_stands_beside_those_of_the_lower_one(read):
    table = read("Nom;Adresse;;\n;Rue;Numéro;Commune\nA;Rue Haute;3;Bruxelles\n")
    assert list(table.rows.columns) == ["Nom", "Rue", "Numéro", "Commune"]


def test_a_first_row_of_data_is_no_second_line_of_titles(read):
    table = read("nom;type;lieu\nMaison;Association;Ville\nB;c;d\n")
    assert list(table.rows.columns) == ["nom", "type", "lieu"]
    assert len(table.rows) == 2


def test_a_heading_of_several_cells_is_passed_over(read):
    text = "Ville de Bruxelles;;2026;page 1\n\nnom;adresse;cp;tél\nA;Rue Haute 3;1000;02 555 12 34\n"
    table = read(text)
    assert list(table.rows.columns) == ["nom", "adresse", "cp", "tél"]
    assert len(table.rows) == 1


def test_of_titles_that_nobody_knows_the_first_line_is_taken(read):
    assert list(read("a;b;c\nx;y;z\nu;v;w\n").rows.columns) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("Quoi,Vélos,Textile,Électro", "x,x,x,x"),
        ("Quoi,Vélos,Textile,Électro", "X,x,X,x"),
        ("Vélos,,Textile,Électro", "x,x,,x"),
        ("Quoi,Vélos,Textile,Électro", "nom,Nom,nom,NOM"),
    ],
)
def test_a_row_of_crosses_is_no_line_of_titles(read, titles, row):
    table = read(f"{titles}\n{row}\n{row}\n")
    assert len(table.rows) == 2
    assert set(filter(None, titles.split(","))) <= set(table.rows.columns)
