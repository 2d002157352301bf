"""A mapping and consent: nothing that a document says opens more than the file's flags and the dataset's agreement do."""

import json

import pytest

from builders import make_dataset, names, open_terms
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.release import released
from commons.vocabulary import Audience, Precision, Stance, UploadMode, Visibility
from ingest.map.document import read_mapping
from ingest.read import table
from ingest.upload import commit_upload, prepare_upload

COLUMNS = {"Nom": "name", "Lat": "lat", "Lon": "lon", "Numéro": "partner_key"}
ROW = {"Numéro": "1", "Nom": "Le Potager du Coin", "Lat": "50.84", "Lon": "4.36"}


@pytest.fixture
def send(database, tmp_path):
    """Upload rows by a mapping's tree to a dataset with these terms, as the ingest role does."""

    def upload(rows, terms=None, name="list.csv", **tree):
        file = tmp_path / name
        lines = [";".join(rows[0]), *(";".join(row.values()) for row in rows)]
        file.write_text("\n".join(lines) + "\n", "utf-8")
        with connect(Role.INGEST) as connection:
            dataset = make_dataset(connection, None, terms or open_terms(stance=Stance.ASK))
            mapping = read_mapping({"columns": COLUMNS, **tree})
            return commit_upload(
                connection,
                dataset,
                prepare_upload(file, chosen=mapping),
                uploaded_by="A. Voisin",
                mode=UploadMode.FULL,
            )

    return upload


def refused_key(do):
    with pytest.raises(CommonsError) as refused:
        do()
    return refused.value.key


def test_a_constant_flag_opens_within_the_agreement_and_says_so(send):
    done = send([ROW], constants={"visibility": "public", "precision": "exact"})
    assert names(Audience.PUBLIC) == ["Le Potager du Coin"]
    told = done.stored.notices
    constant = told[told["code"] == "FLAG_CONSTANT"]
    assert set(constant["column"]) == {"visibility", "precision"}
    assert set(constant["severity"]) == {"info"}


def test_without_the_constant_the_same_list_is_not_shown(send):
    send([ROW])
    assert names(Audience.PUBLIC) == []


@pytest.mark.parametrize("way", ["constants", "values"])
def test_a_mapping_never_reaches_beyond_the_agreement(send, way):
    terms = open_terms(
        stance=Stance.ASK, visibility=Visibility.PARTNERS, precision=Precision.COMMUNE, reuse=False,
        contact=Visibility.WITHHELD, statistics=False,
    )  # fmt: skip
    wide = {
        "visibility": "public",
        "precision": "exact",
        "contact": "public",
        "statistics": True,
        "reuse": True,
    }
    row = ROW | {"E-mail": "info@exemple.be"}
    tree = {"columns": COLUMNS | {"E-mail": "email"}}
    if way == "constants":
        tree["constants"] = wide
    else:
        row |= {f"Q{number}": "tout à fait" for number in range(len(wide))}
        tree["columns"] |= {f"Q{number}": flag for number, flag in enumerate(wide)}
        tree["values"] = {flag: {"Tout à fait": code} for flag, code in wide.items()}
    send([row], terms, **tree)
    assert names(Audience.PUBLIC) == []
    seen = released(Audience.PARTNERS).alternatives()
    assert seen["name"].tolist() == ["Le Potager du Coin"]
    assert seen["precision"].tolist() == ["commune"]
    assert seen["street"].isna().all()
    assert seen["email"].isna().all()
    assert not seen["reusable"].any()


def test_a_constant_restricts_too(send):
    terms = open_terms(stance=Stance.ALLOW)
    send([ROW], terms, constants={"visibility": "withheld"})
    assert names(Audience.PARTNERS) == []


def test_words_that_no_table_and_no_mapping_has_stay_a_no(send):
    rows = [ROW | {"Diffuser": "Aux amis"}, ROW | {"Numéro": "2", "Nom": "Autre", "Diffuser": "on verra"}]
    send(
        rows,
        columns=COLUMNS | {"Diffuser": "visibility"},
        values={"visibility": {"aux amis": "partners"}},
    )
    assert names(Audience.PUBLIC) == []
    assert names(Audience.PARTNERS) == ["Le Potager du Coin"]


FLAGGED = [ROW | {"Visibilité": "retenu"}, ROW | {"Numéro": "2", "Nom": "Autre", "Visibilité": "public"}]


@pytest.mark.parametrize(
    "tree",
    [
        {"ignore": ["Visibilité"]},
        {},
        {"columns": COLUMNS | {"Visibilité": "description"}},
        {"columns": COLUMNS | {"Visibilité": "reuse"}},
        {"constants": {"visibility": "public"}},
        {"ignore": ["Visibilité"], "constants": {"visibility": "public"}},
        {"splits": {"Visibilité": {"separator": "-", "fields": ["street", "description"]}}},
    ],
    ids=["ignored", "left out", "as a text", "as another flag", "constant", "ignored and constant", "split"],
)
def test_a_column_that_looks_like_a_flag_is_not_passed_over(send, database, tree):
    key = refused_key(lambda: send(FLAGGED, open_terms(stance=Stance.ALLOW), **tree))
    assert key == "mapping.flag_unheeded"
    assert database.rows("SELECT FROM commons.source_record") == []


def test_a_misspelt_flag_is_not_passed_over_either(send):
    rows = [row | {"Visibilitee": row["Visibilité"]} for row in FLAGGED]
    for row in rows:
        del row["Visibilité"]
    assert refused_key(lambda: send(rows, ignore=["Visibilitee"])) == "mapping.flag_unheeded"


def test_two_columns_for_one_flag_are_not_settled_by_a_mapping(send):
    rows = [row | {"Zichtbaarheid": "publiek"} for row in FLAGGED]
    columns = COLUMNS | {"Zichtbaarheid": "visibility"}
    assert refused_key(lambda: send(rows, columns=columns)) == "mapping.flag_unheeded"


def test_a_column_called_contact_that_names_people_may_be_left_out(send):
    rows = [ROW | {"Contact": "Zoé Peeters"}]
    assert send(rows, ignore=["Contact"]).stored.new == 1
    flags = [ROW | {"Contact": "retenu"}]
    assert refused_key(lambda: send(flags, ignore=["Contact"])) == "mapping.flag_unheeded"


def test_a_column_to_be_ignored_that_is_not_there_is_told_rather_than_kept_under_another_name(send):
    assert refused_key(lambda: send([ROW], ignore=["Notes internes"])) == "map_column_missing"


@pytest.mark.parametrize("late", ["visibilité", "Zichtbaarheid", "visibilitee"])
@pytest.mark.parametrize("constants", [{}, {"visibility": "public"}], ids=["proposed", "constant"])
def test_a_flag_that_shows_only_later_is_refused_though_a_constant_speaks(
    database, tmp_path, monkeypatch, late, constants
):
    monkeypatch.setattr(table, "CHUNK_ROWS", 2)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [4.36, 50.84]},
            "properties": {"nom": f"n{number}"} | ({late: "retenu"} if number == 2 else {}),
        }
        for number in range(3)
    ]
    file = tmp_path / "list.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    chosen = read_mapping({"columns": {"nom": "name"}, "constants": constants}) if constants else None
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, None, open_terms())

    def upload():
        with connect(Role.INGEST) as connection:
            commit_upload(
                connection,
                dataset,
                prepare_upload(file, chosen=chosen),
                uploaded_by="t",
                mode=UploadMode.FULL,
            )

    assert refused_key(upload) == "map_flag_late"
    assert database.rows("SELECT FROM commons.source_record") == []


def test_a_second_column_for_a_flag_that_shows_only_later_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "CHUNK_ROWS", 2)
    told = [{"nom": "a", "visibilité": "public"}, {"nom": "b"}, {"nom": "c", "visibility": "withheld"}]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [4.36, 50.84]},
            "properties": properties,
        }
        for properties in told
    ]
    file = tmp_path / "list.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    assert refused_key(lambda: prepare_upload(file).checked) == "map_flag_late"
