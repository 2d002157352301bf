-- What the database's owner, where it is no superuser, needs to upgrade, back up and restore from then on. Run by a superuser,
-- at its upgrade; idempotent. What the owner must bring itself (CREATEROLE, CREATEDB) is asked for, not given: from it everything
-- else in the cluster can be reached. docs/operations.md lists both.
DO $$
DECLARE
    owner record;
    login record;
    option text;
BEGIN
    SELECT r.rolname AS name, r.rolsuper INTO owner
      FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = current_database();
    IF owner.rolsuper OR current_setting('is_superuser') <> 'on' THEN
        RETURN;
    END IF;
    EXECUTE format('GRANT commons_owner TO %I', owner.name);
    -- A restore ends the sessions of the database that it replaces, and works from the database "postgres".
    EXECUTE format('GRANT pg_signal_backend TO %I', owner.name);
    EXECUTE format('GRANT CONNECT ON DATABASE postgres TO %I', owner.name);
    -- What the database is given, its owner gives again to one that a restore makes; readers have a limit of their own.
    FOR option IN SELECT p.name FROM pg_settings p
                   WHERE p.context = 'superuser'
                     AND (p.name = 'temp_file_limit'
                          OR EXISTS (SELECT FROM pg_db_role_setting g JOIN pg_database d ON d.oid = g.setdatabase
                                      CROSS JOIN unnest(g.setconfig) AS given
                                      WHERE g.setrole = 0 AND d.datname = current_database()
                                        AND split_part(given, '=', 1) = p.name)) LOOP
        EXECUTE format('GRANT SET ON PARAMETER %I TO %I', option, owner.name);
    END LOOP;
    -- pg_dump reads whole catalogues; hardening.sql leaves some of their columns to nobody.
    EXECUTE format('GRANT SELECT ON pg_catalog.pg_class, pg_catalog.pg_database TO %I', owner.name);
    IF current_setting('server_version_num')::integer >= 160000 THEN
        FOR login IN SELECT r.rolname AS name FROM pg_roles r
                      WHERE r.rolname ~ '^commons_(ingest|public|partner|researcher|partner_\d+)$' LOOP
            EXECUTE format('GRANT %I TO %I WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', login.name, owner.name);
        END LOOP;
    END IF;
END
$$;
