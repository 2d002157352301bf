-- What must be done by the clock, by whichever of several servers comes first: docs/operations.md. Callable by ingest.
-- Indexes used: ix_consent_valid_until, ix_proposal_received_at.

-- Releases anew what has begun or run out since the last time, once a day whatever is released otherwise than it ought to be, and
-- deletes what visitors proposed a year ago. Returns how many alternatives were released anew; null where another session is at it.
CREATE OR REPLACE FUNCTION commons.keep_up()
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    at_once CONSTANT timestamptz := clock_timestamp();
    since timestamptz;
    everything_at timestamptz;
    ids bigint[];
    swept integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('commons upkeep')) THEN
        RETURN NULL;
    END IF;
    SELECT max(u.done_at) FILTER (WHERE u.job = 'due'), max(u.done_at) FILTER (WHERE u.job = 'everything')
      INTO since, everything_at
      FROM commons.upkeep u;
    IF since IS NULL OR everything_at IS NULL OR everything_at < at_once - interval '1 day' THEN
        swept := commons.sweep_release();
        INSERT INTO commons.upkeep (job, done_at) VALUES ('everything', at_once)
        ON CONFLICT (job) DO UPDATE SET done_at = EXCLUDED.done_at;
    ELSE
        ids := ARRAY(
            WITH due AS MATERIALIZED (
                SELECT c.dataset_id, c.record_id
                  FROM commons.consent c
                 WHERE c.ended_at IS NULL AND c.valid_until > since AND c.valid_until <= at_once
                 UNION
                SELECT c.dataset_id, c.record_id
                  FROM commons.consent c
                 WHERE c.ended_at IS NULL AND c.valid_from > since AND c.valid_from <= at_once
                   AND c.valid_from > c.given_at + interval '1 minute'
                 UNION
                SELECT a.dataset_id, NULL
                  FROM commons.agreement a
                 WHERE (a.valid_from > since AND a.valid_from <= at_once) OR (a.valid_until > since AND a.valid_until <= at_once)
            ),
            record AS (
                SELECT due.record_id FROM due WHERE due.record_id IS NOT NULL
                 UNION
                SELECT r.record_id
                  FROM commons.source_record r
                 WHERE r.dataset_id IN (SELECT due.dataset_id FROM due WHERE due.record_id IS NULL)
            )
            SELECT c.alternative_id FROM commons.contribution c WHERE c.expires_at <= at_once
             UNION
            SELECT m.alternative_id FROM commons.membership m JOIN record USING (record_id) WHERE m.until_at IS NULL);
        swept := cardinality(ids);
        IF swept > 0 THEN
            PERFORM commons.refresh_release(ids);
        END IF;
    END IF;
    INSERT INTO commons.upkeep (job, done_at) VALUES ('due', at_once)
    ON CONFLICT (job) DO UPDATE SET done_at = EXCLUDED.done_at;
    PERFORM commons.forget_proposals();
    RETURN swept;
END
$$;

GRANT EXECUTE ON FUNCTION commons.keep_up() TO commons_ingest;
