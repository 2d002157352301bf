"""`commons compare` as a person runs it: two files of different formats in, a CSV of pairs with reasons out."""

import json
import re

import pandas as pd
import pytest
from command_line import commons

LEFT = """id;nom;adresse;téléphone;latitude;longitude
a1;Le Potager du Coin ASBL;Rue Haute 12, 1000 Bruxelles;02/512.34.56;50,8400;4,3500
a2;Maison de quartier Dailly;Avenue Rogier 5, 1030 Schaerbeek;;50,8600;4,3800
a3;Zinneke Parade;;;50,8500;4,3550
"""
RIGHT = [
    ("b1", "Potager du coin", "+32 2 512 34 56", 4.3502, 50.8401),
    ("b2", "Buurthuis Dailly vzw", "", 4.3801, 50.8601),
    ("b3", "Télé-Service", "", 4.3550, 50.8501),
]


@pytest.fixture
def lists(tmp_path):
    left, right = tmp_path / "liste.csv", tmp_path / "lijst.geojson"
    left.write_text(LEFT, encoding="cp1252")
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"id": key, "naam": name, "telefoon": phone},
        }
        for key, name, phone, lon, lat in RIGHT
    ]
    right.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return left, right


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "même téléphone"), ("nl", "zelfde telefoon"), ("en", "same phone")],
)
def test_two_files_are_compared_without_a_database_and_every_pair_has_its_reason(
    lists, tmp_path, language, words
):
    out = tmp_path / "pairs.csv"
    said = commons(
        "compare",
        *map(str, lists),
        "--out",
        str(out),
        "--one-to-one",
        language=language,
        DATABASE_URL="nowhere",
    )
    assert said.returncode == 0, said.stderr
    pairs = pd.read_csv(out)
    assert list(pairs.columns) == ["left_id", "right_id", "probability", "decision", "reason"]
    matches = pairs[pairs["decision"] == "match"]
    assert set(zip(matches["left_id"], matches["right_id"], strict=True)) == {("a1", "b1"), ("a2", "b2")}
    reason = pairs.set_index("left_id").loc["a1", "reason"]
    assert re.search(rf"{words}[^(]*\(\+\d+\.\d\)", reason)
    assert re.search(r"\b1\d m\b", reason)
    assert "2" in said.stdout
    assert out.name in said.stdout


def test_what_has_no_names_or_is_no_file_or_cannot_be_written_is_said(lists, tmp_path):
    nameless = tmp_path / "nombres.csv"
    nameless.write_text("a,b\n1,2\n", encoding="utf-8")
    for words, told in (
        ([str(lists[0]), str(nameless), "--out", str(tmp_path / "p.csv")], "nombres.csv"),
        ([str(lists[0]), str(tmp_path / "none.csv"), "--out", str(tmp_path / "p.csv")], "none.csv"),
        ([*map(str, lists), "--out", str(tmp_path / "no" / "folder.csv")], "folder.csv"),
    ):
        said = commons("compare", *words)
        assert said.returncode == 1
        assert told in said.stderr
        assert "Traceback" not in said.stderr
        assert not (tmp_path / "p.csv").exists()


def test_lists_of_another_town_are_compared_too(tmp_path):
    for name, shift in (("one", 0.0), ("two", 0.0002)):
        told = pd.DataFrame(
            {
                "name": ["Foodbank Vauban", "Repair Kiste", "Haus Sonne"],
                "lat": [47.98 + shift, 47.99 + shift, 48.0 + shift],
                "lon": [7.82, 7.83, 7.85],
            }
        )
        told.to_csv(tmp_path / f"{name}.csv", index=False)
    out = tmp_path / "pairs.csv"
    said = commons("compare", str(tmp_path / "one.csv"), str(tmp_path / "two.csv"), "--out", str(out))
    assert said.returncode == 0, said.stderr
    pairs = pd.read_csv(out).query("decision == 'match'")
    assert set(zip(pairs["left_id"], pairs["right_id"], strict=True)) == {(1, 1), (2, 2), (3, 3)}


def test_an_id_is_no_formula_and_a_place_alone_is_no_match(tmp_path):
    one, other, out = (tmp_path / name for name in ("one.csv", "other.csv", "pairs.csv"))
    one.write_text("id,name,lat,lon\n=1+1,Potager Dailly,50.85,4.35\n<b>,,50.85,4.35\n", encoding="utf-8")
    other.write_text("id,name,lat,lon\n1,Potager Dailly,50.85,4.35\n", encoding="utf-8")
    assert commons("compare", str(one), str(other), "--out", str(out)).returncode == 0
    pairs = pd.read_csv(out, dtype=str).query("decision == 'match'")
    assert pairs[["left_id", "right_id"]].to_numpy().tolist() == [["'=1+1", "1"]]
