-- Freezing a snapshot of statistics: what is hidden is put in batches, once and for good.
-- docs/decisions/0008-statistics-in-batches.md says why, and what must hold. Indexes used: pk_statistic_member.

-- Puts what waits in the temporary table counting into new batches, from the finest districts up, and returns the last
-- batch's id. Every batch holds at least k that no batch held before, and its size is a multiple of k: that is what lets no
-- sum or difference of published numbers, of any snapshots, tell of fewer than k.
CREATE OR REPLACE FUNCTION commons.form_batches(k integer, last_id bigint)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    district_level reference.district_level;
    of_one_pool boolean;
    of_one_category boolean;
BEGIN
    FOREACH district_level IN ARRAY '{sector,neighbourhood,commune,region}'::reference.district_level[] LOOP
    -- Across partners: only what nobody sees. No partner has k left there, of twice k: each still has k others in it.
    FOREACH of_one_pool IN ARRAY '{true,false}'::boolean[] LOOP
    FOREACH of_one_category IN ARRAY '{true,false}'::boolean[] LOOP
        WITH waiting AS (
            SELECT c.record_id, c.fresh, c.dataset_id, c.expires_at,
                   CASE WHEN of_one_pool THEN k ELSE 2 * k END AS least_size,
                   CASE WHEN of_one_pool THEN c.pool ELSE '' END AS pool,
                   CASE district_level WHEN 'sector' THEN c.sector WHEN 'neighbourhood' THEN c.neighbourhood
                                       WHEN 'commune' THEN c.commune ELSE '' END AS district,
                   CASE WHEN of_one_category THEN c.category ELSE '' END AS category
              FROM counting c
             WHERE c.counts AND c.batch_id IS NULL AND (of_one_pool OR (c.unseen AND c.fresh))
        ),
        -- Those of one dataset, and those that expire together, stand together: they will leave together.
        ordered AS (
            SELECT w.*, (count(*) FILTER (WHERE w.fresh) OVER cell) / w.least_size AS batches, count(*) OVER cell AS waits,
                   row_number() OVER (PARTITION BY w.pool, w.district, w.category, w.fresh
                                          ORDER BY w.dataset_id, w.expires_at, w.record_id) - 1 AS nth
              FROM waiting w
             WHERE w.district IS NOT NULL AND w.category IS NOT NULL
            WINDOW cell AS (PARTITION BY w.pool, w.district, w.category)
        ),
        -- Each batch is founded on fresh ones; what was in a batch before, and the rest, may join by k.
        founded AS (
            SELECT o.*, o.fresh AND o.nth < o.batches * o.least_size AS founds,
                   row_number() OVER (PARTITION BY o.pool, o.district, o.category,
                                                   o.fresh AND o.nth < o.batches * o.least_size
                                          ORDER BY o.fresh, o.nth) - 1 AS place,
                   least(o.batches, (o.waits - o.batches * o.least_size) / o.least_size) AS joined
              FROM ordered o
             WHERE o.batches > 0
        ),
        formed AS (
            SELECT f.record_id, f.pool,
                   dense_rank() OVER (ORDER BY f.pool, f.district, f.category, f.place / f.least_size) AS number
              FROM founded f
             WHERE f.founds OR f.place < f.joined * f.least_size
        )
        UPDATE counting c SET batch_id = last_id + formed.number, formed_in = formed.pool
          FROM formed
         WHERE c.record_id = formed.record_id;
        SELECT coalesce(max(c.batch_id) FILTER (WHERE c.formed_in IS NOT NULL), last_id) INTO last_id
          FROM counting c;
    END LOOP;
    END LOOP;
    END LOOP;
    RETURN last_id;
END
$$;

-- Freezes a snapshot of what researchers may count now. Returns it, how many of what is hidden are counted at which finest
-- level, and (level null) how many wait: that is for the operator alone. After a restore nobody knows what was in batches since
-- the backup: nothing that is there now is taken for fresh.
CREATE OR REPLACE FUNCTION commons.freeze_statistics(after_restore boolean)
RETURNS TABLE (snapshot_id bigint, frozen_on date, sha256 bytea, shown bigint, level reference.district_level, hidden bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    k CONSTANT integer := 5;
    as_of timestamptz;
    before bigint;
    this bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'statistics are frozen at READ COMMITTED only' USING ERRCODE = 'active_sql_transaction';
    END IF;
    -- What waits for the commit is released now; what follows in the transaction waits for it again.
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    PERFORM pg_advisory_xact_lock(hashtext('commons release'));
    as_of := clock_timestamp();
    SELECT max(s.snapshot_id) INTO before FROM commons.statistic_snapshot s;
    this := coalesce(before, 0) + 1;
    INSERT INTO commons.statistic_snapshot (snapshot_id, frozen_at, frozen_on, k, sha256)
    VALUES (this, as_of, as_of::date, k, '');

    -- What the clock has ended; and what a trigger missed, were one ever to fail.
    PERFORM commons.redact_snapshots(ARRAY(
        SELECT m.alternative_id
          FROM commons.statistic_member s JOIN commons.membership m USING (record_id)
         UNION
        SELECT m.alternative_id
          FROM commons.statistic_shown s JOIN commons.membership m USING (record_id)));
    PERFORM commons.plan_for_many(true);
    CREATE TEMPORARY TABLE counting ON COMMIT DROP AS
    SELECT h.*, r.dataset_id, NULL::bigint AS batch_id, NULL::text AS formed_in
      FROM commons.hidden(as_of) h
      JOIN commons.source_record r USING (record_id);
    IF after_restore THEN
        INSERT INTO commons.statistic_batch (batch_id, snapshot_id, pool, size)
        SELECT coalesce(max(b.batch_id), 0) + 1, this, 'restored', 0 FROM commons.statistic_batch b;
        INSERT INTO commons.statistic_member (record_id, batch_id, counts)
        SELECT c.record_id, (SELECT max(b.batch_id) FROM commons.statistic_batch b), false FROM counting c WHERE c.fresh;
        UPDATE counting SET fresh = false;
    END IF;
    ANALYZE counting;
    -- Where all the members of a batch are there again, known to the same, it is the same batch; of others, they wait.
    UPDATE counting SET batch_id = last_batch_id
     WHERE counts AND last_batch_id IN (
           SELECT b.batch_id
             FROM commons.statistic_batch b
             JOIN commons.statistic_member m ON m.batch_id = b.batch_id AND m.counts
             JOIN counting c ON c.record_id = m.record_id AND c.counts AND c.last_batch_id = b.batch_id
                            AND (c.pool = b.pool OR (b.pool = '' AND c.unseen))
            GROUP BY b.batch_id
           HAVING count(*) = b.size);
    PERFORM commons.form_batches(k, (SELECT coalesce(max(b.batch_id), 0) FROM commons.statistic_batch b));
    INSERT INTO commons.statistic_batch (batch_id, snapshot_id, pool, size)
    SELECT c.batch_id, this, min(c.formed_in), count(*)
      FROM counting c WHERE c.formed_in IS NOT NULL GROUP BY c.batch_id;
    INSERT INTO commons.statistic_member (record_id, batch_id, counts)
    SELECT each.record_id, c.batch_id, each.counts
      FROM counting c JOIN counting each USING (thing) WHERE c.formed_in IS NOT NULL;

    -- A batch is told by what all its members share; it is told anew where that has changed.
    CREATE TEMPORARY TABLE telling ON COMMIT DROP AS
    SELECT c.batch_id, count(*) AS size, min(c.expires_at) AS expires_at,
           CASE WHEN count(c.category) = count(*) AND min(c.category) = max(c.category) THEN min(c.category) END AS category,
           CASE WHEN count(c.sector) = count(*) AND min(c.sector) = max(c.sector) THEN min(c.sector) END AS sector,
           CASE WHEN count(c.neighbourhood) = count(*) AND min(c.neighbourhood) = max(c.neighbourhood)
                THEN min(c.neighbourhood) END AS neighbourhood,
           CASE WHEN count(c.commune) = count(*) AND min(c.commune) = max(c.commune) THEN min(c.commune) END AS commune
      FROM counting c WHERE c.batch_id IS NOT NULL GROUP BY c.batch_id;
    UPDATE commons.statistic_count c SET last_snapshot_id = before
     WHERE c.last_snapshot_id IS NULL
       AND NOT EXISTS (SELECT FROM telling t
                        WHERE t.batch_id = c.batch_id
                          AND (t.category, t.sector, t.neighbourhood, t.commune)
                              IS NOT DISTINCT FROM (c.category, c.sector, c.neighbourhood, c.commune));
    INSERT INTO commons.statistic_count (
        batch_id, first_snapshot_id, size, category, sector, neighbourhood, commune, expires_at)
    SELECT t.batch_id, this, t.size, t.category, t.sector, t.neighbourhood, t.commune, t.expires_at
      FROM telling t
     WHERE NOT EXISTS (SELECT FROM commons.statistic_count c WHERE c.batch_id = t.batch_id AND c.last_snapshot_id IS NULL);

    CREATE TEMPORARY TABLE standing ON COMMIT DROP AS
    SELECT c.record_id, r.category, r.precision, r.sector, r.neighbourhood, r.commune, r.expires_at
      FROM commons.released_alternative r
      JOIN commons.contribution c USING (audience, partner_id, alternative_id, anchor_id)
     WHERE r.audience = 'researchers' AND r.counted AND r.expires_at > as_of AND c.rank = 1
       AND coalesce(r.founded_on <= as_of::date, true) AND coalesce(r.ended_on > as_of::date, true);
    UPDATE commons.statistic_shown c SET last_snapshot_id = before
     WHERE c.last_snapshot_id IS NULL
       AND NOT EXISTS (SELECT FROM standing s
                        WHERE s.record_id = c.record_id
                          AND (s.category, s.precision, s.sector, s.neighbourhood, s.commune)
                              IS NOT DISTINCT FROM (c.category, c.precision, c.sector, c.neighbourhood, c.commune));
    INSERT INTO commons.statistic_shown (
        record_id, first_snapshot_id, category, precision, sector, neighbourhood, commune, expires_at)
    SELECT s.record_id, this, s.category, s.precision, s.sector, s.neighbourhood, s.commune, s.expires_at
      FROM standing s
     WHERE NOT EXISTS (SELECT FROM commons.statistic_shown c WHERE c.record_id = s.record_id AND c.last_snapshot_id IS NULL);

    PERFORM commons.plan_for_many(false);
    UPDATE commons.statistic_snapshot SET sha256 = commons.statistic_digest(this) WHERE snapshot_id = this;
    RETURN QUERY
    SELECT s.snapshot_id, s.frozen_on, s.sha256, (SELECT count(*) FROM standing), told.level, told.hidden
      FROM commons.statistic_snapshot s,
           (SELECT CASE WHEN t.sector IS NOT NULL THEN 'sector' WHEN t.neighbourhood IS NOT NULL THEN 'neighbourhood'
                        WHEN t.commune IS NOT NULL THEN 'commune' ELSE 'region' END::reference.district_level AS level,
                   sum(t.size)::bigint AS hidden
              FROM telling t GROUP BY 1
             UNION ALL
            SELECT NULL, count(*) FROM counting WHERE counts AND batch_id IS NULL) told
     WHERE s.snapshot_id = this
     ORDER BY told.level;
END
$$;

GRANT EXECUTE ON FUNCTION commons.freeze_statistics(boolean) TO commons_ingest;
