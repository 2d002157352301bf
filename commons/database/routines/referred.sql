-- What a version refers to exists, asked once for all the versions of a statement. A foreign key asks for each row: three
-- microseconds each, five times a version, half the time in which a list is stored (docs/decisions/0012-lists-in-bulk.md).

CREATE OR REPLACE FUNCTION commons.check_referred() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT upload_id FROM changed EXCEPT SELECT upload_id FROM commons.upload)
       OR EXISTS (SELECT category FROM changed EXCEPT SELECT code FROM reference.category)
       OR EXISTS (SELECT place.id FROM (SELECT sector_id AS id FROM changed UNION SELECT neighbourhood_id FROM changed
                                         UNION SELECT commune_id FROM changed) place
                   WHERE place.id IS NOT NULL EXCEPT SELECT district_id FROM reference.district)
    THEN
        RAISE EXCEPTION 'a version refers to an upload, a category or a district that does not exist'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    happening text;
    target text;
BEGIN
    FOREACH happening IN ARRAY '{INSERT,UPDATE}'::text[] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER referred_on_%s AFTER %s ON commons.record_version
                        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION commons.check_referred()',
                       lower(happening), happening);
        EXECUTE format('ALTER TABLE commons.record_version ENABLE ALWAYS TRIGGER referred_on_%s', lower(happening));
    END LOOP;
    -- What versions refer to stays: districts and categories become past ones, uploads are undone.
    FOREACH target IN ARRAY '{commons.upload,reference.category,reference.district}'::text[] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER refuse_delete BEFORE DELETE OR TRUNCATE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION commons.refuse()', target);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_delete', target);
    END LOOP;
END
$$;
