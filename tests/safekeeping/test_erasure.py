"""Erasure: no value of the record is left anywhere, its history is, and no later file brings it back."""

import json
import re
import struct
import threading
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from builders import make_dataset, make_record, names, open_terms
from commons.consent.erase import erase, forget_erased, readmit
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.release.upkeep import release_drift
from commons.safekeeping.key import erasure_key
from commons.vocabulary import Audience, UploadMode
from ingest.upload import commit_upload, prepare_upload

CANARY = Path(__file__).with_name("canary.sql")
TOKEN = "canary0451"
KEY = f"key {TOKEN}"
PLACE = (4.3663451, 50.8358673)
PERSONAL = ("name", "name_fr", "name_nl", "name_en", "description", "description_fr", "description_nl", "description_en",
            "category_raw", "website", "opening_hours", "street", "house_number", "postcode", "municipality", "phone", "email",
            "contact_person", "contact_email", "contact_phone", "legal_form", "enterprise_number")  # fmt: skip

TEXT_COLUMNS = """
SELECT c.relname || '.' || a.attname
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'commons'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
   AND a.atttypid IN ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype, 'bytea'::regtype, 'varchar'::regtype)
"""
ERASED = {f"record_version.{column}" for column in (*PERSONAL, "extras")} | {
    "charter_assessment.reasons",
    "consent.approved_by",
    "consent.capacity",
    "consent.end_approved_by",
    "consent.ended_by",
    "consent.evidence",
    "consent.given_by",
    "consent_proposal.capacity",
    "consent_proposal.decided_by",
    "consent_proposal.evidence",
    "consent_proposal.proposed_by",
    "match_decision.reason",
    "mutualisation.mutualisation_key",
    "mutualisation.title",
    "participation.title",
    "proposal.address",
    "proposal.category",
    "proposal.contact",
    "proposal.decided_by",
    "proposal.description",
    "proposal.name",
    "proposal.note",
    "proposal.told",
    "proposal.website",
    "proposal.why",
    "set_aside_row.values",
    "source_record.partner_key",
    "withdrawal.withdrawn_by",
}
"""What may hold a value of a record, or what somebody wrote about it."""
RELEASED = {"released_alternative", "released_participation", "contribution"}
"""What the withdrawal empties; tests/release holds it to that."""
OF_NO_RECORD = {
    # Codes and hashes of a record's rows, which are gone or say nothing of what they stood for.
    "charter_assessment.grade", "consent.ended_as", "consent.evidence_kind", "consent.licence", "consent.text_language",
    "consent.text_version", "consent_link.sha256", "consent_proposal.decision", "consent_proposal.evidence_kind",
    "consent_proposal.wanted", "narrowing.wanted", "record_location.attributions", "record_location.kind", "record_location.licences", "record_location.method",
    "geocoder_answer.geocoder", "record_version.category", "record_version.content_hash", "set_aside_row.codes",
    "erased_key.dataset", "erased_key.key_id", "erased_key.keyed_hash", "erased_key.kind", "held_row.key_hash", "held_row.key_id", "held_row.row_hash", "withdrawal.receipt",
    # Who erased, lifted an erasure or decided that two records are the same: people at work, not the person concerned.
    "erased_key.approved_by", "erased_key.lifted_by", "held_row.approved_by", "held_row.asked_by", "match_decision.decided_by", "link_model.name", "link_model.document", "link_model.learned_by", "audit_event.actor",
    # The log, which holds ids and counts.
    "audit_event.action", "audit_event.detail", "audit_event.object_id", "audit_event.object_kind", "audit_link.hash",
    "audit_link.previous_hash",
    # Of a partner, a dataset or a whole file.
    "agreement.approved_by", "agreement.capacity", "agreement.evidence", "agreement.licence", "agreement.signed_by",
    "alembic_version.version_num", "dataset.attribution", "dataset.slug", "dataset.title", "dataset_category.category",
    "dataset_category.term", "egress.kind", "egress.sha256", "egress.what", "notice.code", "notice.column_name",
    "remote_source.accepted_by", "remote_source.added_by", "remote_source.address", "remote_source.etag",
    "remote_source.last_modified", "remote_source.problem", "remote_source.removed_by",
    "partner.name", "partner.slug", "proposal.decision", "proposal.field", "proposal.kind", "proposal.language", "proposal.reference", "partner_token.sha256", "partner_token.token_id", "reader.login", "reader.schema_name",
    "saved_mapping.document", "saved_mapping.saved_by", "upkeep.job", "upload.file_name", "upload.format", "upload.mapping", "upload.preset", "upload.sha256", "upload.uploaded_by",
    # Frozen counts by category and district, of whole batches.
    "statistic_batch.pool", "statistic_count.category", "statistic_count.commune", "statistic_count.neighbourhood",
    "statistic_count.sector", "statistic_shown.category", "statistic_shown.commune", "statistic_shown.neighbourhood",
    "statistic_shown.sector", "statistic_snapshot.sha256",
}  # fmt: skip


def found(database):
    """Return every table whose rows hold the token, a hash of bytes of it, or the place, and every statistic that does."""
    marks = [TOKEN, TOKEN.encode().hex(), *(struct.pack("<d", degrees).hex() for degrees in PLACE)]
    pattern = "|".join(marks)
    tables = database.rows(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND (n.nspname ~ '^(commons|reference|released)' OR c.relname = 'pg_statistic')"
    )
    with database.admin() as connection:
        return {
            table
            for (table,) in tables
            if connection.execute(
                f"SELECT FROM {table} t WHERE t::text ~* %s LIMIT 1",
                (pattern,),
            ).rowcount
        }


def columns_with_token(database):
    told = set()
    with database.admin() as connection:
        for (column,) in connection.execute(TEXT_COLUMNS).fetchall():
            table, name = column.split(".")
            query = f'SELECT FROM commons.{table} WHERE "{name}"::text LIKE %s LIMIT 1'
            if connection.execute(query, (f"%{TOKEN}%",)).rowcount:
                told.add(column)
    return told


@pytest.fixture
def canary(database):
    """A record whose token stands wherever a value can stand, released to everyone, beside another of the same place."""
    with database.connect() as connection:
        dataset, other = (make_dataset(connection, name, open_terms()) for name in ("a-list", "b-list"))
        neighbour = make_record(connection, other, key="neighbour", name="Neighbour")
        values = {column: f"{TOKEN} {column}" for column in PERSONAL}
        stored = make_record(
            connection, dataset, key=KEY, place=PLACE, alternative_id=neighbour.alternative_id,
            extras=json.dumps({"note": TOKEN}), flags={"consent_by": TOKEN, "consent_evidence": TOKEN}, **values,
        )  # fmt: skip
        make_record(connection, dataset, key="stays", name="Stays")
        told = {
            "dataset_id": dataset.dataset_id,
            "partner_id": dataset.partner_id,
            "record_id": stored.record_id,
        }
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(CANARY.read_text("utf-8"), told | {"token": TOKEN})
    return dataset


def erase_canary(dataset, **options):
    with connect(Role.INGEST) as connection:
        erasure = erase(connection, dataset, record_key=KEY, erased_by="An officer", **options)
        if not options.get("dry_run"):
            forget_erased(connection)
    return erasure


def state(database):
    with database.admin() as connection:
        tables = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'commons'::regnamespace AND relkind = 'r' ORDER BY 1"
        ).fetchall()
        query = "SELECT array_agg(t::text ORDER BY t::text) FROM {} t"
        return {table: connection.execute(query.format(table)).fetchone() for (table,) in tables}


def test_every_column_that_can_hold_a_value_is_known_to_be_erased_or_to_hold_none(unchanged_database):
    there = {column for (column,) in unchanged_database.rows(TEXT_COLUMNS)}
    there = {column for column in there if column.split(".")[0] not in RELEASED}
    assert there - ERASED - OF_NO_RECORD == set(), (
        "say in commons/database/routines/erasure.sql what becomes of these"
    )
    assert (ERASED | OF_NO_RECORD) - there == set()


def test_no_value_of_an_erased_record_is_left_in_any_table_or_statistic(database, canary, safekeeping):
    with database.connect() as connection:
        connection.execute("ANALYZE")
    assert columns_with_token(database) >= ERASED, "the test no longer puts its token everywhere"
    assert found(database) >= {"pg_statistic", "commons.record_version", "released_public.alternative_row"}
    erase_canary(canary)
    assert found(database) == set()
    assert TOKEN not in safekeeping.read_text()


def test_its_history_stays_without_values(database, canary):
    counted = (
        "SELECT (SELECT count(*) FROM commons.source_record), (SELECT count(*) FROM commons.membership),"
        " (SELECT count(*) FROM commons.match_decision), (SELECT count(*) FROM commons.set_aside_row),"
        " (SELECT count(*) FROM commons.consent_proposal), (SELECT count(*) FROM commons.upload)"
    )
    before = database.rows(counted)
    kept = "SELECT consent_id, effect, audience, cells, evidence_kind, valid_from FROM commons.consent ORDER BY 1"
    consents = database.rows(kept)
    removed = erase_canary(canary).removed
    assert database.rows(counted) == before
    assert database.rows(kept)[: len(consents)] == consents
    assert removed == {"set_aside_row": 3, "proposal": 5, "participation": 1, "record_location": 0, "record_version": 2,
                       "charter_assessment": 1, "consent": len(database.rows(kept))}  # fmt: skip
    assert database.rows("SELECT action FROM commons.audit_event ORDER BY event_id DESC LIMIT 2") == [
        ("erase",),
        ("withdraw",),
    ]
    assert database.rows("SELECT DISTINCT decision FROM commons.consent_proposal ORDER BY 1") == [
        ("approved",),
        ("refused",),
    ]


def test_what_others_assert_is_untouched_and_the_release_is_as_the_rules_say(database, canary):
    erase_canary(canary)
    assert names(Audience.PUBLIC) == ["Neighbour", "Stays"]
    with connect(Role.INGEST) as connection:
        assert release_drift(connection) == 0
    assert database.rows("SELECT count(*) FROM commons.record_version") == [(2,)]


def test_a_dry_run_tells_the_same_and_changes_nothing(database, canary, safekeeping):
    before = state(database)
    told = erase_canary(canary, dry_run=True)
    assert state(database) == before
    assert not safekeeping.exists()
    done = erase_canary(canary)
    assert told.receipt.effects == done.receipt.effects
    assert {k: v for k, v in told.removed.items() if k != "consent"} == {
        k: v for k, v in done.removed.items() if k != "consent"
    }


def test_the_name_of_the_person_concerned_is_not_taken_for_who_erases(database, canary):
    before = state(database)
    with connect(Role.INGEST) as connection, pytest.raises(CommonsError) as told:
        erase(connection, canary, record_key=KEY, erased_by=f" {TOKEN.upper()} contact_person")
    assert told.value.key == "erasure.by_subject"
    assert TOKEN not in str(told.value)
    assert state(database) == before


def test_a_record_that_is_not_there_or_was_erased_is_told(canary):
    for key in ("nobody", KEY):
        with connect(Role.INGEST) as connection:
            if key == KEY:
                erase(connection, canary, record_key=KEY, erased_by="An officer")
            with pytest.raises(CommonsError) as told:
                erase(connection, canary, record_key=key, erased_by="An officer")
        assert told.value.key == "consent.no_record"


@pytest.mark.parametrize("groups", ["{contact_person}", None])
def test_the_database_erases_nothing_that_was_not_withdrawn_altogether(database, canary, groups):
    before = database.rows("SELECT count(*) FROM commons.record_version")
    withdrawn = """
        INSERT INTO commons.withdrawal (dataset_id, record_id, field_groups, withdrawn_by, receipt)
        SELECT dataset_id, record_id, coalesce(%s::reference.field_group[], enum_range(NULL::reference.field_group)), 'x', '[]'
          FROM commons.source_record WHERE partner_key = %s
        RETURNING withdrawal_id"""
    erased = "SELECT commons.erase_record(record_id, %s, 'k', '{}', '{}') FROM commons.source_record WHERE partner_key = %s"
    with connect(Role.INGEST) as connection:
        (number,) = connection.execute(withdrawn, (groups, KEY if groups else "stays")).fetchone()
    with connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(erased, (number, KEY))
    assert database.rows("SELECT count(*) FROM commons.record_version") == before


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.PARTNER, Role.RESEARCHER])
@pytest.mark.parametrize(
    "call",
    [
        "erase_record(1, 1, 'k', '{}', '{}')",
        "bar_record('a', 'b', 'c')",
        "hold_rows(1, 1, 'k', '{}', '{}', '{}')",
        "readmit_row(1, 'a', 1, 'b')",
        "lift_erasure('a', 'b', 'c', 'd')",
        "forget_erased()",
    ],
)
def test_no_reader_erases_or_lifts(unchanged_database, role, call):
    with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT commons.{call}")


def test_ingest_itself_deletes_no_value(database, canary):
    for table in ("record_version", "consent", "erased_key", "set_aside_row"):
        with connect(Role.INGEST) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"DELETE FROM commons.{table}")


def test_an_earlier_withdrawal_by_the_person_leaves_no_name_in_the_log(database, canary):
    with connect(Role.INGEST) as connection:
        withdraw(connection, canary, record_key=KEY, withdrawn_by=f"{TOKEN} contact_person")
    erase_canary(canary)
    assert found(database) == set()


# The next file


ROWS = [
    {
        "id": "1",
        "nom": "Jardin de Jeanne",
        "lat": "50.84012",
        "lon": "4.36012",
        "rue": "rue Haute",
        "numero": "5",
    },
    {"id": "2", "nom": "Atelier du Coin", "lat": "50.85", "lon": "4.37", "rue": "rue Basse", "numero": "7"},
]


@pytest.fixture
def uploaded(database, tmp_path):
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "a-list", open_terms())

    def upload(rows, drop=()):
        file = tmp_path / "list.csv"
        pd.DataFrame(rows).drop(columns=list(drop)).to_csv(file, index=False)
        with connect(Role.INGEST) as connection:
            return commit_upload(
                connection, dataset, prepare_upload(file), uploaded_by="t", mode=UploadMode.FULL
            ).stored

    upload.dataset = dataset
    return upload


def erase_row(dataset, key):
    with connect(Role.INGEST) as connection:
        erase(connection, dataset, record_key=key, erased_by="An officer")


def told_of_rows(database):
    return database.rows(
        "SELECT row_number, codes, values FROM commons.set_aside_row WHERE upload_id = (SELECT max(upload_id) FROM commons.upload)"
        " ORDER BY row_number"
    )


CHANGED = [
    {},
    {"nom": "Tout autre nom", "lat": "50.86", "lon": "4.33", "rue": "ailleurs"},  # the key is enough
    {"id": "99"},  # the name and the place
    {"id": "99", "nom": "JARDIN  de Jeanné", "rue": "", "numero": ""},
    {"id": "99", "lat": "50.84017", "lon": "4.36008"},  # some metres away, across the edge of its cell
    {
        "id": "99",
        "lat": "50.80",
        "lon": "4.30",
        "rue": "Rue haute",
        "numero": " 5",
    },  # the name and the address
    {"id": "99", "lat": "", "lon": ""},
]


@pytest.mark.parametrize("change", CHANGED, ids=range(len(CHANGED)))
def test_the_next_file_does_not_bring_it_back(database, uploaded, change):
    uploaded(ROWS)
    erase_row(uploaded.dataset, "1")
    done = uploaded([{**ROWS[0], **change}, ROWS[1]])
    assert (done.rows_in, done.new + done.changed + done.unchanged, done.set_aside, done.erased) == (
        2,
        1,
        1,
        1,
    )
    assert told_of_rows(database) == [(1, ["ERASED"], {})]
    assert names(Audience.PUBLIC) == ["Atelier du Coin"]
    assert not database.rows("SELECT FROM commons.record_version v WHERE v::text ~* 'jeann'")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "99", "nom": "Un autre jardin"},
        {"id": "99", "lat": "50.8450", "rue": "rue Neuve"},
        {"id": "99", "lat": "50.8450", "numero": "6"},
    ],
    ids=range(3),
)
def test_what_only_resembles_it_is_stored(uploaded, change):
    uploaded(ROWS)
    erase_row(uploaded.dataset, "1")
    assert uploaded([{**ROWS[0], **change}, ROWS[1]]).erased == 0


def test_another_partner_s_record_of_the_same_is_another_s(database, uploaded, tmp_path):
    uploaded(ROWS)
    erase_row(uploaded.dataset, "1")
    with connect(Role.INGEST) as connection:
        theirs = make_dataset(connection, "b-list", open_terms())
        file = tmp_path / "theirs.csv"
        pd.DataFrame(ROWS).to_csv(file, index=False)
        assert (
            commit_upload(
                connection, theirs, prepare_upload(file), uploaded_by="t", mode=UploadMode.FULL
            ).stored.erased
            == 0
        )


def test_records_without_a_key_of_the_partner_s_are_known_too(database, uploaded):
    uploaded(ROWS, drop=["id"])
    (key,) = database.rows("SELECT partner_key FROM commons.source_record s JOIN commons.record_version v USING (record_id)"
                           " WHERE v.name ~ 'Jeanne'")[0]  # fmt: skip
    erase_row(uploaded.dataset, key)
    assert uploaded([*ROWS[::-1], {**ROWS[1], "nom": "Nouveau"}], drop=["id"]).erased == 1


def test_a_row_that_another_fault_sets_aside_keeps_no_value_of_it(database, uploaded):
    uploaded(ROWS)
    erase_row(uploaded.dataset, "1")
    far = [{**ROWS[0], "lat": "48.85", "lon": "2.35"}, {**ROWS[0], "id": "7", "lat": "48.85", "lon": "2.35", "rue": ""},
           {"id": "1", "nom": "", "lat": "50.84", "lon": "4.36", "rue": "rue Haute", "numero": "5"}, ROWS[1],
           {**ROWS[1], "id": "8", "nom": ""}]  # fmt: skip
    done = uploaded(far)
    assert (done.rows_in, done.set_aside, done.erased) == (5, 4, 3)
    rows = told_of_rows(database)
    assert [(row[0], row[1]) for row in rows[:3]] == [(1, ["ERASED"]), (2, ["ERASED"]), (3, ["ERASED"])]
    assert [row[2] for row in rows[:3]] == [{}, {}, {}]
    assert rows[3][2]["rue"] == "rue Basse"
    assert not database.rows("SELECT FROM commons.set_aside_row s WHERE s::text ~* 'jeann|Haute'")


def test_the_very_same_file_is_read_again_after_an_erasure_and_then_is_a_repeat(uploaded):
    uploaded(ROWS)
    erase_row(uploaded.dataset, "1")
    again = uploaded(ROWS)
    assert (again.is_repeat, again.unchanged, again.erased) == (False, 1, 1)
    assert uploaded(ROWS).is_repeat


def test_two_people_lift_it_and_the_next_file_brings_it_back(database, uploaded):
    uploaded(ROWS)
    erase_row(uploaded.dataset, "1")
    uploaded(ROWS)
    outcomes = []
    for who in ("Anna Peeters", " anna PEETERS.", "Bob Dupont"):
        with connect(Role.INGEST) as connection:
            outcomes.append(readmit(connection, uploaded.dataset, record_key="1", asked_by=who))
    assert outcomes == [False, False, True]
    assert uploaded(ROWS).new == 1
    assert names(Audience.PUBLIC) == ["Atelier du Coin", "Jardin de Jeanne"]
    with connect(Role.INGEST) as connection, pytest.raises(CommonsError) as told:
        readmit(connection, uploaded.dataset, record_key="1", asked_by="Carl")
    assert told.value.key == "erasure.not_erased"
    erase_row(uploaded.dataset, "1")
    assert uploaded(ROWS).erased == 1
    assert names(Audience.PUBLIC) == ["Atelier du Coin"]


def test_without_the_secret_of_then_a_file_is_refused_and_nothing_changes(
    database, uploaded, monkeypatch, tmp_path
):
    uploaded(ROWS)
    erase_row(uploaded.dataset, "1")
    before = state(database)
    monkeypatch.setenv("COMMONS_HOME", str(tmp_path / "home"))
    changed = [ROWS[0], {**ROWS[1], "nom": "Autre"}]
    for secret, key in (
        ("f" * 64, "erasure.other_key"),
        ("", "erasure.key_missing"),
        ("short", "erasure.key_short"),
    ):
        monkeypatch.setenv("COMMONS_ERASURE_KEY", secret)
        with pytest.raises(CommonsError) as told:
            uploaded(changed)
        assert told.value.key == key
    assert state(database) == before


def test_where_the_secret_is_lost_two_people_give_up_what_it_barred(database, uploaded, monkeypatch):
    uploaded(ROWS)
    erase_row(uploaded.dataset, "1")
    monkeypatch.setenv("COMMONS_ERASURE_KEY", "f" * 64)
    erase_row(uploaded.dataset, "2")
    with pytest.raises(CommonsError):
        uploaded(ROWS)
    outcomes = []
    for who in ("Anna", "anna", "Bob"):
        with connect(Role.INGEST) as connection:
            outcomes.append(readmit(connection, uploaded.dataset, record_key=None, asked_by=who))
    assert outcomes == [False, False, True]
    done = uploaded(ROWS)
    assert (done.new, done.erased) == (1, 1)
    assert names(Audience.PUBLIC) == ["Jardin de Jeanne"]


def test_without_any_erasure_no_secret_is_needed(uploaded, monkeypatch, tmp_path):
    monkeypatch.setenv("COMMONS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COMMONS_ERASURE_KEY")
    assert uploaded(ROWS).new == 2
    assert not (tmp_path / "home").exists()


def test_what_is_kept_tells_nothing_without_the_secret(database, uploaded):
    uploaded(ROWS)
    erase_row(uploaded.dataset, "1")
    kept = database.rows("SELECT kind, keyed_hash FROM commons.erased_key")
    kinds = {kind for kind, _ in kept}
    assert kinds == {
        "key",
        "name",
        "place",
        "address",
        "slip",
        "part",
        "word",
        "bag",
        "point",
        "cell",
        "street",
    }
    assert ("key", erasure_key().hash_record("a-list", "1")) in kept
    assert all(re.fullmatch("[0-9a-f]{64}", keyed_hash) for _, keyed_hash in kept)


def test_two_datasets_hash_the_same_key_differently():
    assert erasure_key().hash_record("a", "1") != erasure_key().hash_record("b", "1")
    assert erasure_key().hash("key", "ab", "c") != erasure_key().hash("key", "a", "bc")


def test_an_erasure_waits_for_an_upload_of_the_list_and_then_takes_what_it_brought(
    database, uploaded, tmp_path
):
    """Else the file, read before the erasure, would store the record after it."""
    uploaded(ROWS)
    file = tmp_path / "next.csv"
    pd.DataFrame([{**ROWS[0], "rue": "rue Nouvelle"}, ROWS[1]]).to_csv(file, index=False)
    with connect(Role.INGEST) as uploading:
        commit_upload(
            uploading, uploaded.dataset, prepare_upload(file), uploaded_by="t", mode=UploadMode.FULL
        )
        erasing = threading.Thread(target=erase_row, args=(uploaded.dataset, "1"))
        erasing.start()
        erasing.join(timeout=1)
        assert erasing.is_alive()
    erasing.join(timeout=60)
    assert names(Audience.PUBLIC) == ["Atelier du Coin"]
    assert not database.rows("SELECT FROM commons.record_version v WHERE v::text ~* 'jeann|Nouvelle'")
