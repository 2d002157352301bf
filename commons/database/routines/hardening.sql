-- What a login may learn from PostgreSQL itself, and do by its built-in functions, without a right on any table: counts and
-- sizes of private tables, other people's queries, locks that a withdrawal waits for (laboratory.md 3.3).
-- docs/decisions/0009-what-a-login-can-see.md tells what stays visible, tests/database/test_visible.py lists it.
-- All of it in this database alone. Run as its administrator after prepare.sql, at every upgrade; idempotent; what this version of PostgreSQL does
-- not have is passed over.
DO $$
DECLARE
    -- A volatile function does something, or tells of something that changes: closed, but for these.
    open_volatile CONSTANT text := '(clock_timestamp|timeofday|random|random_normal|setseed|gen_random_uuid|uuidv[47]'
        '|array_sample|array_shuffle|(curr|last|next|set)val|current_query|pg_is_in_recovery|pg_partition_(tree|ancestors)'
        '|pg_advisory_unlock(_all|_shared)?|pg_(database_)?collation_actual_version)';
    -- Closed although not volatile: sizes and counts, how much the cluster has written, what others do, a text run as a query.
    closed CONSTANT text := '(pg_stat_.*|pg_relation_file(node|path)|pg_filenode_relation|pg_tablespace_(databases|location)'
        '|pg_current_(xact|snapshot).*|txid_(current|status).*|mxid_age|pg_xact_.*|pg_get_replication_slots'
        '|(table|query|schema|database)_to_xml.*)';
    -- The same of PostGIS: a table's extent and density, locks and tables of its own, a text run as a query.
    closed_of_extensions CONSTANT text := '(_?postgis_(stats|selectivity|join_selectivity|index_extent)|st_(estimated|find)extent'
        '|find_srid|gettransactionid|(un)?lockrows?|(add|check)auth|(en|dis)ablelongtransactions|longtransactionsenabled'
        '|(add|drop|populate_|update)geometry(columns?|_columns|table|srid)|postgis_extensions_upgrade|pg_stat_.*)';
    closed_views CONSTANT text := '(pg_stat.*|pg_locks|pg_prepared_xacts|pg_replication_slots|pg_replication_origin_status'
        '|pg_sequences|pg_wait_events|pg_aios)';
    closed_columns CONSTANT name[] := '{reltuples,relpages,relallvisible,relallfrozen,relfrozenxid,relminmxid,relfilenode'
        ',datfrozenxid,datminmxid}';
    used_by_us CONSTANT text := '(pg_(try_)?advisory_(xact_)?lock(_shared)?|set_config)';
    to_close CONSTANT regprocedure[] := ARRAY(
        SELECT p.oid
          FROM pg_proc p
          JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a ON a.grantee = 0
         WHERE CASE WHEN p.pronamespace = 'pg_catalog'::regnamespace
                    THEN p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
                         AND (p.proname ~ ('^' || closed || '$') OR p.oid = 'age(xid)'::regprocedure
                              OR p.provolatile = 'v' AND p.proname !~ ('^' || open_volatile || '$'))
                    ELSE p.proname ~ ('^' || closed_of_extensions || '$') END);
    function regprocedure;
    found record;
BEGIN
    FOREACH function IN ARRAY to_close LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function);
    END LOOP;
    FOR function IN
        SELECT p.oid
          FROM pg_proc p
         WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ ('^' || used_by_us || '$')
           AND NOT has_function_privilege('commons_ingest', p.oid, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO commons_owner, commons_ingest', function);
    END LOOP;

    FOR found IN
        SELECT DISTINCT c.oid::regclass AS relation
          FROM pg_class c
          JOIN aclexplode(c.relacl) a ON a.grantee = 0
         WHERE c.relkind = 'v' AND c.relname ~ ('^' || closed_views || '$')
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', found.relation);
    END LOOP;
    REVOKE UPDATE ON pg_catalog.pg_settings FROM PUBLIC;
    FOR found IN
        SELECT c.oid::regclass AS relation, string_agg(quote_ident(t.attname), ', ') AS open_columns
          FROM pg_class c
          JOIN pg_attribute t ON t.attrelid = c.oid AND t.attnum > 0 AND t.attname <> ALL (closed_columns)
         WHERE c.oid IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_database'::regclass)
           AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = 0)
         GROUP BY c.oid
    LOOP
        EXECUTE format('REVOKE SELECT ON %s FROM PUBLIC', found.relation);
        EXECUTE format('GRANT SELECT (%s) ON %s TO PUBLIC', found.open_columns, found.relation);
    END LOOP;

    -- A DO block is a program; only the owner of the schemas writes some.
    REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;
    GRANT USAGE ON LANGUAGE plpgsql, sql TO commons_owner;

    -- Whoever may not revoke is told so by a warning only.
    IF EXISTS (SELECT FROM unnest(to_close) AS f WHERE has_function_privilege('commons_public', f, 'EXECUTE'))
       OR has_column_privilege('commons_public', 'pg_catalog.pg_class', 'reltuples', 'SELECT') THEN
        RAISE EXCEPTION 'what PostgreSQL tells everyone could not be taken back' USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;
