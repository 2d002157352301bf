-- The logins of named partners (commons.reader), with the manners of the other readers. Run as the administrator.
DO $$
DECLARE
    named record;
BEGIN
    IF to_regclass('commons.reader') IS NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('commons roles'));
    FOR named IN SELECT r.schema_name, r.login FROM commons.reader r WHERE r.partner_id <> 0 LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = named.login) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT NOCREATEDB NOCREATEROLE', named.login);
        END IF;
        EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', named.login);
        EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', named.login, '15s');
        EXECUTE format('ALTER ROLE %I SET search_path = %I, reference, public', named.login, named.schema_name);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), named.login);
        EXECUTE format('GRANT USAGE ON SCHEMA reference TO %I', named.login);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA reference TO %I', named.login);
    END LOOP;
END
$$;
