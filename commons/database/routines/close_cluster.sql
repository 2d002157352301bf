-- The databases that every cluster has, closed to everybody but those who are let in by name: from there a login could read of
-- the whole cluster what hardening.sql closes in ours. Only where the cluster is the commons' own (shared_with.sql).
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT d.datname
          FROM pg_database d
          JOIN aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a ON a.grantee = 0
         WHERE d.datname IN ('postgres', 'template1') AND a.privilege_type = 'CONNECT'
    LOOP
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', found.datname);
    END LOOP;
END
$$;
