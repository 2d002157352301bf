-- Takes away every function, trigger and view that the other files here make, so that a migration may change what they stand
-- on; all but commons.cells, on which generated columns stand. The same transaction applies them anew.
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN
        SELECT format('VIEW %I.%I', schemaname, viewname) AS what
          FROM pg_views WHERE schemaname IN ('commons', 'released_public', 'released_partners', 'released_research')
         UNION ALL
        SELECT format('FUNCTION %s', p.oid::regprocedure)
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = 'commons' AND p.proname <> 'cells'
    LOOP
        EXECUTE format('DROP %s CASCADE', made.what);
    END LOOP;
END
$$;
