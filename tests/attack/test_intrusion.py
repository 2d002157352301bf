"""Breaking in: traps laid in temporary schemas, words that are SQL, an administrator who goes behind the triggers' back
(laboratory.md, checks 23, 25, 28).
"""

import json
from datetime import date

import psycopg
import pytest
from streamlit.testing.v1 import AppTest

from builders import make_dataset, make_record, names, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.partners import add_partner, find_dataset, find_partner, partner_of_token
from commons.release import released
from commons.release.upkeep import release_drift
from commons.research import change_between, count_alternatives, count_by_year
from commons.vocabulary import Audience, DistrictLevel, UploadMode, Visibility
from dashboard.server import PAGE
from dashboard.web.shell import PAGES
from ingest.upload import commit_upload, prepare_upload

PAYLOADS = [
    "' OR '1'='1", "'; RESET ROLE; --", "'; SET ROLE commons_owner; SELECT * FROM commons.partner; --", "\\'; DROP TABLE x; --",
    "1) UNION SELECT name, name FROM commons.record_version --", "%s", "%(level)s", "$1", "{}", "{0.__class__}",
    "' || (SELECT string_agg(name, ',') FROM commons.record_version) || '", "'; SELECT set_config('role', 'commons_owner', false); --",
    '"; DROP SCHEMA commons CASCADE; --', "x' AND pg_sleep(9) IS NULL --", "food', 'shelter", "{food,shelter}", "\u02bc OR 1=1", "NULL",
    "*", "/**/",
]  # fmt: skip
PATIENCE_S = 60


@pytest.fixture
def kept(database):
    """A commons with one public record and one that only partners may see."""
    with connect(Role.INGEST) as connection:
        make_record(
            connection, make_dataset(connection, "shown", open_terms()), name="Shown", category="food"
        )
        hidden = make_dataset(connection, "hidden", open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, hidden, name="Hidden", category="garden")
    return database


def test_a_word_is_never_sql(kept):
    day, level = date(2025, 1, 1), DistrictLevel.REGION
    for payload in PAYLOADS:
        for frame in (
            count_alternatives(Audience.PUBLIC, level, [day], category=payload),
            count_by_year(Audience.PUBLIC, level, 2024, 2025, category=[payload, payload]),
        ):
            assert frame["alternatives"].sum() == 0
        change = change_between(Audience.PUBLIC, level, day, date(2026, 1, 1), category=payload)
        assert change["undated"].sum() == 0
        both = count_alternatives(Audience.PUBLIC, level, [day], category=["food", payload])
        assert both["alternatives"].sum() == 1
        query = "SELECT name FROM alternative WHERE name = %(name)s"
        assert released(Audience.PUBLIC).query(query, {"name": payload}).empty
        with connect(Role.INGEST) as connection:
            for lookup in (find_dataset, find_partner, partner_of_token):
                with pytest.raises(CommonsError):
                    lookup(connection, payload)
            with pytest.raises(CommonsError):
                withdraw(
                    connection, find_dataset(connection, "shown"), record_key=payload, withdrawn_by=payload
                )
            with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
                add_partner(connection, payload, payload)
        with pytest.raises(ValueError, match="is not a valid"):
            DistrictLevel(payload)
    assert names(Audience.PUBLIC) == ["Shown"]
    assert names(Audience.PARTNERS) == ["Hidden", "Shown"]


def test_a_file_of_sql_is_a_file_of_words(kept, tmp_path):
    """As headers and as values: every word of the file is stored as it stands but for NULL, which is none, and no more is released than was."""
    rows = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [4.36 + number / 1000, 50.84]},
         "properties": {"id": payload, "name": f"n {payload}", "category": payload, "description": payload, payload: payload,
                        "visibility": payload, "phone": payload, "mutualisations": payload}}
        for number, payload in enumerate(PAYLOADS)
    ]  # fmt: skip
    path = tmp_path / "list.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    prepared = prepare_upload(path)
    with connect(Role.INGEST) as connection:
        commit_upload(
            connection,
            find_dataset(connection, "shown"),
            prepared,
            uploaded_by=PAYLOADS[2],
            mode=UploadMode.FULL,
            ends=1,
        )
    stored = kept.rows("SELECT description FROM commons.record_version WHERE name ~ '^n '")
    assert {row[0] for row in stored} <= {*PAYLOADS, None} - {"NULL"}
    assert len(stored) > len(PAYLOADS) - 4
    assert (
        names(Audience.PUBLIC) == []
    )  # a full list without the record that was shown, and no consent that could be read


def test_an_address_is_never_sql(kept):
    for page, payload in zip(("explore", "coverage", "research"), PAYLOADS[:3], strict=True):
        app = AppTest.from_file(str(PAGE), default_timeout=PATIENCE_S)
        app.switch_page(PAGES[page])
        for param in ("q", "cat", "district", "id", "level", "kind", "category", "from", "to", "lang"):
            app.query_params[param] = payload
        app.run()
        assert not app.exception
        assert not [error.value for error in app.error]
        assert "Hidden" not in repr(app)


TRAPS = [
    "CREATE TEMPORARY TABLE consent (record_id bigint, effect text)",
    "CREATE TEMPORARY TABLE released_alternative (LIKE commons.released_alternative)",
    "CREATE TEMPORARY VIEW membership AS SELECT * FROM commons.membership WHERE false",
    "CREATE TEMPORARY VIEW pg_class AS SELECT * FROM pg_catalog.pg_class WHERE false",
    "CREATE TEMPORARY TABLE now (now timestamptz)",
]


def test_traps_in_the_temporary_schema_catch_no_function_of_the_owner(kept):
    """What ingest lays into its own temporary schema stands before nothing that the owner's functions look up."""
    with connect(Role.INGEST) as connection:
        for trap in TRAPS:
            connection.execute(trap)
        connection.execute("SET search_path = pg_temp, commons, public")
        withdraw(connection, find_dataset(connection, "shown"), withdrawn_by="someone")
        assert connection.execute("SELECT count(*) FROM pg_temp.released_alternative").fetchone() == (0,)
    assert names(Audience.PUBLIC) == []
    with connect(Role.INGEST) as connection:
        assert release_drift(connection) == 0


@pytest.mark.parametrize(
    "attempt",
    [
        "CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
        "CREATE FUNCTION pg_temp.trap() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE FUNCTION commons.trap() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET session_replication_role = replica",
        "ALTER TABLE commons.consent DISABLE TRIGGER ALL",
        "DROP TRIGGER release_on_insert ON commons.consent",
        "TRUNCATE commons.consent",
        "DELETE FROM commons.consent",
        "UPDATE commons.consent SET valid_until = 'infinity'",
        "INSERT INTO commons.released_alternative SELECT * FROM commons.released_alternative",
        "UPDATE commons.released_alternative SET expires_at = 'infinity'",
        "DELETE FROM commons.tombstone",
        "ALTER TABLE commons.released_alternative OWNER TO commons_ingest",
        "SET ROLE commons_owner",
        "COPY commons.partner TO PROGRAM 'true'",
        "SELECT pg_read_file('postgresql.conf')",
        "ALTER ROLE commons_public SUPERUSER",
    ],
)
def test_ingest_does_not_get_behind_the_release(unchanged_database, attempt):
    with connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(attempt)


TAMPERING = [
    "UPDATE commons.released_alternative SET name = 'Other' WHERE name = 'Shown'",
    "UPDATE commons.released_alternative SET geom = ST_Translate(geom, 0.0000001, 0)",
    "UPDATE commons.released_alternative SET expires_at = 'infinity'",
    "DELETE FROM commons.released_alternative WHERE audience = 'public'",
    "ALTER TABLE commons.agreement DISABLE TRIGGER ALL; UPDATE commons.agreement SET ended_at = now()",
    "ALTER TABLE commons.source_record DISABLE TRIGGER ALL; UPDATE commons.source_record SET gone_at = now()",
]


def test_who_goes_behind_the_triggers_as_administrator_is_found_out(kept):
    for tampering in TAMPERING:
        with connect(Role.ADMIN) as connection, connection.transaction(force_rollback=True):
            assert release_drift(connection) == 0
            connection.execute(tampering)
            assert release_drift(connection) > 0, tampering


def test_triggers_fire_whatever_a_session_says_of_replication(kept):
    with connect(Role.ADMIN) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE commons.agreement SET ended_at = now()")
    assert names(Audience.PUBLIC) == names(Audience.PARTNERS) == []
