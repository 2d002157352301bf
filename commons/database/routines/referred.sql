-- What records, versions and notices refer to exists, asked once for all the rows of a statement. A foreign key asks for each row, and
-- marks the row that it finds: half the time in which a list is stored (docs/decisions/0012-lists-in-bulk.md).

CREATE OR REPLACE FUNCTION commons.check_record_referred() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT dataset_id FROM changed EXCEPT SELECT dataset_id FROM commons.dataset) THEN
        RAISE EXCEPTION 'a record refers to a dataset that does not exist' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION commons.check_version_referred() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_missing boolean;
BEGIN
    WITH told AS MATERIALIZED (
        SELECT DISTINCT upload_id, category, sector_id, neighbourhood_id, commune_id FROM changed
    ), place AS (
        SELECT sector_id AS id FROM told UNION SELECT neighbourhood_id FROM told UNION SELECT commune_id FROM told
    )
    SELECT EXISTS (SELECT upload_id FROM told EXCEPT SELECT upload_id FROM commons.upload)
        OR EXISTS (SELECT category FROM told EXCEPT SELECT code FROM reference.category)
        OR EXISTS (SELECT id FROM place WHERE id IS NOT NULL EXCEPT SELECT district_id FROM reference.district)
        -- A subselect looks each record up in its index; a join may read them all.
        OR EXISTS (SELECT FROM changed c
                    WHERE (SELECT true FROM commons.source_record r WHERE r.record_id = c.record_id) IS NULL)
      INTO is_missing;
    IF is_missing THEN
        RAISE EXCEPTION 'a version refers to a record, an upload, a category or a district that does not exist'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION commons.check_notice_referred() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT upload_id FROM changed EXCEPT SELECT upload_id FROM commons.upload) THEN
        RAISE EXCEPTION 'a notice refers to an upload that does not exist' USING ERRCODE = 'foreign_key_violation';
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
        FOR target IN SELECT unnest('{record,version,notice}'::text[]) LOOP
            EXECUTE format('CREATE OR REPLACE TRIGGER referred_on_%s AFTER %s ON commons.%I
                            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION commons.%I()',
                           lower(happening), happening,
                           CASE target WHEN 'record' THEN 'source_record' WHEN 'version' THEN 'record_version' ELSE target END,
                           format('check_%s_referred', target));
        END LOOP;
    END LOOP;
    ALTER TABLE commons.source_record ENABLE ALWAYS TRIGGER referred_on_insert, ENABLE ALWAYS TRIGGER referred_on_update;
    ALTER TABLE commons.record_version ENABLE ALWAYS TRIGGER referred_on_insert, ENABLE ALWAYS TRIGGER referred_on_update;
    ALTER TABLE commons.notice ENABLE ALWAYS TRIGGER referred_on_insert, ENABLE ALWAYS TRIGGER referred_on_update;
    -- What is referred to stays: a record is gone, an upload undone, a district or a category a past one.
    FOREACH target IN ARRAY
        '{commons.dataset,commons.source_record,commons.upload,reference.category,reference.district}'::text[]
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER refuse_delete BEFORE DELETE OR TRUNCATE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION commons.refuse()', target);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_delete', target);
    END LOOP;
END
$$;
