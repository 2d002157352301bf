-- What stands between the present login and an upgrade of this database: a code of commons/i18n/database.toml (right.*) and
-- what it speaks of, one row each, in the order in which to mend them; no row where nothing is missing. Reads only.
-- Input: %(options)s, the settings that only a superuser may give to others.
WITH me AS (
    SELECT r.rolsuper AS is_superuser, r.rolcreaterole AS makes_roles FROM pg_roles r WHERE r.rolname = current_user
), wanted AS (
    SELECT w.name, e.extversion AS installed, e.extnamespace::regnamespace::text AS in_schema, a.default_version AS offered
      FROM unnest(ARRAY['postgis', 'pg_trgm', 'unaccent']) AS w (name)
      LEFT JOIN pg_extension e ON e.extname = w.name
      LEFT JOIN pg_available_extensions a ON a.name = w.name
), logins AS (
    SELECT r.oid, r.rolname FROM pg_roles r WHERE r.rolname ~ '^commons_(ingest|public|partner|researcher)$'
), missing (place, code, value) AS (
    SELECT 2, 'standby', 'pg_is_in_recovery' WHERE pg_is_in_recovery()
     UNION ALL
    SELECT 3, 'encoding', current_setting('server_encoding') WHERE current_setting('server_encoding') <> 'UTF8'
     UNION ALL
    SELECT 4, 'locale', d.datctype FROM pg_database d
     WHERE d.datname = current_database() AND current_setting('server_encoding') = 'UTF8' AND lower(chr(201)) <> chr(233)
     UNION ALL
    SELECT 5, 'not_installed', w.name FROM wanted w WHERE w.installed IS NULL AND w.offered IS NULL
     UNION ALL
    SELECT 6, 'old_postgis', coalesce(w.installed, w.offered) FROM wanted w
     WHERE w.name = 'postgis' AND (regexp_match(coalesce(w.installed, w.offered), '^(\d+)\.(\d+)'))::integer[] < '{3,3}'
     UNION ALL
    SELECT 7, 'other_schema', w.in_schema FROM wanted w WHERE w.name = 'postgis' AND w.in_schema <> 'public'
     UNION ALL
    SELECT 8, 'not_owner', current_database() FROM me JOIN pg_database d ON d.datname = current_database()
     WHERE NOT me.is_superuser AND NOT pg_has_role(d.datdba, 'USAGE')
     UNION ALL
    SELECT 9, 'create_role', current_user FROM me WHERE NOT me.is_superuser AND NOT me.makes_roles
     UNION ALL
    SELECT 10, 'no_extension', w.name FROM me CROSS JOIN wanted w
     WHERE NOT me.is_superuser AND w.name = 'postgis' AND w.installed IS NULL AND w.offered IS NOT NULL
     UNION ALL
    SELECT 11, 'not_member', 'commons_owner' FROM me
     WHERE NOT me.is_superuser
       AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'commons_owner' AND pg_has_role(r.oid, 'USAGE'))
     UNION ALL
    SELECT 12, 'setting', string_agg(o.name, ', ') FROM me CROSS JOIN unnest(%(options)s::text[]) AS o (name)
     WHERE NOT me.is_superuser AND NOT has_parameter_privilege(o.name, 'SET') HAVING count(*) > 0
     UNION ALL
    -- Until version 15 whoever makes roles may change any; from 16 on those that it was given.
    SELECT 13, 'not_admin_of', string_agg(l.rolname, ', ') FROM me CROSS JOIN logins l
     WHERE NOT me.is_superuser AND current_setting('server_version_num')::integer >= 160000
       AND NOT pg_has_role(l.oid, 'MEMBER WITH ADMIN OPTION') HAVING count(*) > 0
)
SELECT code, value FROM missing ORDER BY place, value;
