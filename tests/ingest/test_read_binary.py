"""Workbooks, GeoPackages and zipped shapefiles."""

import io
import struct
import subprocess
import sys
import zipfile
from datetime import datetime
from types import SimpleNamespace

import geopandas as gpd
import openpyxl
import pytest
import shapely

from commons.errors import CommonsError
from ingest.notices import NoticeCode
from ingest.read import archive, gdal_worker


def workbook(*rows, sheets=1):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for _ in range(sheets - 1):
        book.create_sheet().append(["x"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_becomes_text_and_formulas_of_unknown_value_are_dropped(read):
    content = workbook(
        [], ["Naam", "Postcode", "Opgericht", "Actief"], ["Zoë", 1030.0, datetime(2018, 3, 1), True], [],
        ["=1+1", "01", "2018", None], sheets=2,
    )  # fmt: skip
    table = read(content, "a.xlsx")
    assert table.rows.loc[1].tolist() == ["Zoë", "1030", "2018-03-01", "true"]
    assert table.rows.index.tolist() == [1, 3]
    assert {(n.code, n.row_number, n.column) for n in table.notices} == {
        (NoticeCode.OTHER_SHEETS_IGNORED, None, "Sheet1 (1)"),
        (NoticeCode.FORMULA_DROPPED, 3, "Naam"),
    }


def saved_by_a_program(content, values):
    """Return the workbook with the values that a spreadsheet saves beside its formulas."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            for formula, value in values.items() if "sheet1" in name else ():
                kind = ' t="e"' if value.startswith("#") else ""
                told = f"{kind}><f>{formula}</f><v>{value}</v>"
                text = text.replace(f"><f>{formula}</f><v />".encode(), told.encode())
            target.writestr(name, text)
    return buffer.getvalue()


def test_a_formula_gives_what_it_last_showed(read):
    rows = [
        ["Naam", "Postcode", "Tel"],
        ["A", "1000", "2"],
        ["=1+1", "=1/0", "3"],
        [],
        ["=2+2", "1030", "=3"],
    ]
    saved = {"1+1": "2", "1/0": "#DIV/0!", "2+2": "4", "3": "3"}
    table = read(saved_by_a_program(workbook(*rows), saved), "a.xlsx")
    assert table.rows.fillna("").to_numpy().tolist() == [
        ["A", "1000", "2"],
        ["2", "", "3"],
        ["4", "1030", "3"],
    ]
    assert [(n.code, n.row_number, n.column) for n in table.notices] == [
        (NoticeCode.FORMULA_VALUE, 2, "Naam"),
        (NoticeCode.FORMULA_DROPPED, 2, "Postcode"),
        (NoticeCode.FORMULA_VALUE, 4, "Naam"),
        (NoticeCode.FORMULA_VALUE, 4, "Tel"),
    ]


def test_a_hidden_sheet_is_not_read(read):
    book = openpyxl.Workbook()
    book.active.append(["Naam"])
    book.active.append(["verborgen"])
    book.active.sheet_state = "hidden"
    seen = book.create_sheet()
    seen.append(["Naam"])
    seen.append(["zichtbaar"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert read(buffer.getvalue(), "a.xlsx").rows["Naam"].tolist() == ["zichtbaar"]


def test_a_workbook_under_a_password_is_told_so(read):
    with pytest.raises(CommonsError) as refused:
        read(b"\xd0\xcf\x11\xe0" + bytes(2000) + "EncryptedPackage".encode("utf-16-le"), "a.xlsx")
    assert refused.value.key == "read_workbook_locked"


def test_a_cell_beside_the_table_is_kept(read):
    table = read(workbook(["Naam"], ["A", "let op"]), "a.xlsx")
    assert table.rows.loc[1].tolist() == ["A", "let op"]


@pytest.mark.parametrize("rows", [[], [["Naam", "Straat"]]])
def test_an_empty_workbook_is_refused(read, rows):
    with pytest.raises(CommonsError, match="data"):
        read(workbook(*rows), "a.xlsx")


def test_a_workbook_that_unpacks_to_a_bomb_is_refused(read, zipped):
    content = zipped(**{"xl/workbook.xml": b"0" * 30_000_000, "[Content_Types].xml": b""})
    with pytest.raises(CommonsError) as refused:
        read(content, "a.xlsx")
    assert refused.value.key == "read_archive_unsafe"


def test_an_archive_that_lies_about_its_size_is_refused(read, zipped):
    content = bytearray(zipped(**{"xl/workbook.xml": b"0" * 5_000_000}))
    for marker, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(marker) + offset, 1000)
    with pytest.raises(CommonsError) as refused:
        read(bytes(content), "a.xlsx")
    assert refused.value.key in {"read_archive_broken", "read_archive_unsafe"}


@pytest.fixture
def places():
    return gpd.GeoDataFrame(
        {"nom": ["Épicerie", None], "cp": [1030, 1000], "note": [1.5, None]},
        geometry=[shapely.Point(149_000, 170_000), None],
        crs=31370,
    )


def test_a_geopackage_keeps_its_crs_and_every_value_as_text(read, places, tmp_path):
    places.to_file(tmp_path / "a.gpkg", driver="GPKG")
    table = read((tmp_path / "a.gpkg").read_bytes(), "a.gpkg")
    assert table.crs == 31370
    assert table.rows.loc[1].tolist() == ["Épicerie", "1030", "1.5"]
    assert table.rows.loc[2].isna().tolist() == [True, False, True]
    assert table.points[0].tolist() == [149_000, 170_000]


def shapefile(places, folder, **more):
    places.to_file(folder / "lieux.shp", driver="ESRI Shapefile", encoding="utf-8")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for part in folder.glob("lieux.*"):
            target.write(part, f"../../etc/{part.name}")
        for name, content in more.items():
            target.writestr(name, content)
    return buffer.getvalue()


def test_a_zipped_shapefile_is_read_whatever_its_members_are_called(read, places, tmp_path):
    table = read(shapefile(places, tmp_path), "a.zip")
    assert (table.crs, table.rows.loc[1, "nom"]) == (31370, "Épicerie")
    assert table.points[0].tolist() == [149_000, 170_000]


@pytest.mark.parametrize(
    ("more", "key"),
    [({"autre.shp": "x"}, "read_archive_several"), ({"dedans.zip": "PK"}, "read_archive_nested")],
)
def test_an_archive_with_more_than_one_shapefile_is_refused(read, places, tmp_path, more, key):
    with pytest.raises(CommonsError) as refused:
        read(shapefile(places, tmp_path, **more), "a.zip")
    assert refused.value.key == key


def test_unpacking_stops_at_the_cap(read, places, tmp_path, monkeypatch):
    content = shapefile(places, tmp_path)
    monkeypatch.setattr(archive, "settings", lambda: SimpleNamespace(max_unpacked_mb=1e-4))
    with pytest.raises(CommonsError) as refused:
        read(content, "a.zip")
    assert refused.value.key == "read_archive_unsafe"


def test_the_worker_refuses_to_start_with_other_drivers(tmp_path):
    command = [sys.executable, gdal_worker.__file__, str(tmp_path / "a.gpkg"), "GPKG", "10"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "more drivers" in done.stderr
    assert done.stdout == ""


def test_a_vrt_named_geopackage_reaches_nothing(read, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\nhidden\n")
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="s"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    for name in ("a.gpkg", "a.geojson", "a.csv", "a.zip"):
        with pytest.raises(CommonsError) as refused:
            read(vrt, name)
        assert refused.value.key == "read_markup"
