-- Who may connect to this database, and who may make temporary tables in it. A clone of a database does not inherit these.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO commons_ingest, commons_public, commons_partner, commons_researcher',
                   current_database());
    EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO commons_owner', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO commons_ingest', current_database());
END
$$;
