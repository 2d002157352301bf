-- What linking must look at anew, and what it must forget. Ingest deletes nothing itself: it asks here.

-- Returns the records that changed since they were last compared, and takes them off the list: what was queued, what the clock
-- has changed, and with `everything` all there are. Those that are compared as they were are asked for by nobody.
CREATE OR REPLACE FUNCTION commons.take_changed(everything boolean)
RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Arrays and a moment that stands still: what is asked for is then found by indexes, however much is stored.
    present CONSTANT timestamptz := clock_timestamp();
    since CONSTANT timestamptz := (SELECT max(l.linked_at) FROM commons.linked_record l);
    queued bigint[];
    of_datasets bigint[];
BEGIN
    WITH taken AS (DELETE FROM commons.link_queue RETURNING record_ids, dataset_ids)
    SELECT ARRAY(SELECT DISTINCT unnest(taken.record_ids) FROM taken), ARRAY(SELECT DISTINCT unnest(taken.dataset_ids) FROM taken)
      INTO queued, of_datasets;
    of_datasets := of_datasets || ARRAY(
        SELECT a.dataset_id FROM commons.agreement a WHERE a.valid_from > since
         UNION
        SELECT c.dataset_id FROM commons.consent c WHERE c.record_id IS NULL AND c.valid_from > since);
    RETURN QUERY
    SELECT r.record_id FROM commons.source_record r WHERE everything
     UNION
    SELECT r.record_id FROM commons.source_record r WHERE r.record_id = ANY (queued)
     UNION
    SELECT r.record_id FROM commons.source_record r WHERE r.dataset_id = ANY (of_datasets)
     UNION
    SELECT l.record_id FROM commons.linked_record l WHERE l.expires_at <= present
     UNION
    SELECT c.record_id FROM commons.consent c
     WHERE c.record_id IS NOT NULL AND c.valid_from > since AND c.valid_from <= present;
END
$$;

-- Forgets by what these records were found.
CREATE OR REPLACE FUNCTION commons.forget_keys(of_records bigint[])
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    DELETE FROM commons.record_key k WHERE k.record_id = ANY (of_records);
    DELETE FROM commons.linked_place p WHERE p.record_id = ANY (of_records);
    DELETE FROM commons.linked_record l WHERE l.record_id = ANY (of_records);
END;

-- Forgets what a model found of records that may no longer be compared. Those compared in this very transaction were asked
-- for their consent in it.
CREATE OR REPLACE FUNCTION commons.forget_unmatched(of_records bigint[], of_datasets bigint[])
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked CONSTANT bigint[] := ARRAY(
        SELECT l.record_id FROM commons.linked_record l WHERE l.record_id = ANY (of_records) AND l.linked_at < now()
         UNION
        SELECT l.record_id
          FROM commons.source_record r
          JOIN commons.linked_record l USING (record_id)
         WHERE r.dataset_id = ANY (of_datasets) AND l.linked_at < now());
    doomed bigint[];
BEGIN
    IF cardinality(asked) = 0 THEN
        RETURN;
    END IF;
    doomed := ARRAY(SELECT unnest(asked)
                    EXCEPT
                    SELECT p.record_id
                      FROM commons.permitted('partners', 0, 'matching', asked, clock_timestamp()) p
                     WHERE p.rights & commons.cells('{identity}', '{matching}') <> 0);
    UPDATE commons.match_decision d
       SET retired_at = clock_timestamp()
     WHERE NOT d.is_human AND d.retired_at IS NULL
       AND d.decision_id IN (SELECT decision_id FROM commons.match_decision WHERE left_record_id = ANY (doomed)
                              UNION
                             SELECT decision_id FROM commons.match_decision WHERE right_record_id = ANY (doomed));
    PERFORM commons.forget_keys(doomed);
END
$$;

GRANT EXECUTE ON FUNCTION commons.take_changed(boolean), commons.forget_keys(bigint[]),
    commons.parts(bigint[], bigint[]), commons.apart(bigint[], bigint[]) TO commons_ingest;
