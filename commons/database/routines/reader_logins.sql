-- The logins of named partners (commons.reader), with the manners of the other readers. Run as the administrator.
DO $$
DECLARE
    named record;
BEGIN
    IF to_regclass('commons.reader') IS NULL THEN
        RETURN;
    END IF;
    -- As in prepare.sql: roles belong to the cluster.
    IF current_setting('is_superuser') = 'on' THEN
        LOCK TABLE pg_catalog.pg_authid IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    FOR named IN SELECT r.schema_name, r.login FROM commons.reader r WHERE r.partner_id <> 0 LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = named.login) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', named.login);
        END IF;
        EXECUTE format('ALTER ROLE %I NOINHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT 4', named.login);
        EXECUTE format('ALTER ROLE %I RESET ALL', named.login);
        EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', named.login, current_database());
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', named.login, '60s');
        EXECUTE format('ALTER ROLE %I SET temp_file_limit = %L', named.login, '512MB');
        EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', named.login);
        EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', named.login, '15s');
        EXECUTE format('ALTER ROLE %I SET search_path = %I, reference, public', named.login, named.schema_name);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), named.login);
        EXECUTE format('GRANT USAGE ON SCHEMA reference TO %I', named.login);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA reference TO %I', named.login);
    END LOOP;
END
$$;
