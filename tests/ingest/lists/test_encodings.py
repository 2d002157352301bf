"""Lists whose bytes are not what they say: every accent right, or the partner is told."""

import struct

import geopandas as gpd
import pandas as pd
import pytest
from sent_lists import checked_list

from ingest.notices import NoticeCode
from ingest.upload import prepare_upload

NAMES = ["Le Potager du Parvis", "Café de la Réparation", "Grainothèque De Zaadbank"]


def codes(checked):
    return set(checked.notices["code"])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("25-shp-wrong-cpg", "ENCODING_GUESSED"),
        ("27-shp-cpg-utf8-but-1252", "ENCODING_GUESSED"),
        ("39-mac-cr", "ENCODING_GUESSED"),
        ("53-double-utf8", "TEXT_MENDED"),
    ],
)
def test_a_sent_list_has_its_accents_and_says_what_was_done(name, code):
    checked = checked_list(name)
    assert checked.frame["name"].tolist() == NAMES
    assert checked.frame["lon"].notna().all()
    assert code in codes(checked)


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman", "cp1252", "iso8859-15"])
def test_the_likeliest_of_the_usual_encodings_is_taken(read, encoding):
    text = "nom;adresse\nCafé à l'école;Où ça ?\nCoöperatie België;Chaussée d'Alsemberg\n"
    table = read(text.encode(encoding))
    assert table.rows["nom"].tolist() == ["Café à l'école", "Coöperatie België"]
    assert [notice.code for notice in table.notices] == [NoticeCode.ENCODING_GUESSED]


def test_the_letters_that_only_latin_9_has_are_read(read):
    assert read("nom\nCafé du cœur\n".encode("iso8859-15")).rows["nom"].tolist() == ["Café du cœur"]


def test_windows_dashes_and_quotes_do_not_pass_for_the_letters_of_dos(read):
    names = ["L\u2019école \u2013 bis", "etc…", "“Zinneke”"]
    assert read("\n".join(["nom", *names]).encode("cp1252")).rows["nom"].tolist() == names


def test_a_list_put_together_of_two_encodings_keeps_the_accents_of_both(read):
    content = "nom\nCafé\n".encode() + "Épicerie\nGrainothèque\n".encode("cp1252")
    table = read(content)
    assert table.rows["nom"].tolist() == ["Café", "Épicerie", "Grainothèque"]
    assert NoticeCode.ENCODING_GUESSED in {notice.code for notice in table.notices}


@pytest.mark.parametrize(
    ("mistaken", "times"),
    [("cp1252", 1), ("cp1252", 2), ("latin-1", 1), ("latin-1", 2), ("mac_roman", 1), ("cp850", 1)],
)
def test_what_was_encoded_more_than_once_is_mended_titles_too(read, mistaken, times):
    text = "dénomination;commune\nL\u2019été à Forêt « Noël »;Région\n"
    for _ in range(times):
        text = text.encode().decode(mistaken)
    table = read(text)
    assert list(table.rows.columns) == ["dénomination", "commune"]
    assert table.rows.iloc[0].tolist() == ["L\u2019été à Forêt « Noël »", "Région"]
    assert NoticeCode.TEXT_MENDED in {notice.code for notice in table.notices}


def test_texts_of_other_languages_are_not_mended(read):
    names = ["IRMÃ", "Ågot", "Ängel", "CAFÉ «É»", "Ô été", "50 °C", "σπίτι"]
    table = read("\n".join(["nom", *names]))
    assert table.rows["nom"].tolist() == names
    assert not table.notices


def test_twice_encoded_texts_of_geojson_are_mended(read, collection):
    table = read(collection(({"nom": "CafÃ©"}, [4.35, 50.85])), "a.geojson")
    assert table.rows["nom"].tolist() == ["Café"]


def shapefile(folder, name, encoding, cpg):
    """Write a zipped shapefile whose table is in the encoding and whose .cpg says another."""
    frame = gpd.GeoDataFrame({"nom": [name]}, geometry=gpd.points_from_xy([4.35], [50.85]), crs=4326)
    frame.to_file(folder / "lieux.shp", encoding=encoding)
    (folder / "lieux.cpg").unlink(missing_ok=True)
    if cpg is not None:
        (folder / "lieux.cpg").write_text(cpg)


@pytest.mark.parametrize(
    ("encoding", "cpg", "is_told"),
    [
        ("utf-8", "1252", True),
        ("utf-8", None, True),
        ("utf-8", "UTF-8", False),
        ("cp1252", "UTF-8", True),
        ("cp1252", "ANSI 1252", False),
        ("cp1252", "Shift-JIS", True),
        ("cp850", None, True),
        ("cp850", "850", False),
        ("cp1252", "nonsense", True),
    ],
)
def test_the_table_of_a_shapefile_is_read_as_its_bytes_are(read, tmp_path, zipped, encoding, cpg, is_told):
    shapefile(tmp_path, "Café de la Réparation", encoding, cpg)
    parts = {path.name: path.read_bytes() for path in tmp_path.glob("lieux.*")}
    table = read(zipped(**parts), "lieux.zip")
    assert table.rows["nom"].tolist() == ["Café de la Réparation"]
    assert (NoticeCode.ENCODING_GUESSED in {notice.code for notice in table.notices}) == is_told


def test_a_name_cut_within_a_letter_stops_nothing(read, tmp_path, zipped):
    shapefile(tmp_path, "Où l\u2019été", "utf-8", "UTF-8")
    table = bytearray((tmp_path / "lieux.dbf").read_bytes())
    first, width = struct.unpack("<HH", table[8:12])
    record = table[first : first + width]
    table[first : first + width] = record.replace("é".encode(), b"\xc3 ", 1)
    (tmp_path / "lieux.dbf").write_bytes(bytes(table))
    parts = {path.name: path.read_bytes() for path in tmp_path.glob("lieux.*")}
    assert read(zipped(**parts), "lieux.zip").rows["nom"].iloc[0].startswith("Où l\u2019")


def test_the_stored_names_are_the_mended_ones(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("nom;adresse\nCafÃ©;Rue Haute 3\nTrÃ¨s;Rue Basse 4\n", "utf-8")
    frame = prepare_upload(path).checked.frame
    pd.testing.assert_series_equal(
        frame["name"], pd.Series(["Café", "Très"], name="name", dtype=object), check_dtype=False
    )
