"""CSV in every usual encoding, and what is refused."""

from random import Random

import pandas as pd
import pytest

from commons.errors import CommonsError
from commons.vocabulary import Language
from ingest.notices import NoticeCode
from ingest.read import delimited, table
from ingest.read.delimited import MAX_RECORD_LINES

ROWS = "Nom;Adresse;Tél\nCafé « Chez Zoé »;Rue Haute;025551234\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_accents_and_leading_zeros_survive_every_usual_encoding(read, encoding):
    table = read(ROWS.encode(encoding))
    assert table.rows.iloc[0].tolist() == ["Café « Chez Zoé »", "Rue Haute", "025551234"]
    assert [n.code for n in table.notices] == ([NoticeCode.ENCODING_GUESSED] if encoding == "cp1252" else [])


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found(read, separator):
    assert list(read(ROWS.replace(";", separator)).rows.columns) == ["Nom", "Adresse", "Tél"]


def test_decimal_commas_do_not_pass_for_separators(read):
    assert read("nom;lat;lon\nA;50,84;4,35\n").rows.shape == (1, 3)


def test_every_value_stays_text(read):
    table = read("id,cp,texte\n007,1030,NA\n1E5,01,null\n")
    assert table.rows.to_numpy().tolist() == [["007", "1030", "NA"], ["1E5", "01", "null"]]
    assert set(table.rows.dtypes.astype(str)) == {"str"}


def test_a_quoted_cell_may_hold_separators_quotes_and_newlines(read):
    table = read('nom,description\nA,"un, ""deux""\ntrois"\nB,x\n')
    assert table.rows.loc[1, "description"] == 'un, "deux"\ntrois'
    assert table.rows.index.tolist() == [1, 2]


def test_a_row_with_too_many_cells_is_an_error_and_one_with_too_few_is_filled(read):
    table = read("nom;rue;cp\nA;Rue Haute; 3;1000\nB\n;;\nC;x;1030;;\n")
    assert [(n.code, n.row_number) for n in table.notices] == [
        (NoticeCode.ROW_RAGGED, 1),
        (NoticeCode.ROW_SHORT, 2),
    ]
    assert table.rows.index.tolist() == [1, 2, 4]
    assert table.rows.loc[1, "cp"] == " 3;1000"


@pytest.mark.parametrize(
    ("content", "misquoted", "kept"),
    [
        ('nom\true\n"A"\t"x"\n"B" "y"\nC\tz\n', {2: '"B" "y"'}, [1, 3]),
        ('nom;rue\nA;"jamais fermé\nB;x\nC;"y"\n', {1: 'A;"jamais fermé'}, [2, 3]),
        ('nom;rue\nA;x\nB;"jamais fermé', {2: 'B;"jamais fermé'}, [1]),
        ('nom;rue\nA;"un\ndeux" trois\n', {1: 'A;"un', 2: 'deux" trois'}, []),
    ],
)
def test_a_row_with_a_misplaced_quote_stands_alone_and_raw(read, content, misquoted, kept):
    table = read(content.replace("\n", "\r\n"))
    assert {n.row_number: n.code for n in table.notices} == dict.fromkeys(misquoted, NoticeCode.ROW_MISQUOTED)
    assert table.rows.loc[list(misquoted), "nom"].to_dict() == misquoted
    assert [row for row in table.rows.index if row not in misquoted] == kept


def test_a_quote_that_is_never_closed_swallows_no_more_than_its_line(read):
    rows = [f"{n};x" for n in range(2, 3 * MAX_RECORD_LINES)]
    table = read("\n".join(["nom;rue", '1;"jamais fermé', *rows]))
    assert table.rows["nom"].tolist() == ['1;"jamais fermé', *(row.split(";")[0] for row in rows)]
    assert [(n.code, n.row_number) for n in table.notices] == [(NoticeCode.ROW_MISQUOTED, 1)]


def test_a_single_column_and_repeated_or_empty_headers_are_read(read):
    assert read("nom\nA\nB\n").rows.shape == (2, 1)
    table = read("nom,nom,,nom (2)\nA,B,C,D\n")
    assert list(table.rows.columns) == ["nom", "nom (2)", "column_3", "nom (2) (2)"]
    assert table.rows.iloc[0].tolist() == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        (b"", "a.csv", "read_empty"),
        (b"\n \n", "a.csv", "read_empty"),
        (b"nom;rue\n", "a.csv", "read_no_rows"),
        ('nom,"rue\nA,x\n', "a.csv", "read_quotes"),
        ("nom,rue\n" + 'A,"x" y\n' * 1001, "a.csv", "read_quotes_often"),
        ("nom,rue\nA,B\n".encode("utf-16-le"), "a.csv", "read_not_text"),
        (b"nom,rue\n\x81\xb2\xb3,\xb4\xb6\n", "a.csv", "read_not_text"),
        (b"%PDF-1.7", "a.csv", "read_unknown_format"),
        (b"nom,rue\nA,B\n", "a.pdf", "read_unknown_format"),
        (b"nom,rue\nA,B\n", "a.geojson", "read_format_mismatch"),
        (b'{"type": "FeatureCollection"}', "a.csv", "read_format_mismatch"),
        (b"<OGRVRTDataSource></OGRVRTDataSource>", "a.geojson", "read_markup"),
        (b"SQLite format 3\x00" + b"\x00" * 200, "a.gpkg", "read_vector_broken"),
        (b"PK\x03\x04 nonsense", "a.xlsx", "read_archive_broken"),
        (
            ",".join(f"c{i}" for i in range(1001)) + "\n" + "x," * 1000 + "x\n",
            "a.csv",
            "read_too_many_columns",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(read, content, name, key):
    with pytest.raises(CommonsError) as refused:
        read(content, name)
    assert refused.value.key == key
    for language in Language:
        assert refused.value.what(language)
        assert refused.value.remedy(language)


CELLS = [
    "",
    " ",
    "a",
    "é",
    'il dit ""oui""',
    "1,5",
    "Rue Haute; 12",
    "x" * 300,
    "\u2028",
    "a\x0bb",
    "NA",
    "null",
]
SPOILT = ['a "b', '"a" b', '"', '"deux\nlignes"', "a,b,c,d,e"]


@pytest.mark.parametrize("seed", range(30))
def test_lines_taken_apart_at_once_are_what_they_are_one_by_one(read, monkeypatch, seed):
    random = Random(seed)

    def cell():
        text = random.choice(CELLS)
        return f'"{text}"' if random.random() < 0.4 or '"' in text or "," in text else text

    lines = [",".join(cell() for _ in range(4)) for _ in range(40)] + [""] * 3 + [",,,"]
    lines += random.choices(SPOILT, k=seed % 3)
    random.shuffle(lines)
    text = random.choice(["\n", "\r\n"]).join(["nom,rue,cp,notes", *lines])
    monkeypatch.setattr(table, "CHUNK_ROWS", random.choice([3, 20, 1000]))
    at_once = read(text)
    monkeypatch.setattr(delimited, "cells_of", lambda *_: None)
    one_by_one = read(text)
    pd.testing.assert_frame_equal(at_once.rows, one_by_one.rows, check_index_type=False)
    assert set(at_once.notices) == set(one_by_one.notices)
