import json
import tomllib
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from commons.consent.flags import read_flag
from commons.districts.grid import grid_districts
from commons.vocabulary import DistrictLevel, Language, Precision, Visibility
from ingest.demo import write_demo
from ingest.demo.faults import FAULTS, text_coordinate
from ingest.demo.flags import FLAGS, _flags
from ingest.demo.partnership import HABITS
from ingest.demo.words import partners

EMAIL_COLUMNS = {
    "Courriel",
    "Courriel de contact",
    "email",
    "contact_email",
    "E-mail",
    "E-mail contactpersoon",
}
VISIBILITY_COLUMNS = {
    "annuaire-fils-croises": "Visibilité",
    "leden-mille-toits": "visibility",
    "adressen-wijde-koer": "Zichtbaarheid",
    "carte-citoyenne": "visibility",
}
MISPLACED = {"null_island", "at_sea", "missing_place", "text_coordinate"}


def meanings():
    """Return the meaning of every word of the flags, by language."""
    return {
        language: {word: meaning for meaning, words in _flags()["words"].items() for word in words[language]}
        for language in Language
    }


def cells(table):
    return pd.Series(table.drop(columns=["geometry"], errors="ignore").astype(str).to_numpy().ravel())


def test_counts_are_as_promised(demo):
    assert demo.alternatives == pytest.approx(900, rel=0.05)
    assert sum(demo.rows.values()) == pytest.approx(1200, rel=0.05)
    assert min(demo.rows.values()) > 100


def test_truth_covers_every_row_and_no_other(demo, truth):
    assert (truth["_merge"] == "both").all()
    assert truth.groupby("dataset").size().to_dict() == demo.rows
    assert truth["alternative_key"].nunique() == demo.alternatives


def test_known_by_one_two_or_three_partners(truth):
    known_by = truth[truth["fault"] != "repeated_id"].groupby("alternative_key")["dataset"].nunique()
    assert set(known_by) == {1, 2, 3}


def test_records_of_one_alternative_lie_within_100_m(truth):
    placed = truth[~truth["fault"].isin(MISPLACED)]
    points = gpd.GeoSeries(gpd.points_from_xy(placed["lon"], placed["lat"]), crs=4326).to_crs(31370)
    placed = placed.assign(x=points.x.to_numpy(), y=points.y.to_numpy())
    apart_m = [
        np.hypot(a[0] - b[0], a[1] - b[1])
        for _, group in placed.groupby("alternative_key")
        for a, b in combinations(group[["x", "y"]].to_numpy(), 2)
    ]
    assert max(apart_m) < 100
    assert np.median(apart_m) > 5
    assert 0 < np.mean(np.array(apart_m) > 60) < 0.2


def test_sound_points_lie_inside_the_region(truth, districts):
    ground = districts.current(DistrictLevel.REGION).union_all()
    sound = truth[~truth["fault"].isin(MISPLACED)]
    points = gpd.GeoSeries(gpd.points_from_xy(sound["lon"], sound["lat"]), crs=4326)
    assert points.within(ground.buffer(1e-5)).all()


def test_every_fault_occurs_in_every_format_that_can_hold_it(truth):
    found = truth[truth["fault"] != ""].groupby("dataset")["fault"].agg(set)
    anywhere = {fault.__name__ for fault in FAULTS} - {text_coordinate.__name__} | {"repeated_id"}
    assert all(anywhere <= faults for faults in found)
    assert {slug for slug, faults in found.items() if "text_coordinate" in faults} == {
        "annuaire-fils-croises",
        "adressen-wijde-koer",
    }


def test_the_network_writes_an_old_csv(demo):
    text = (demo.directory / "reseau_fils_croises.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")
    header = text.decode("cp1252").splitlines()[0].split(";")
    assert {"Nom", "Catégorie", "CP", "Latitude", "Visibilité", "Consentement jusqu'au", "Identifiant"} <= {
        *header
    }


def test_decimal_commas_and_days_first(tables):
    network = tables["annuaire-fils-croises"]
    assert network["Latitude"].str.fullmatch(r"50,\d+").sum() > 250
    assert network["Date de création"].str.fullmatch(r"\d\d/\d\d/\d{4}").all()


def test_the_federation_writes_lambert_72_in_two_languages(tables):
    federation = tables["leden-mille-toits"]
    assert federation.crs.to_epsg() == 31370
    assert {"nom_fr", "naam_nl", "description_fr", "omschrijving_nl"} <= set(federation.columns)


def test_the_association_swaps_its_coordinates(tables):
    association = tables["adressen-wijde-koer"]
    assert pd.to_numeric(association["Lengtegraad"], errors="coerce").median() > 50
    assert pd.to_numeric(association["Breedtegraad"], errors="coerce").median() < 5
    assert "Categorei" in association.columns


def test_the_citizens_write_valid_geojson(demo):
    collection = json.loads((demo.directory / "citoyens_carte_buissonniere.geojson").read_text("utf-8"))
    assert collection["type"] == "FeatureCollection"
    assert all(set(feature) == {"type", "geometry", "properties"} for feature in collection["features"])
    assert {"name", "category", "visibility", "consent_until"} <= set(collection["features"][0]["properties"])


def test_every_flag_value_occurs_in_the_three_languages(tables):
    known = meanings()
    seen = {}
    for slug, habit in HABITS.items():
        words = set(cells(tables[slug]))
        found = {meaning for word, meaning in known[habit.language].items() if word in words}
        seen[habit.language] = seen.get(habit.language, set()) | found
    wanted = {*Visibility, *Precision, "yes", "no", "unreadable"}
    assert set(seen) == set(Language)
    assert all(wanted <= found for found in seen.values()), seen


def test_every_word_of_a_flag_is_understood_as_meant_and_the_unreadable_ones_are_not():
    flags = _flags()
    codes = {"yes": True, "no": False}
    for flag, weights in flags["weight"].items():
        for meaning in set(weights) - {"blank"}:
            for words in flags["words"].get(meaning, {Language.EN: [meaning]}).values():
                assert {read_flag(flag, word) for word in words} == {codes.get(meaning, meaning)}, (
                    flag,
                    words,
                )
        doubtful = [word for words in flags["words"]["unreadable"].values() for word in words]
        assert not any(read_flag(flag, word) for word in doubtful)


def test_most_records_say_public_some_are_withheld_and_few_unreadable(tables):
    known = meanings()
    said = pd.concat(
        tables[slug][column].fillna("").replace(known[HABITS[slug].language])
        for slug, column in VISIBILITY_COLUMNS.items()
    )
    share = said.value_counts(normalize=True)
    assert 0.68 < share["public"] < 0.82
    assert share["withheld"] > 0.03
    assert share["partners"] > 0.05
    assert share[""] > 0
    unreadable = pd.concat([cells(table) for table in tables.values()]).isin(
        {word for words in _flags()["words"]["unreadable"].values() for word in words} - {"?"}
    )
    assert 15 < unreadable.sum() < 90


def test_some_consents_have_ended_and_some_have_no_readable_end(tables):
    until = tables["annuaire-fils-croises"]["Consentement jusqu'au"]
    days = pd.to_datetime(until, format="%d/%m/%Y", errors="coerce")
    assert (days < pd.Timestamp(2026, 1, 1)).any()
    assert (days > pd.Timestamp(2029, 1, 1)).mean() > 0.8
    assert until.eq("").any()
    every_end = pd.concat([until, tables["carte-citoyenne"]["consent_until"].astype(str)])
    assert (
        pd.to_datetime(every_end[every_end.ne("")], format="mixed", dayfirst=True, errors="coerce")
        .isna()
        .any()
    )


def test_nothing_reaches_a_real_person(tables):
    for table in tables.values():
        for column in EMAIL_COLUMNS & set(table.columns):
            given = table[column].replace("", None).dropna()
            assert given.str.endswith("@example.org").all()
        phones = table[next(c for c in table.columns if str(c).lower().startswith(("tél", "tel", "phone")))]
        digits = phones.replace("", None).dropna().str.replace(r"\D", "", regex=True)
        assert digits.str.fullmatch(r"(0032|32|0)2000\d{4}").all()
        links = cells(table)[lambda texts: texts.str.contains("://")]
        assert links.str.endswith(".example.org").all()


def test_real_life_mess_is_there(tables):
    names = tables["annuaire-fils-croises"]["Nom"]
    assert names.str.endswith(" ").any()
    assert names.str.isupper().any()
    assert tables["annuaire-fils-croises"]["Description"].str.contains("\n").any()


def test_partners_have_different_agreements_and_files_that_exist(demo):
    told = tomllib.loads((demo.directory / "partners.toml").read_text("utf-8"))["partner"]
    assert told == partners()
    assert all((demo.directory / partner["dataset"]["file"]).is_file() for partner in told)
    assert {partner["dataset"]["slug"] for partner in told} == set(demo.rows)
    agreements = [partner["agreement"] for partner in told]
    assert {agreement["stance"] for agreement in agreements} == {"ask", "allow"}
    assert len({agreement["licence"] for agreement in agreements}) == 3
    for agreement in agreements:
        Precision(agreement["precision"])
        Visibility(agreement["visibility"])
        Visibility(agreement["contact"])
        assert agreement["signed_on"] < agreement["valid_until"]


def test_the_readme_says_in_three_languages_that_all_is_invented(demo):
    text = (demo.directory / "README.txt").read_text("utf-8")
    assert {"FICTIF", "VERZONNEN", "FICTIONAL"} <= set(text.split())


def test_the_same_seed_gives_the_same_files(demo, districts, tmp_path):
    again = write_demo(tmp_path / "again", districts)
    assert again.rows == demo.rows
    for path in demo.directory.iterdir():
        twin = again.directory / path.name
        if path.suffix == ".gpkg":
            pd.testing.assert_frame_equal(gpd.read_file(path), gpd.read_file(twin))
        elif path.suffix == ".xlsx":
            pd.testing.assert_frame_equal(pd.read_excel(path), pd.read_excel(twin))
        else:
            assert path.read_bytes() == twin.read_bytes(), path.name


def test_another_seed_gives_another_world(demo, districts, tmp_path):
    other = write_demo(tmp_path / "other", districts, seed=7)
    assert sum(other.rows.values()) == pytest.approx(1200, rel=0.05)
    assert (other.directory / "truth.csv").read_bytes() != (demo.directory / "truth.csv").read_bytes()


def test_the_stand_in_grid_will_do(tmp_path):
    report = write_demo(tmp_path, grid_districts())
    assert sum(report.rows.values()) == pytest.approx(1200, rel=0.05)


def test_every_flag_is_a_column_somewhere():
    assert set(_flags()["weight"]) < set(FLAGS)
