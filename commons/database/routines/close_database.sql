-- Nobody but its owner may connect to this database. The tables' owner, as whom nobody logs in, may work in it.
DO $$
DECLARE
    grantee record;
BEGIN
    FOR grantee IN
        SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS name
          FROM pg_database d
         CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
         WHERE d.datname = current_database() AND a.grantee <> d.datdba
    LOOP
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM %s', current_database(), grantee.name);
    END LOOP;
    EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO commons_owner', current_database());
END
$$;
