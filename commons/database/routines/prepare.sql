-- What must stand before the first table: roles, schemas. Run as the database's administrator at every upgrade, after
-- extensions.sql; idempotent. hardening.sql follows; tests/database/test_rights.py holds the allowlist.

-- One owner that nobody logs in as, one role that ingests, one login per audience of readers.
DO $$
DECLARE
    login record;
BEGIN
    -- Roles belong to the cluster: two databases upgraded at once must not both make or alter one. An advisory lock would
    -- hold in this database only.
    IF current_setting('is_superuser') = 'on' THEN
        LOCK TABLE pg_catalog.pg_authid IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'commons_owner') THEN
        CREATE ROLE commons_owner NOLOGIN;
    END IF;
    -- However many visitors there are, a withdrawal still finds a connection (max_connections of the embedded server: 60).
    FOR login IN SELECT * FROM (VALUES ('commons_ingest', -1), ('commons_public', 30), ('commons_partner', 10),
                                       ('commons_researcher', 8)) AS l (name, connections)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login.name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', login.name);
        END IF;
        EXECUTE format('ALTER ROLE %I NOINHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT %s', login.name, login.connections);
        -- A login may change its own settings for good; what it did is undone here.
        EXECUTE format('ALTER ROLE %I RESET ALL', login.name);
        EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', login.name, current_database());
    END LOOP;
END
$$;

-- A reader cannot write, cannot hold a query or a transaction open for long, cannot fill the disk, and finds only its own
-- released schema. All but temp_file_limit it could change for its own session: what it may read and write rests on rights.
DO $$
DECLARE
    reader record;
BEGIN
    FOR reader IN SELECT * FROM (VALUES ('commons_public', 'released_public', '15s'),
                                        ('commons_partner', 'released_partners', '15s'),
                                        ('commons_researcher', 'released_research', '60s')) AS r (name, schema_name, longest)
    LOOP
        EXECUTE format('ALTER ROLE %I SET search_path = %I, reference, public', reader.name, reader.schema_name);
        EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', reader.name);
        EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', reader.name, reader.longest);
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', reader.name, '60s');
        EXECUTE format('ALTER ROLE %I SET temp_file_limit = %L', reader.name, '512MB');
    END LOOP;
END
$$;
-- What a dead client holds, a withdrawal waits for: an upload may think for long, but not for ever.
ALTER ROLE commons_ingest SET idle_in_transaction_session_timeout = '15min';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS commons AUTHORIZATION commons_owner;
CREATE SCHEMA IF NOT EXISTS reference AUTHORIZATION commons_owner;
CREATE SCHEMA IF NOT EXISTS released_public AUTHORIZATION commons_owner;
CREATE SCHEMA IF NOT EXISTS released_partners AUTHORIZATION commons_owner;
CREATE SCHEMA IF NOT EXISTS released_research AUTHORIZATION commons_owner;

ALTER DEFAULT PRIVILEGES FOR ROLE commons_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE commons_owner REVOKE USAGE ON TYPES FROM PUBLIC;
