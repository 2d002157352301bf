"""The rows set aside, from the file that had them to the file that brings them back: nothing lost, nothing else touched."""

import csv
import io
import json

import pandas as pd
import pytest
from command_line import commons
from hypothesis import given, settings
from hypothesis import strategies as st

from commons.database.connection import Role, connect
from commons.vocabulary import Language, UploadMode
from ingest.check.set_aside import CELL_SEPARATOR, set_aside_csv
from ingest.notices import NoticeCode
from ingest.read.correction import made_text
from ingest.read.table import ADDED
from ingest.upload import commit_upload, prepare_upload

KEPT = """
SELECT r.partner_key, v.version_id, v.name, v.superseded_at, r.gone_at
  FROM commons.source_record r JOIN commons.record_version v USING (record_id) ORDER BY v.version_id
"""
WILD = (
    "=cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\uff1d1+1",
    "'-already",
    "''=twice",
    "'t Zandje",
    "  =blank",
)


def test_a_bad_list_is_corrected_and_sent_again_from_the_command_line(sender, tmp_path):
    file, aside = tmp_path / "liste.csv", tmp_path / "aside.csv"
    rows = ["1,Un,50.84,4.36,", "2,,50.85,4.37,", "3,Trois,48.85,2.35,"]
    file.write_text("\n".join(["id,nom,latitude,longitude,contact", *rows]), "utf-8")
    done = commons("upload", "list", str(file), "--set-aside", str(aside), language="fr")
    assert done.returncode == 0, done.stderr
    before = sender.database.rows(KEPT)
    assert [row[0] for row in before] == ["1"]
    refused = commons("upload", "list", str(aside), language="fr")
    assert (refused.returncode, sender.database.rows(KEPT)) == (1, before)
    assert "--partial" in refused.stderr
    text = aside.read_text("utf-8-sig")
    assert NoticeCode.NAME_MISSING.fix(Language.FR) in text
    assert "2;;50.85;4.37" in text
    corrected = text.replace(";2;;50.85", ";2;Deux;50.85").replace(";48.85;2.35", ";50.86;4.35")
    aside.write_text(corrected, "utf-8-sig")
    again = commons("upload", "list", str(aside), "--partial", language="fr")
    assert again.returncode == 0, again.stderr
    after = sender.database.rows(KEPT)
    assert [(row[0], row[2]) for row in after[1:]] == [("2", "Deux"), ("3", "Trois")]
    assert after[:1] == before
    assert sender.database.rows("SELECT rows_set_aside FROM commons.upload ORDER BY upload_id") == [
        (2,),
        (0,),
    ]
    assert sender.database.rows("SELECT extras FROM commons.record_version") == [({},)] * 3
    whole = file.read_text("utf-8").replace("2,,", "2,Deux,").replace("48.85,2.35", "50.86,4.35")
    file.write_text(whole, "utf-8")
    assert "3 inchangées" in commons("upload", "list", str(file), language="fr").stdout


@pytest.mark.parametrize("language", Language)
def test_cells_that_a_spreadsheet_would_run_are_text_and_come_back_as_they_were(sender, tmp_path, language):
    header = ["id", "nom", "latitude", "longitude", "=remarque"]
    file = tmp_path / "wild.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([header, *([n, "", 50.84, 4.36, told] for n, told in enumerate(WILD))])
    out = set_aside_csv(prepare_upload(file).set_aside(), language)
    lines = list(csv.reader(io.StringIO(out.decode("utf-8-sig")), delimiter=CELL_SEPARATOR[language]))
    assert lines[0][:3] == ["_row", "_codes", "_fix"]
    assert not [
        cell for line in lines for cell in line if cell.strip().startswith(("=", "+", "-", "@", "\uff1d"))
    ]
    assert {line[2] for line in lines[1:]} == {NoticeCode.NAME_COLUMN_MISSING.fix(language)}
    for line in lines[1:]:
        line[4] = "Un nom"
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, delimiter=CELL_SEPARATOR[language]).writerows(lines)
    with connect(Role.INGEST) as connection:
        commit_upload(
            connection, sender.dataset, prepare_upload(file), uploaded_by="t", mode=UploadMode.PARTIAL
        )
    extras = [
        told
        for (told,) in sender.database.rows("SELECT extras FROM commons.record_version ORDER BY row_number")
    ]
    assert [list(told.values()) for told in extras] == [[told.strip()] for told in WILD]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet="'=+-@\uff1d\t ab1.(", max_size=6), min_size=1, max_size=20))
def test_what_is_made_text_is_restored_exactly_but_for_blanks_around_it(cells):
    column = pd.Series(cells, dtype="str")
    safe = made_text(column)
    assert not safe.str.match(r"\s*[=+\-@\uff1d]").any()
    assert safe.str.replace(ADDED, "", regex=True).tolist() == column.str.strip().tolist()


def test_a_geometry_comes_back_as_one_even_beside_columns_of_the_same_name(sender, tmp_path):
    def feature(number, name, x, y):
        properties = {"id": number, "nom": name, "lon": 9.9, "lat": 9.9}
        return {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "Point", "coordinates": [x, y]},
        }

    file, aside = tmp_path / "places.geojson", tmp_path / "aside.csv"
    features = [feature("1", "Un", 4.36, 50.84), feature("2", "", 4.37, 50.85)]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    aside.write_bytes(set_aside_csv(prepare_upload(file).set_aside(), Language.EN))
    aside.write_text(aside.read_text("utf-8-sig").replace(",2,,", ",2,Deux,"), "utf-8")
    prepared = prepare_upload(aside)
    assert prepared.is_correction
    assert not prepare_upload(file).is_correction
    checked = prepared.checked
    assert checked.frame[["name", "lon", "lat"]].to_numpy().tolist() == [["Deux", 4.37, 50.85]]
    assert checked.frame["extras"].tolist() == [{}]


def test_our_own_words_are_never_taken_for_a_name(tmp_path):
    file = tmp_path / "aside.csv"
    file.write_text("_row,_codes,_fix,kolom a\n4,NAME_MISSING,Give it a name.,Huis van de wijk\n", "utf-8")
    prepared = prepare_upload(file)
    assert prepared.mapping.column_of == {"name": "kolom a"}
    assert prepared.checked.frame["name"].tolist() == ["Huis van de wijk"]
