-- The release follows every change in the changing transaction: statement-level triggers queue what was touched, one deferred
-- trigger refreshes it at commit (or at SET CONSTRAINTS ALL IMMEDIATE, for a dry run).
--
-- The queue holds what was changed, not yet which alternatives that touches: another transaction may be moving records, or
-- adding them, at this moment. The drain expands it under a lock that the transaction keeps until it has committed, so that
-- each refresh sees all that was committed before it, and none can miss a withdrawal beside it.

CREATE OR REPLACE FUNCTION commons.queue_alternatives() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO commons.release_queue (alternative_ids)
    SELECT array_agg(DISTINCT c.alternative_id) FROM changed c HAVING count(*) > 0;
    RETURN NULL;
END
$$;

-- A record may be named several times: the drain takes each once, and sorts no list of them a second time.
CREATE OR REPLACE FUNCTION commons.queue_records() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    WITH queued AS (
        INSERT INTO commons.release_queue (record_ids)
        SELECT array_agg(c.record_id) FROM changed c HAVING count(*) > 0
        RETURNING record_ids
    )
    INSERT INTO commons.link_queue (record_ids)
    SELECT record_ids FROM queued
     WHERE TG_TABLE_NAME IN ('record_version', 'record_location') OR (TG_TABLE_NAME = 'source_record' AND TG_OP = 'UPDATE');
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION commons.queue_datasets() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    WITH queued AS (
        INSERT INTO commons.release_queue (dataset_ids, of_consent)
        SELECT array_agg(DISTINCT c.dataset_id), TG_TABLE_NAME = 'agreement' FROM changed c HAVING count(*) > 0
        RETURNING dataset_ids
    )
    INSERT INTO commons.link_queue (dataset_ids)
    SELECT dataset_ids FROM queued WHERE TG_TABLE_NAME = 'agreement' OR TG_OP = 'UPDATE';
    RETURN NULL;
END
$$;

-- A consent with no record speaks of the whole dataset.
CREATE OR REPLACE FUNCTION commons.queue_consents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    WITH queued AS (
        INSERT INTO commons.release_queue (record_ids, dataset_ids, of_consent)
        SELECT array_agg(DISTINCT c.record_id) FILTER (WHERE c.record_id IS NOT NULL),
               array_agg(DISTINCT c.dataset_id) FILTER (WHERE c.record_id IS NULL), true
          FROM changed c
        HAVING count(*) > 0
        RETURNING record_ids, dataset_ids
    )
    INSERT INTO commons.link_queue (record_ids, dataset_ids) SELECT record_ids, dataset_ids FROM queued;
    RETURN NULL;
END
$$;

-- Whether two records are the same bears on what a reader sees of each.
CREATE OR REPLACE FUNCTION commons.queue_decisions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO commons.release_queue (record_ids)
    SELECT array_agg(DISTINCT record_id)
      FROM (SELECT left_record_id AS record_id FROM changed UNION ALL SELECT right_record_id FROM changed) c
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION commons.drain_release_queue() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    alternatives bigint[];
    records bigint[];
    datasets bigint[];
    said_of_records bigint[];
    said_of_datasets bigint[];
    touched bigint[];
BEGIN
    -- A snapshot taken before the lock would not see what was committed while waiting for it.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'what bears on a release is changed at READ COMMITTED only'
            USING ERRCODE = 'active_sql_transaction';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('commons release'));
    -- The first of a transaction's rows takes them all; the others find nothing left.
    WITH taken AS (DELETE FROM commons.release_queue RETURNING alternative_ids, record_ids, dataset_ids, of_consent)
    SELECT (SELECT array_agg(DISTINCT id) FROM taken, unnest(taken.alternative_ids) AS id),
           (SELECT array_agg(DISTINCT id) FROM taken, unnest(taken.record_ids) AS id),
           (SELECT array_agg(DISTINCT id) FROM taken, unnest(taken.dataset_ids) AS id),
           (SELECT array_agg(DISTINCT id) FROM taken, unnest(taken.record_ids) AS id WHERE taken.of_consent),
           (SELECT array_agg(DISTINCT id) FROM taken, unnest(taken.dataset_ids) AS id WHERE taken.of_consent)
      INTO alternatives, records, datasets, said_of_records, said_of_datasets;
    PERFORM commons.forget_unmatched(said_of_records, said_of_datasets);
    touched := ARRAY(
        SELECT unnest(alternatives)
         UNION
        SELECT m.alternative_id FROM commons.membership m WHERE m.record_id = ANY (records) AND m.until_at IS NULL
         UNION
        SELECT m.alternative_id
          FROM commons.source_record r
          JOIN commons.membership m ON m.record_id = r.record_id AND m.until_at IS NULL
         WHERE r.dataset_id = ANY (datasets));
    IF cardinality(touched) > 0 THEN
        PERFORM commons.refresh_release(touched);
        PERFORM commons.redact_snapshots(touched);
    END IF;
    -- What others rest on may have been taken back: that is queued, and drained next.
    PERFORM commons.retire_locations(ARRAY(
        SELECT unnest(records)
         UNION
        SELECT m.record_id FROM commons.membership m WHERE m.alternative_id = ANY (touched) AND m.until_at IS NULL));
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION commons.refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% of %.% is refused: its rows are history', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

-- A consent may end, once; nothing else of it ever changes.
CREATE OR REPLACE FUNCTION commons.only_end() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- cells is generated from the others, and not yet computed in NEW.
    may_differ CONSTANT text[] := '{ended_at,ended_as,ended_by,end_approved_by,cells}';
BEGIN
    IF OLD.ended_at IS NOT NULL OR to_jsonb(OLD) - may_differ <> to_jsonb(NEW) - may_differ THEN
        RAISE EXCEPTION 'a row of % may only be ended, once', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

DO $$
DECLARE
    watched record;
    happening text;
    keeper text;
BEGIN
    FOR watched IN
        SELECT * FROM (VALUES
            ('membership', 'queue_alternatives'),
            ('source_record', 'queue_records'),
            ('record_version', 'queue_records'),
            ('record_location', 'queue_records'),
            ('participation', 'queue_records'),
            ('charter_assessment', 'queue_records'),
            ('dataset', 'queue_datasets'),
            ('agreement', 'queue_datasets'),
            ('consent', 'queue_consents'),
            ('match_decision', 'queue_decisions')) AS w (table_name, function_name)
    LOOP
        FOREACH happening IN ARRAY '{INSERT,UPDATE,DELETE}'::text[] LOOP
            -- Nobody sees anything of a new record before its version, its consent or its membership, which are queued.
            CONTINUE WHEN watched.table_name = 'source_record' AND happening = 'INSERT';
            EXECUTE format(
                'CREATE OR REPLACE TRIGGER release_on_%s AFTER %s ON commons.%I REFERENCING %s TABLE AS changed
                 FOR EACH STATEMENT EXECUTE FUNCTION commons.%I()',
                lower(happening), happening, watched.table_name,
                CASE happening WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END, watched.function_name);
            EXECUTE format('ALTER TABLE commons.%I ENABLE ALWAYS TRIGGER release_on_%s',
                           watched.table_name, lower(happening));
        END LOOP;
    END LOOP;

    -- Nothing that bears on a release can be emptied behind the triggers' back.
    FOR keeper IN SELECT tablename FROM pg_tables WHERE schemaname = 'commons' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON commons.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION commons.refuse()', keeper);
        EXECUTE format('ALTER TABLE commons.%I ENABLE ALWAYS TRIGGER refuse_truncate', keeper);
    END LOOP;
    FOREACH keeper IN ARRAY '{audit_event,agreement_term}'::text[] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON commons.%I
                        FOR EACH ROW EXECUTE FUNCTION commons.refuse()', keeper);
        EXECUTE format('ALTER TABLE commons.%I ENABLE ALWAYS TRIGGER refuse_change', keeper);
    END LOOP;
    FOREACH keeper IN ARRAY '{agreement,consent}'::text[] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER only_end BEFORE UPDATE ON commons.%I
                        FOR EACH ROW EXECUTE FUNCTION commons.only_end()', keeper);
        EXECUTE format('ALTER TABLE commons.%I ENABLE ALWAYS TRIGGER only_end', keeper);
    END LOOP;
END
$$;

DROP TRIGGER IF EXISTS drain ON commons.release_queue;
CREATE CONSTRAINT TRIGGER drain AFTER INSERT ON commons.release_queue
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commons.drain_release_queue();
ALTER TABLE commons.release_queue ENABLE ALWAYS TRIGGER drain;
