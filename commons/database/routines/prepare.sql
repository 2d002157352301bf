-- What must stand before the first table: extensions, roles, schemas, and what PUBLIC may no longer do.
-- Run as the database's administrator at every upgrade; idempotent. Tests/database/test_rights.py holds the allowlist.

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- One owner that nobody logs in as, one role that ingests, one login per audience of readers.
DO $$
DECLARE
    login text;
BEGIN
    -- Roles belong to the cluster: two databases upgraded at once must not both create one.
    PERFORM pg_advisory_xact_lock(hashtext('commons roles'));
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'commons_owner') THEN
        CREATE ROLE commons_owner NOLOGIN;
    END IF;
    FOREACH login IN ARRAY '{commons_ingest,commons_public,commons_partner,commons_researcher}'::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT NOCREATEDB NOCREATEROLE', login);
        END IF;
    END LOOP;
END
$$;

-- A reader cannot write, cannot hold a query open for long, and finds only its own released schema.
ALTER ROLE commons_public SET default_transaction_read_only = on;
ALTER ROLE commons_partner SET default_transaction_read_only = on;
ALTER ROLE commons_researcher SET default_transaction_read_only = on;
ALTER ROLE commons_public SET statement_timeout = '15s';
ALTER ROLE commons_partner SET statement_timeout = '15s';
ALTER ROLE commons_researcher SET statement_timeout = '60s';
ALTER ROLE commons_public SET search_path = released_public, reference, public;
ALTER ROLE commons_partner SET search_path = released_partners, reference, public;
ALTER ROLE commons_researcher SET search_path = released_research, reference, public;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS commons AUTHORIZATION commons_owner;
CREATE SCHEMA IF NOT EXISTS reference AUTHORIZATION commons_owner;
CREATE SCHEMA IF NOT EXISTS released_public AUTHORIZATION commons_owner;
CREATE SCHEMA IF NOT EXISTS released_partners AUTHORIZATION commons_owner;
CREATE SCHEMA IF NOT EXISTS released_research AUTHORIZATION commons_owner;

ALTER DEFAULT PRIVILEGES FOR ROLE commons_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE commons_owner REVOKE USAGE ON TYPES FROM PUBLIC;

-- PostGIS' statistics functions read any table's extent and density by its oid, with no right on it (laboratory.md 3.3);
-- large objects would let a reader write to the database.
DO $$
DECLARE
    leak regprocedure;
BEGIN
    FOR leak IN
        SELECT p.oid::regprocedure
          FROM pg_proc p
         WHERE p.proname IN ('_postgis_stats', '_postgis_selectivity', '_postgis_join_selectivity', '_postgis_index_extent',
                             'st_estimatedextent', 'st_findextent', 'find_srid', 'lo_create', 'lo_creat',
                             'lo_from_bytea', 'lo_put', 'lo_open', 'lowrite', 'lo_truncate', 'lo_truncate64', 'lo_unlink')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', leak);
    END LOOP;
END
$$;
