"""What each login can reach, read from the catalogue as that login: a checked-in allowlist, and the attacks of the laboratory."""

import psycopg
import pytest

from builders import make_dataset, make_record, open_terms
from commons.database.connection import Role, connect

READERS = {
    Role.PUBLIC: "released_public",
    Role.PARTNER: "released_partners",
    Role.RESEARCHER: "released_research",
}
REFERENCE = {"category", "category_synonym", "district", "district_within", "population", "source"}
OF_RESEARCHERS = {"released_research.snapshot", "released_research.statistic"}
OF_POSTGIS = {"public.geography_columns", "public.geometry_columns", "public.spatial_ref_sys"}

PROPOSE = {
    "propose(text,text,uuid,text,text,text,text,text,text,double precision,double precision,text,text,text)"
}
"""All that a reader may write by: tests/proposals/test_propose.py attacks it."""

RELATIONS = """
SELECT format('%I.%I', n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
   AND has_schema_privilege(n.oid, 'USAGE')
   AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'USAGE, SELECT, UPDATE')
            ELSE has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                 OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END
"""
WRITABLE = """
SELECT c.oid::regclass FROM pg_class c
 WHERE c.relkind IN ('r', 'v', 'p') AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
   AND has_schema_privilege(c.relnamespace, 'USAGE')
"""
FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p
 WHERE p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^(commons|reference|released)')
   AND has_function_privilege(p.oid, 'EXECUTE')
"""


def set_of(database, query, role):
    return {str(row[0]) for row in database.rows(query, role)}


@pytest.mark.parametrize("role", READERS)
def test_a_reader_reaches_its_released_views_and_the_reference_data_and_nothing_else(
    unchanged_database, role
):
    schema = READERS[role]
    allowed = {
        f"{schema}.alternative",
        f"{schema}.participation",
        f"{schema}.tombstone",
        f"{schema}.redirect",
        f"{schema}.place",
        f"{schema}.version",
    } | {f"reference.{name}" for name in REFERENCE}
    allowed |= OF_RESEARCHERS if role is Role.RESEARCHER else set()
    assert set_of(unchanged_database, RELATIONS, role) == allowed | OF_POSTGIS
    assert set_of(unchanged_database, WRITABLE, role) == set()
    allowed_to_call = PROPOSE if role is Role.PUBLIC else set()
    assert set_of(unchanged_database, FUNCTIONS, role) == allowed_to_call


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT * FROM commons.record_version",
        "SELECT * FROM commons.released_alternative",
        "SELECT * FROM released_public.alternative_row",
        "SELECT * FROM released_partners.alternative_row",
        "TABLE commons.consent",
        "SELECT commons.permitted('public', 0, 'display', ARRAY[1::bigint], now())",
        "SELECT commons.refresh_release(ARRAY[1])",
        "SELECT commons.cells('{existence}', '{display}')",
        "SELECT _postgis_stats('commons.record_version', 'geom')",
        "SELECT _postgis_selectivity('commons.record_version', 'geom', 'POINT(4 50)'::geometry)",
        "SELECT _postgis_index_extent('commons.record_version', 'geom')",
        "SELECT ST_EstimatedExtent('commons', 'record_version', 'geom')",
        "SELECT ST_FindExtent('commons', 'record_version', 'geom')",
        "CREATE TEMPORARY TABLE trap (a int)",
        "CREATE TABLE public.trap (a int)",
        "SET ROLE commons_owner",
        "SET ROLE commons_ingest",
        "SET SESSION AUTHORIZATION commons_owner",
        "SET session_replication_role = replica",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY reference.category TO '/tmp/x'",
    ],
)
def test_a_reader_is_refused(unchanged_database, role, attempt):
    with connect(role) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attempt)


def test_ingest_deletes_nothing_and_reads_no_released_view(unchanged_database):
    deletable = """SELECT c.oid::regclass FROM pg_class c
                    WHERE c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'DELETE, TRUNCATE')"""
    assert set_of(unchanged_database, deletable, Role.INGEST) == set()
    changeable = """SELECT format('%s.%s', c.relname, a.attname) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                     WHERE c.relnamespace = 'commons'::regnamespace AND a.attnum > 0
                       AND has_column_privilege(c.oid, a.attnum, 'UPDATE')"""
    assert set_of(unchanged_database, changeable, Role.INGEST) == {
        "agreement.ended_at",
        "alternative.redirected_to",
        "consent.end_approved_by",
        "consent.ended_as",
        "consent.ended_at",
        "consent.ended_by",
        "consent_link.revoked_at",
        "consent_proposal.decided_at",
        "consent_proposal.decided_by",
        "consent_proposal.decision",
        "dataset.may_repeat",
        "match_decision.retired_at",
        "membership.until_at",
        "partner_token.revoked_at",
        "proposal.contact",
        "proposal.decided_at",
        "proposal.decided_by",
        "proposal.decision",
        "proposal.note",
        "proposal.upload_id",
        "record_location.commune_id",
        "record_location.neighbourhood_id",
        "record_location.retired_at",
        "record_location.sector_id",
        "record_version.commune_id",
        "record_version.neighbourhood_id",
        "record_version.sector_id",
        "record_version.superseded_at",
        "remote_source.accepted_by",
        "remote_source.accepted_lost",
        "remote_source.address",
        "remote_source.etag",
        "remote_source.failures",
        "remote_source.last_fetched_at",
        "remote_source.last_modified",
        "remote_source.last_tried_at",
        "remote_source.lost",
        "remote_source.problem",
        "remote_source.removed_at",
        "remote_source.removed_by",
        "remote_source.state",
        "remote_source.unreachable",
        "remote_source.upload_id",
        "source_record.gone_at",
        "upload.rows_in",
        "upload.rows_set_aside",
        "upload.rows_stored",
        "upload.undone_at",
    }


def test_nobody_else_connects_and_public_has_no_temporary_tables(unchanged_database):
    acl = unchanged_database.rows("SELECT datacl::text FROM pg_database WHERE datname = current_database()")[
        0
    ][0]
    assert "{=" not in acl
    assert ",=" not in acl
    for reader in READERS:
        assert f"{reader.value}=c/" in acl


def test_every_definer_function_has_a_fixed_search_path_and_none_is_open_to_public(unchanged_database):
    loose = """SELECT p.oid::regprocedure FROM pg_proc p
                WHERE p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^(commons|released)')
                  AND (p.prosqlbody IS NULL -- a body that was read when it was made looks nothing up later
                       AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c ~ '^search_path=.*pg_temp$')
                       OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0))"""
    assert unchanged_database.rows(loose) == []


def test_a_consent_check_is_never_immutable(unchanged_database):
    frozen = """SELECT proname FROM pg_proc WHERE pronamespace = 'commons'::regnamespace AND provolatile = 'i'
                  AND proname NOT IN ('cells', 'reach', 'allowed_by', 'identity_audience', 'is_share_alike', 'spot',
                                      'masked', 'without_emails', 'without_phones', 'without_contacts',
                                      'fields_without_text', 'fields_of_person', 'released_fields')"""
    assert unchanged_database.rows(frozen) == []


@pytest.mark.parametrize(
    "table",
    ["consent", "record_version", "source_record", "agreement", "membership", "audit_event", "audit_link"],
)
def test_history_cannot_be_emptied(unchanged_database, table):
    with unchanged_database.connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"TRUNCATE commons.{table} CASCADE")


def test_a_consent_can_only_be_ended_and_an_agreements_terms_never_change(database):
    with database.connect() as connection:
        make_record(connection, make_dataset(connection, terms=open_terms()), flags={})
    for attempt in (
        "UPDATE commons.consent SET audience = 'partners'",
        "UPDATE commons.consent SET valid_until = 'infinity'",
        "UPDATE commons.agreement_term SET precision = 'exact'",
        "DELETE FROM commons.agreement_term",
        "UPDATE commons.agreement SET licence = 'CC0-1.0'",
    ):
        with database.connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attempt)
    ended = "UPDATE commons.consent SET ended_at = now(), ended_as = 'withdrawn', ended_by = 'x'"
    with database.connect() as connection:
        connection.execute(ended)
    with database.connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(ended)


def test_the_audit_log_is_a_chain_and_only_grows(database):
    with database.connect(Role.INGEST) as connection:
        make_dataset(connection, terms=open_terms())
        make_dataset(connection, terms=open_terms())
    assert database.rows("SELECT count(*) FROM commons.audit_link") == [(2,)]
    for attempt in (
        "UPDATE commons.audit_event SET actor = 'x'",
        "DELETE FROM commons.audit_event",
        "UPDATE commons.audit_link SET hash = ''",
        "DELETE FROM commons.audit_link",
    ):
        with database.connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attempt)
