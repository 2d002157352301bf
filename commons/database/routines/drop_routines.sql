-- Takes away every function, trigger and view that the other files here make, so that a migration may change what they stand
-- on; all but commons.cells, on which generated columns stand. The same transaction applies them anew.
DO $$
DECLARE
    -- All the names before the first is dropped: some take others with them.
    commands CONSTANT text[] := ARRAY(
        SELECT format('DROP VIEW IF EXISTS %I.%I CASCADE', schemaname, viewname)
          FROM pg_views WHERE schemaname = 'commons' OR schemaname LIKE 'released\_%'
         UNION ALL
        SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', p.oid::regprocedure)
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = 'commons' AND p.proname <> 'cells' OR n.nspname LIKE 'released\_%');
    command text;
BEGIN
    FOREACH command IN ARRAY commands LOOP
        EXECUTE command;
    END LOOP;
END
$$;
