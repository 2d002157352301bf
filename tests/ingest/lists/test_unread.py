"""What a file holds and nobody would see: other sheets and layers, hidden rows, a list of which nothing is left."""

import io

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from ods import cell, ods, row, sheet
from sent_lists import checked_list

from ingest.notices import NoticeCode, Severity, summarise
from ingest.upload import prepare_upload


def columns(raw, code):
    return [notice.column for notice in raw.notices if notice.code is code]


def test_the_other_layer_of_a_sent_file_is_named_with_its_rows():
    notices = checked_list("23-gpkg-layers").notices
    told = notices[notices["code"].eq("OTHER_LAYERS_IGNORED")]
    assert told["column"].tolist() == ["ateliers (2)"]
    assert set(told["severity"]) == {Severity.WARNING.value}


def test_layers_without_places_and_tables_are_named_too(read, tmp_path):
    path = tmp_path / "lieux.gpkg"
    points = gpd.GeoDataFrame({"nom": ["A"]}, geometry=gpd.points_from_xy([4.35], [50.85]), crs=4326)
    points.to_file(path, layer="jardins")
    gpd.GeoDataFrame({"nom": ["B"] * 3}, geometry=points.geometry.tolist() * 3, crs=4326).to_file(
        path, layer="cafés"
    )
    pd.DataFrame({"remarque": ["x", "y"]}).pipe(gpd.GeoDataFrame).to_file(path, layer="remarques")
    raw = read(path.read_bytes(), "lieux.gpkg")
    assert raw.rows["nom"].tolist() == ["A"]
    assert set(columns(raw, NoticeCode.OTHER_LAYERS_IGNORED)) == {"cafés (3)", "remarques (2)"}


@pytest.fixture
def book():
    """Return the bytes of a workbook of sheets of lines, and what else is done to it."""

    def make(change=lambda _: None, **sheets):
        workbook, target = openpyxl.Workbook(), io.BytesIO()
        workbook.remove(workbook.active)
        for name, lines in sheets.items():
            made = workbook.create_sheet(name)
            for line in lines:
                made.append(line)
        change(workbook)
        workbook.save(target)
        return target.getvalue()

    return make


LIST = [["nom", "rue"], ["A", "a"], ["B", "b"], ["C", "c"]]


def test_other_sheets_are_named_with_their_rows_hidden_ones_too(read, book):
    def hide(workbook):
        workbook["Ancien"].sheet_state = "hidden"

    raw = read(book(hide, Liste=LIST, Ancien=LIST, Vide=[], Notes=[["à faire"]]), "a.xlsx")
    assert columns(raw, NoticeCode.OTHER_SHEETS_IGNORED) == ["Ancien (3)", "Notes (1)"]
    assert NoticeCode.OTHER_SHEETS_IGNORED.severity is Severity.WARNING


def test_other_sheets_of_an_open_document_are_named_with_their_rows(read):
    lines = [row(cell("nom"), cell("rue")), row(cell("A"), cell("a")), row(cell("B"), cell("b"))]
    raw = read(ods(sheet(*lines), sheet(*lines, lines[1]), sheet()), "a.ods")
    (told,) = columns(raw, NoticeCode.OTHER_SHEETS_IGNORED)
    assert told.endswith("(3)")


def test_hidden_rows_and_columns_are_read_and_told(read, book):
    def hide(workbook):
        workbook["Liste"].row_dimensions[3].hidden = True
        workbook["Liste"].column_dimensions["B"].hidden = True
        workbook["Liste"].column_dimensions["Z"].hidden = True

    raw = read(book(hide, Liste=LIST), "a.xlsx")
    assert raw.rows["nom"].tolist() == ["A", "B", "C"]
    told = [(n.row_number, n.column) for n in raw.notices if n.code is NoticeCode.HIDDEN_READ]
    assert told == [(2, None), (None, "rue")]


@pytest.mark.parametrize("kind", ["collapse", "filter"])
def test_hidden_rows_of_an_open_document_are_read_and_told(read, kind):
    hidden = row(cell("B")).replace("<table:table-row", f'<table:table-row table:visibility="{kind}"', 1)
    raw = read(ods(sheet(row(cell("nom")), row(cell("A")), hidden, row(cell("C")))), "a.ods")
    assert raw.rows["nom"].tolist() == ["A", "B", "C"]
    assert [n.row_number for n in raw.notices if n.code is NoticeCode.HIDDEN_READ] == [2]


def prepared(folder, text):
    path = folder / "liste.csv"
    path.write_text(text, "utf-8")
    return prepare_upload(path)


@pytest.mark.parametrize("text", ["nom;rue\n;a\n", "nom;latitude;longitude\nA;48,85;2,35\nB;48,86;2,36\n"])
def test_a_file_of_which_no_row_is_ready_says_so_first(tmp_path, text):
    lines = summarise(prepared(tmp_path, text).checked.notices)
    assert lines["code"].iloc[0] == "NONE_READY"
    assert lines["severity"].iloc[0] == Severity.ERROR.value


def test_a_file_of_which_any_row_is_ready_does_not(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.read.table.CHUNK_ROWS", 1)
    for text in ("nom;rue\nA;a\n;b\n", "nom;rue\n;b\nA;a\n", "nom;rue\n;b\nA;a\n;c\n"):
        chunks = list(prepared(tmp_path, text).chunks())
        assert len(chunks) == text.count("\n") - 1
        assert not any("NONE_READY" in set(chunk.notices["code"]) for chunk in chunks)


def test_a_long_file_of_which_no_row_is_ready_says_so_once(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.read.table.CHUNK_ROWS", 1)
    chunks = list(prepared(tmp_path, "nom;rue\n;a\n;b\n;c\n").chunks())
    assert ["NONE_READY" in set(chunk.notices["code"]) for chunk in chunks] == [False, False, True]
