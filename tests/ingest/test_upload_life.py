"""An upload from a partner's file to the map, on a real database: nothing lost, nothing twice, everything explained."""

import json
from functools import partial
from pathlib import Path

import pandas as pd
import psycopg
import pytest
from sending import confirmed

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.release import released
from commons.vocabulary import Audience, Stance, UploadMode
from ingest.demo import demo_partners, load_demo_partner
from ingest.upload import commit_upload, prepare_upload

DRIFT = "SELECT * FROM commons.release_drift()"


def geojson(path: Path, rows: list[dict], name: str = "list.geojson") -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]},
            "properties": row,
        }
        for row in (dict(row) for row in rows)
    ]
    file = path / name
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return file


def row(key="1", name="Le Potager du Coin", lon=4.36, lat=50.84, **values):
    return {"id": key, "name": name, "category": "garden", "lon": lon, "lat": lat, **values}


def upload(dataset, file, mode=UploadMode.FULL):
    with connect(Role.INGEST) as connection:
        send = partial(
            commit_upload, connection, dataset, prepare_upload(file), uploaded_by="test", mode=mode
        )
        return confirmed(connection, send)


def dataset_with(terms=None, slug=None):
    with connect(Role.INGEST) as connection:
        return make_dataset(connection, slug, terms or open_terms())


def public_names():
    return sorted(released(Audience.PUBLIC).alternatives()["name"])


def test_a_file_reaches_the_map_and_the_same_file_again_changes_nothing(database, tmp_path):
    dataset, file = dataset_with(), geojson(tmp_path, [row(), row("2", "Repair du Coin", lon=4.37)])
    first = upload(dataset, file)
    assert (first.stored.new, first.stored.changed, first.stored.set_aside) == (2, 0, 0)
    assert public_names() == ["Le Potager du Coin", "Repair du Coin"]
    everything = (
        "SELECT (SELECT count(*) FROM commons.record_version), (SELECT count(*) FROM commons.upload),"
    )
    everything += " (SELECT count(*) FROM commons.consent), (SELECT max(event_id) FROM commons.audit_event)"
    before = database.rows(everything)
    again = upload(dataset, file)
    assert again.stored.is_repeat
    assert database.rows(everything) == before


def test_a_new_list_updates_by_the_partners_id_and_ends_what_is_gone(database, tmp_path):
    dataset = dataset_with()
    upload(dataset, geojson(tmp_path, [row("1"), row("2", "Reste"), row("3", "Disparaît")]))
    done = upload(dataset, geojson(tmp_path, [row("1", description="nouveau"), row("2", "Reste")]))
    assert (done.stored.new, done.stored.changed, done.stored.unchanged, done.stored.gone) == (0, 1, 1, 1)
    assert public_names() == ["Le Potager du Coin", "Reste"]
    assert database.rows("SELECT count(*) FROM commons.record_version") == [(4,)]
    back = upload(dataset, geojson(tmp_path, [row("1"), row("2", "Reste"), row("3", "Disparaît")]))
    assert back.stored.gone == 0
    assert public_names() == ["Disparaît", "Le Potager du Coin", "Reste"]


def test_a_partial_list_touches_only_its_rows(database, tmp_path):
    dataset = dataset_with()
    upload(dataset, geojson(tmp_path, [row("1"), row("2", "Reste")]))
    done = upload(dataset, geojson(tmp_path, [row("3", "Arrive")]), UploadMode.PARTIAL)
    assert (done.stored.new, done.stored.gone) == (1, 0)
    assert public_names() == ["Arrive", "Le Potager du Coin", "Reste"]


def test_rows_without_an_id_are_known_again_by_name_and_place(database, tmp_path):
    dataset = dataset_with()
    rows = [{k: v for k, v in row(name=name).items() if k != "id"} for name in ("Un", "Deux", "Deux")]
    upload(dataset, geojson(tmp_path, rows))
    done = upload(dataset, geojson(tmp_path, [*rows[::-1], {**row(name="Trois"), "id": None}]))
    assert (done.stored.new, done.stored.unchanged, done.stored.gone) == (1, 3, 0)


def test_flags_of_the_file_are_obeyed_and_a_new_flag_takes_effect_at_once(database, tmp_path):
    dataset = dataset_with(open_terms(stance=Stance.ASK))
    rows = [row("1", "Montré", visibility="public"), row("2", "Entre nous", visibility="partenaires", lon=4.38),
            row("3", "Caché", visibility="non", lon=4.39), row("4", "Incertain", visibility="à vérifier", lon=4.40)]  # fmt: skip
    upload(dataset, geojson(tmp_path, rows))
    assert public_names() == ["Montré"]
    assert sorted(released(Audience.PARTNERS).alternatives()["name"]) == ["Entre nous", "Montré"]
    upload(dataset, geojson(tmp_path, [{**row("1", "Montré"), "visibility": "withheld"}, *rows[1:]]))
    assert public_names() == []
    assert database.rows(DRIFT) == []


def test_losing_the_flag_columns_does_not_open_what_they_closed(database, tmp_path):
    dataset = dataset_with()
    upload(dataset, geojson(tmp_path, [row("1", visibility="withheld")]))
    upload(dataset, geojson(tmp_path, [row("1")]))
    assert public_names() == []


def test_two_partners_lists_merge_and_come_apart_again(database, tmp_path):
    ours, theirs = dataset_with(slug="a-list"), dataset_with(slug="b-list")
    upload(ours, geojson(tmp_path, [row("1", "Le Potager du Coin ASBL")]))
    merged = upload(
        theirs, geojson(tmp_path, [row("x", "Potager du coin (Le)", lat=50.8404, phone="02 000 11 22")])
    )
    assert merged.merged.decisions_added == 1
    assert len(public_names()) == 1
    alternative = released(Audience.PUBLIC).alternatives().iloc[0]
    assert alternative["attributions"] == ["© a-list", "© b-list"]
    apart = upload(theirs, geojson(tmp_path, [row("x", "Tout autre chose", lat=50.8404)]))
    assert apart.merged.decisions_retired == 1
    assert public_names() == ["Le Potager du Coin ASBL", "Tout autre chose"]
    survivor = released(Audience.PUBLIC).alternatives().set_index("name").loc["Le Potager du Coin ASBL"]
    assert survivor["public_id"] == alternative["public_id"]
    assert database.rows(DRIFT) == []


def test_a_persons_no_outlives_every_run_of_the_model(database, tmp_path):
    ours, theirs = dataset_with(), dataset_with()
    upload(ours, geojson(tmp_path, [row("1")]))
    upload(theirs, geojson(tmp_path, [row("x")]))
    assert len(public_names()) == 1
    with database.connect(Role.INGEST) as connection:
        connection.execute(
            "INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, reason, decided_by, is_human)"
            " SELECT min(record_id), max(record_id), 'different', '{}', 'a person', true FROM commons.source_record"
        )
    upload(theirs, geojson(tmp_path, [row("x", website="https://example.org")]))
    assert len(public_names()) == 2


def test_a_record_that_may_not_be_matched_is_not_merged(database, tmp_path):
    ours, theirs = dataset_with(), dataset_with(open_terms(stance=Stance.ASK))
    upload(ours, geojson(tmp_path, [row("1")]))
    merged = upload(theirs, geojson(tmp_path, [row("x", visibility="peut-être")]))
    assert merged.merged.decisions_added == 0
    assert merged.merged.compared_with == 0


def test_every_row_is_stored_or_in_the_report_with_its_codes(database, tmp_path):
    rows = [row("1"), row("2", name=""), row("1", "Encore"), row("4", "Mer", lon=2.9, lat=51.2)]
    done = upload(dataset_with(), geojson(tmp_path, rows))
    assert (done.stored.rows_in, done.stored.new, done.stored.set_aside) == (4, 1, 3)
    report = database.rows("SELECT row_number, codes FROM commons.set_aside_row ORDER BY 1")
    assert report == [(2, ["NAME_MISSING"]), (3, ["PARTNER_KEY_REPEATED"]), (4, ["OUTSIDE_REGION"])]


def test_a_failure_at_the_last_moment_leaves_the_state_before(database, tmp_path):
    dataset = dataset_with()
    with connect(Role.INGEST) as connection:
        commit_upload(
            connection,
            dataset,
            prepare_upload(geojson(tmp_path, [row()])),
            uploaded_by="test",
            mode=UploadMode.FULL,
        )
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("SELECT 1 / 0")
    tables = (
        "upload",
        "source_record",
        "record_version",
        "alternative",
        "membership",
        "released_alternative",
        "notice",
    )
    for table in tables:
        assert database.rows(f"SELECT count(*) FROM commons.{table}") == [(0,)], table


def test_mutualisations_are_one_across_partners(database, tmp_path):
    told = {
        "mutualisation": "Le Vélo-cargo commun",
        "mutualisation_kind": "logistique",
        "mutualisation_since": "2018",
    }
    upload(dataset_with(), geojson(tmp_path, [row("1", **told)]))
    upload(
        dataset_with(),
        geojson(tmp_path, [row("x", "Autre", lon=4.40, **told | {"mutualisation": "le vélo-cargo  COMMUN"})]),
    )
    taking_part = released(Audience.PUBLIC).participations()
    as_each_tells_it = ["Le Vélo-cargo commun", "le vélo-cargo COMMUN"]
    assert sorted(taking_part["title"]) == as_each_tells_it
    assert database.rows("SELECT count(*) FROM commons.mutualisation") == [(1,)]
    assert taking_part["resource_kind"].tolist() == ["logistics"] * 2


def test_the_demo_is_released_without_drift_and_merges_only_true_pairs(demo_database, demo_folder):
    assert demo_database.rows(DRIFT) == []
    truth = pd.read_csv(demo_folder / "truth.csv")
    stored = pd.DataFrame(
        demo_database.rows(
            "SELECT d.slug, v.row_number, p.part FROM (SELECT array_agg(alternative_id) AS groups,"
            " array_agg(record_id) AS records FROM commons.membership WHERE until_at IS NULL) m"
            " CROSS JOIN LATERAL commons.parts(m.groups, m.records) p"
            " JOIN commons.source_record r USING (record_id) JOIN commons.dataset d USING (dataset_id)"
            " JOIN commons.record_version v USING (record_id) WHERE v.superseded_at IS NULL"
        ),
        columns=["dataset", "row_number", "alternative_id"],
    )
    told = truth.merge(stored, on=["dataset", "row_number"])
    spoilt = truth["fault"].notna().sum()
    assert len(truth) - spoilt <= len(told) < len(truth)

    def pairs(keys):
        sizes = told.groupby(keys).size()
        return int((sizes * (sizes - 1) // 2).sum())

    true, found, right = (
        pairs("alternative_key"),
        pairs("alternative_id"),
        pairs(["alternative_key", "alternative_id"]),
    )
    assert right / found > 0.98
    assert right / true > 0.55, "of many the consent lets only the district be compared"


def test_the_demo_again_changes_nothing(demo_database, demo_folder):
    for partner in demo_partners(demo_folder):
        with demo_database.connect(Role.INGEST) as connection:
            assert load_demo_partner(connection, demo_folder, partner).stored.is_repeat
