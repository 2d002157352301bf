-- Keeping the release: refreshing it, sweeping what the clock has changed, checking it.

-- Makes commons.contribution say which records supply what, now. An id whose record no longer does goes on with those beside
-- which it stood, where they have none of their own.
CREATE OR REPLACE FUNCTION commons.refresh_contributions(ids bigint[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
-- Not now(), which is when this transaction began: a withdrawal committed since would seem to lie in the future.
WITH fresh AS MATERIALIZED (
    SELECT * FROM commons.contributors(ids, clock_timestamp())
),
gone AS MATERIALIZED (
    SELECT c.*
      FROM commons.contribution c
     WHERE c.alternative_id = ANY (ids)
       AND NOT EXISTS (SELECT FROM fresh f WHERE f.record_id = c.record_id AND f.audience = c.audience
                                             AND f.partner_id = c.partner_id)
),
heir AS (
    SELECT DISTINCT ON (i.audience, f.anchor_id) i.audience, i.record_id AS holder, f.anchor_id
      FROM gone
      JOIN commons.released_identity i ON i.record_id = gone.record_id AND i.audience = gone.audience
       AND i.record_id = ANY (ARRAY(SELECT record_id FROM gone))
      JOIN commons.contribution beside
        ON beside.alternative_id = gone.alternative_id AND beside.anchor_id = gone.anchor_id AND beside.audience = gone.audience
       AND beside.partner_id = 0 AND beside.alternative_id = ANY (ids)
      JOIN fresh f ON f.record_id = beside.record_id AND f.audience = beside.audience AND f.partner_id = 0
     WHERE gone.partner_id = 0
       AND NOT EXISTS (SELECT FROM fresh part
                         JOIN commons.released_identity own ON own.record_id = part.record_id AND own.audience = part.audience
                          AND own.record_id = ANY (ARRAY(SELECT record_id FROM fresh))
                        WHERE part.anchor_id = f.anchor_id AND part.audience = f.audience AND part.partner_id = 0)
     ORDER BY i.audience, f.anchor_id, i.record_id
),
inherited AS (
    UPDATE commons.released_identity i
       SET record_id = heir.anchor_id
      FROM (SELECT DISTINCT ON (audience, holder) * FROM heir ORDER BY audience, holder, anchor_id) heir
     WHERE i.audience = heir.audience AND i.record_id = heir.holder AND i.record_id = ANY (ARRAY(SELECT record_id FROM gone))
),
removed AS (
    DELETE FROM commons.contribution c USING gone
     WHERE c.record_id = gone.record_id AND c.audience = gone.audience AND c.partner_id = gone.partner_id
       AND c.alternative_id = ANY (ids)
)
INSERT INTO commons.contribution AS c SELECT * FROM fresh
ON CONFLICT (record_id, audience, partner_id) DO UPDATE
   SET (alternative_id, anchor_id, version_id, rights, precision, licence, expires_at, rank)
       = (excluded.alternative_id, excluded.anchor_id, excluded.version_id, excluded.rights, excluded.precision,
          excluded.licence, excluded.expires_at, excluded.rank)
 WHERE c IS DISTINCT FROM excluded;

INSERT INTO commons.released_identity (audience, record_id)
SELECT DISTINCT commons.identity_audience(c.audience), c.anchor_id
  FROM commons.contribution c
 WHERE c.alternative_id = ANY (ids)
   AND NOT EXISTS (SELECT FROM commons.contribution part
                     JOIN commons.released_identity i
                       ON i.record_id = part.record_id AND i.audience = commons.identity_audience(part.audience)
                      AND i.record_id = ANY (ARRAY(SELECT record_id FROM commons.contribution WHERE alternative_id = ANY (ids)))
                    WHERE part.alternative_id = ANY (ids) AND part.anchor_id = c.anchor_id
                      AND part.audience = c.audience AND part.partner_id = c.partner_id)
ON CONFLICT DO NOTHING;
END
$$;

-- What vanishes leaves its id and the day, so that those who hold a copy can remove it. Called while the old rows stand.
CREATE OR REPLACE FUNCTION commons.leave_tombstones(ids bigint[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
WITH known AS (
    SELECT r.audience, r.partner_id, r.public_id FROM commons.released_alternative r WHERE r.alternative_id = ANY (ids)
     UNION
    SELECT r.audience, r.partner_id, r.public_id FROM commons.released_redirect r WHERE r.alternative_id = ANY (ids)
),
present AS MATERIALIZED (
    SELECT c.audience, c.partner_id, i.public_id
      FROM commons.contribution c
      JOIN commons.released_identity i ON i.record_id = c.record_id AND i.audience = commons.identity_audience(c.audience)
     WHERE c.alternative_id = ANY (ids)
       AND i.record_id = ANY (ARRAY(SELECT record_id FROM commons.contribution WHERE alternative_id = ANY (ids)))
),
back AS (
    DELETE FROM commons.tombstone t USING present
     WHERE t.audience = present.audience AND t.partner_id = present.partner_id AND t.public_id = present.public_id
)
INSERT INTO commons.tombstone (audience, partner_id, public_id)
SELECT * FROM known EXCEPT SELECT * FROM present
ON CONFLICT DO NOTHING;
END
$$;

-- Stores the released rows of these alternatives as they ought to be. A row that stays the same is not touched, and new ones come
-- in the order of their random ids: neither where a row lies nor when it was written tells of a change that its reader may not see.
--
-- A reader's version is renewed where what it sees becomes another: not by a row that is written anew under other keys, nor by
-- an end that is moved while it lies ahead. An end that has passed counts: the readers' view of the version tells of the latest.
CREATE OR REPLACE FUNCTION commons.store_released(kind text, ids bigint[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- As text: geometry equality is of bounding boxes only. Counting what was removed has it removed before anything is added.
    EXECUTE format(
        'WITH wanted AS MATERIALIZED (
             SELECT w AS whole, w::text AS content, w.public_id FROM commons.compute_released_%1$ss($1) w
         ),
         present AS MATERIALIZED (
             SELECT r.ctid, r.tableoid, r::text AS content FROM commons.released_%1$s r WHERE r.alternative_id = ANY ($1)
         ),
         removed AS (
             DELETE FROM commons.released_%1$s r USING present
              WHERE r.alternative_id = ANY ($1) AND r.ctid = present.ctid AND r.tableoid = present.tableoid
                AND present.content NOT IN (SELECT content FROM wanted)
             RETURNING r.*
         ),
         added AS (
             INSERT INTO commons.released_%1$s
             SELECT (wanted.whole).* FROM wanted
              WHERE wanted.content NOT IN (SELECT content FROM present) AND (SELECT count(*) FROM removed) >= 0
              ORDER BY wanted.public_id
             RETURNING *
         ),
         written AS (
             SELECT removed AS whole, audience, partner_id, public_id, 1 AS number FROM removed
              UNION ALL
             SELECT added, audience, partner_id, public_id, -1 FROM added
         ),
         rewritten AS (
             SELECT w.audience, w.partner_id, w.number,
                    CASE WHEN w.public_id IN (SELECT public_id FROM removed) THEN jsonb_populate_record(
                        w.whole, $2 || jsonb_build_object(''expires_at'', %2$s))::text END AS seen
               FROM written w
         )
         UPDATE commons.released_version v
            SET token = gen_random_uuid()
           FROM (SELECT DISTINCT audience, partner_id
                   FROM (SELECT audience, partner_id FROM rewritten
                          GROUP BY audience, partner_id, seen HAVING sum(number) <> 0) changed) changed
          WHERE v.audience = changed.audience AND v.partner_id = changed.partner_id',
        kind,
        CASE kind WHEN 'redirect' THEN 'NULL::timestamptz'
                  ELSE 'CASE WHEN (w.whole).expires_at <= clock_timestamp() THEN (w.whole).expires_at END' END)
      USING ids, '{"alternative_id": 0, "anchor_id": 0, "mutualisation_id": 0}'::jsonb;
END
$$;

-- Has the planner hash what it joins until the transaction ends, or choose freely. Of a parameter's array or a function's rows
-- it expects a handful: for many it would loop over all of them within all of them.
CREATE OR REPLACE FUNCTION commons.plan_for_many(many boolean)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
SELECT set_config('enable_nestloop', CASE WHEN many THEN 'off' ELSE 'on' END, true),
       set_config('enable_mergejoin', CASE WHEN many THEN 'off' ELSE 'on' END, true),
       set_config('plan_cache_mode', CASE WHEN many THEN 'force_custom_plan' ELSE 'auto' END, true);
$$;

-- Makes the released tables say what consent allows now, for these alternatives and every reader. Refreshes wait for each
-- other: the lock is taken here too, for those who call it without the queue.
CREATE OR REPLACE FUNCTION commons.refresh_release(ids bigint[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    many CONSTANT int := 100;
BEGIN
    PERFORM commons.plan_for_many(cardinality(ids) > many);
    PERFORM pg_advisory_xact_lock(hashtext('commons release'));
    PERFORM commons.refresh_contributions(ids);
    PERFORM commons.leave_tombstones(ids);
    PERFORM commons.store_released('alternative', ids);
    PERFORM commons.store_released('participation', ids);
    PERFORM commons.store_released('redirect', ids);
    PERFORM commons.plan_for_many(false);
END
$$;

-- Refreshes what the clock alone has changed (a consent begun or run out), and returns how many alternatives that were.
CREATE OR REPLACE FUNCTION commons.sweep_release()
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    ids bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('commons release'));
    ids := ARRAY(SELECT DISTINCT drift.alternative_id FROM commons.release_drift() drift);
    PERFORM commons.refresh_release(ids);
    RETURN cardinality(ids);
END
$$;

-- Returns the alternatives whose released rows differ from what consent allows now: none, unless something is broken or a
-- consent has begun or ended by the clock since the last refresh.
CREATE OR REPLACE FUNCTION commons.release_drift()
RETURNS TABLE (audience reference.audience, alternative_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_nestloop = off
SET enable_mergejoin = off
SET plan_cache_mode = force_custom_plan
AS $$
WITH every AS MATERIALIZED (
    SELECT coalesce(array_agg(a.alternative_id), '{}') AS ids FROM commons.alternative a
),
-- As text rows: geometry equality is of bounding boxes only.
wanted AS (
    SELECT w.audience, w.alternative_id, w::text AS content FROM every, commons.contributors(every.ids, clock_timestamp()) w
     UNION ALL
    SELECT w.audience, w.alternative_id, w::text FROM every, commons.compute_released_alternatives(every.ids) w
     UNION ALL
    SELECT w.audience, w.alternative_id, w::text FROM every, commons.compute_released_participations(every.ids) w
     UNION ALL
    SELECT w.audience, w.alternative_id, w::text FROM every, commons.compute_released_redirects(every.ids) w
),
present AS (
    SELECT r.audience, r.alternative_id, r::text AS content FROM commons.contribution r
     UNION ALL
    SELECT r.audience, r.alternative_id, r::text FROM commons.released_alternative r
     UNION ALL
    SELECT r.audience, r.alternative_id, r::text FROM commons.released_participation r
     UNION ALL
    SELECT r.audience, r.alternative_id, r::text FROM commons.released_redirect r
)
SELECT DISTINCT difference.audience, difference.alternative_id
  FROM ((SELECT * FROM wanted EXCEPT SELECT * FROM present)
         UNION ALL
        (SELECT * FROM present EXCEPT SELECT * FROM wanted)) difference
$$;
