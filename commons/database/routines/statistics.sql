-- Statistics of what is not shown: docs/decisions/0008-statistics-in-batches.md says why, and what must hold.
-- Hidden is what researchers are not shown; it is counted where a record grants them statistics of it. Indexes used:
-- ix_membership_alternative_id, pk_statistic_member, ix_statistic_member_batch_id, ix_consent_record.

-- Those of these records that researchers may count, with the category and the districts that may be told of them: null
-- where it may not be, or where no district of the level contains the whole of the place. Who is to be counted and withholds
-- the place is counted in the region.
CREATE OR REPLACE FUNCTION commons.countable(record_ids bigint[], as_of timestamptz)
RETURNS TABLE (
    record_id bigint, partner_id bigint, category text, sector text, neighbourhood text, commune text,
    "precision" reference.precision, active boolean, expires_at timestamptz
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH permission AS MATERIALIZED (
    SELECT p.*, p.rights & commons.cells('{identity}', '{statistics}') <> 0 AS identified
      FROM commons.permitted('researchers', 0, 'statistics', record_ids, as_of) p
     WHERE p.rights & commons.cells('{existence,location}', '{statistics}')
           = commons.cells('{existence,location}', '{statistics}')
)
SELECT p.record_id, d.partner_id,
       CASE WHEN p.identified THEN v.category END,
       CASE WHEN p.precision IN ('exact', 'sector') THEN sector.code END,
       CASE WHEN p.precision IN ('exact', 'neighbourhood') THEN neighbourhood.code ELSE around.neighbourhood END,
       CASE WHEN p.precision IN ('exact', 'commune') THEN commune.code ELSE around.commune END,
       p.precision,
       NOT p.identified OR (coalesce(v.founded_on <= as_of::date, true) AND coalesce(v.ended_on > as_of::date, true)),
       p.expires_at
  FROM permission p
  JOIN commons.record_version v ON v.version_id = p.version_id AND v.commune_id IS NOT NULL
  JOIN commons.dataset d ON d.dataset_id = p.dataset_id
  LEFT JOIN reference.district sector ON sector.district_id = v.sector_id
  LEFT JOIN reference.district neighbourhood ON neighbourhood.district_id = v.neighbourhood_id
  LEFT JOIN reference.district commune ON commune.district_id = v.commune_id
  LEFT JOIN (
       SELECT w.inner_id,
              max(o.code) FILTER (WHERE o.level = 'neighbourhood') AS neighbourhood,
              max(o.code) FILTER (WHERE o.level = 'commune') AS commune
         FROM reference.district_within w
         JOIN reference.district o ON o.district_id = w.outer_id
        GROUP BY w.inner_id
       ) around ON around.inner_id = CASE p.precision WHEN 'sector' THEN v.sector_id
                                                      WHEN 'neighbourhood' THEN v.neighbourhood_id END;
END
$$;

-- The records that researchers may count of what is hidden from them. Several may speak of one thing: one of them counts.
-- With each, who else knows of the thing (a pool), whether it was ever counted before (else it is fresh), and the batch in
-- which the record last stood.
CREATE OR REPLACE FUNCTION commons.hidden(as_of timestamptz)
RETURNS TABLE (
    thing bigint, record_id bigint, counts boolean, pool text, unseen boolean, fresh boolean, last_batch_id bigint,
    category text, sector text, neighbourhood text, commune text, expires_at timestamptz
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
WITH member AS MATERIALIZED (
    SELECT m.alternative_id, m.record_id, c.record_id IS NOT NULL AS shown
      FROM commons.membership m
      LEFT JOIN commons.contribution c ON c.record_id = m.record_id AND c.audience = 'researchers' AND c.expires_at > as_of
     WHERE m.until_at IS NULL
),
place AS MATERIALIZED (
    SELECT * FROM commons.countable(ARRAY(SELECT member.record_id FROM member WHERE NOT member.shown), as_of)
),
known AS MATERIALIZED (
    SELECT member.alternative_id, member.record_id, member.shown
      FROM member
     WHERE member.shown OR member.record_id IN (SELECT place.record_id FROM place)
),
-- What of the known records holds together: not by one that grants nothing.
pieced AS MATERIALIZED (
    SELECT k.alternative_id, k.record_id
      FROM (SELECT *, count(*) OVER (PARTITION BY known.alternative_id) AS records FROM known) k
     WHERE k.records > 1
),
part AS MATERIALIZED (
    SELECT parts.record_id, parts.part
      FROM (SELECT array_agg(alternative_id ORDER BY record_id) AS group_ids, array_agg(record_id ORDER BY record_id) AS record_ids
              FROM pieced) every
     CROSS JOIN LATERAL commons.parts(every.group_ids, every.record_ids) parts
),
thing AS MATERIALIZED (
    SELECT known.alternative_id, known.record_id,
           min(known.record_id) OVER one AS thing, bool_or(known.shown) OVER one AS shown
      FROM known
      LEFT JOIN part USING (record_id)
    WINDOW one AS (PARTITION BY known.alternative_id, part.part)
),
-- Who sees the alternative.
seen AS MATERIALIZED (
    SELECT c.alternative_id, string_agg(DISTINCT c.audience || ' ' || c.partner_id, ',') AS readers,
           bool_or(c.audience = 'partners') AS by_partners
      FROM commons.contribution c
     WHERE c.audience <> 'researchers'
     GROUP BY c.alternative_id
),
counted AS MATERIALIZED (
    SELECT m.record_id, max(m.batch_id) AS batch_id, bool_or(m.counts) AS counts
      FROM commons.statistic_member m
     GROUP BY m.record_id
),
-- What was counted once, by whichever of its records.
before AS MATERIALIZED (
    SELECT DISTINCT member.alternative_id FROM counted JOIN member USING (record_id)
)
SELECT thing.thing, thing.record_id,
       place.active AND row_number() OVER (PARTITION BY thing.thing
                                               ORDER BY place.active DESC, counted.counts DESC NULLS LAST, place.precision,
                                                        d.priority, d.slug, r.partner_key) = 1,
       CASE WHEN seen.by_partners THEN seen.readers ELSE concat_ws(',', 'of ' || place.partner_id, seen.readers) END,
       seen.readers IS NULL, before.alternative_id IS NULL, counted.batch_id,
       place.category, place.sector, place.neighbourhood, place.commune, place.expires_at
  FROM thing
  JOIN place USING (record_id)
  JOIN commons.source_record r USING (record_id)
  JOIN commons.dataset d USING (dataset_id)
  LEFT JOIN seen ON seen.alternative_id = thing.alternative_id
  LEFT JOIN before ON before.alternative_id = thing.alternative_id
  LEFT JOIN counted ON counted.record_id = thing.record_id
 WHERE NOT thing.shown
$$;

-- Takes from every snapshot what may no longer be told there of these alternatives: what was shown and no longer may be; and
-- of what was counted unseen the whole batch, so that who left is not told. Called when their release is up to date.
CREATE OR REPLACE FUNCTION commons.redact_snapshots(ids bigint[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    records CONSTANT bigint[] := ARRAY(SELECT DISTINCT m.record_id FROM commons.membership m WHERE m.alternative_id = ANY (ids));
    batches CONSTANT bigint[] := ARRAY(SELECT DISTINCT m.batch_id
                                         FROM commons.statistic_member m
                                         JOIN commons.statistic_count c ON c.batch_id = m.batch_id
                                        WHERE m.record_id = ANY (records) AND m.counts);
    newest CONSTANT bigint := (SELECT max(s.snapshot_id) FROM commons.statistic_snapshot s);
    many CONSTANT integer := 100;
BEGIN
    IF newest IS NULL THEN
        RETURN;
    END IF;
    PERFORM commons.plan_for_many(cardinality(ids) > many);
    -- For few, planning would take ten times as long as what is planned.
    IF cardinality(ids) <= many THEN
        PERFORM set_config('plan_cache_mode', 'force_generic_plan', true);
    END IF;
    WITH contributing AS MATERIALIZED (
        SELECT c.record_id, c.alternative_id, c.rights, c.precision, c.expires_at
          FROM commons.contribution c
         WHERE c.alternative_id = ANY (ids) AND c.audience = 'researchers'
    ),
    counting AS (
        SELECT alternative_id, max(expires_at) AS expires_at
          FROM contributing
         WHERE rights & commons.cells('{existence}', '{statistics}') <> 0
         GROUP BY alternative_id
    ),
    told AS MATERIALIZED (
        SELECT s.record_id, s.first_snapshot_id, least(g.expires_at, c.expires_at) AS expires_at,
               c.expires_at IS NOT NULL AND g.precision <= s.precision AS permitted
          FROM commons.statistic_shown s
          LEFT JOIN contributing g USING (record_id)
          LEFT JOIN counting c USING (alternative_id)
         WHERE s.record_id = ANY (records)
    ),
    renewed AS (
        UPDATE commons.statistic_shown s SET expires_at = told.expires_at
          FROM told
         WHERE s.record_id = told.record_id AND s.first_snapshot_id = told.first_snapshot_id
           AND told.permitted AND s.expires_at <> told.expires_at
    ),
    gone AS (
        DELETE FROM commons.statistic_shown s USING told
         WHERE s.record_id = told.record_id AND s.first_snapshot_id = told.first_snapshot_id
           AND told.permitted IS NOT TRUE
        RETURNING s.record_id, s.first_snapshot_id, s.last_snapshot_id
    )
    INSERT INTO commons.statistic_redacted (record_id, first_snapshot_id, last_snapshot_id)
    SELECT record_id, first_snapshot_id, coalesce(last_snapshot_id, newest) FROM gone;

    IF cardinality(batches) = 0 THEN
        PERFORM commons.plan_for_many(false);
        RETURN;
    END IF;
    WITH counted AS MATERIALIZED (
        SELECT m.batch_id, m.record_id FROM commons.statistic_member m WHERE m.batch_id = ANY (batches) AND m.counts
    ),
    place AS MATERIALIZED (
        SELECT * FROM commons.countable(ARRAY(SELECT record_id FROM counted), clock_timestamp())
    ),
    told AS MATERIALIZED (
        SELECT c.batch_id, c.first_snapshot_id, min(place.expires_at) AS expires_at,
               bool_and(place.record_id IS NOT NULL
                        AND (c.category IS NULL OR place.category IS NOT NULL)
                        AND (c.sector IS NULL OR place.sector IS NOT NULL)
                        AND (c.neighbourhood IS NULL OR place.neighbourhood IS NOT NULL)
                        AND (c.commune IS NULL OR place.commune IS NOT NULL)) AS permitted
          FROM commons.statistic_count c
          JOIN counted USING (batch_id)
          LEFT JOIN place USING (record_id)
         GROUP BY c.batch_id, c.first_snapshot_id
    ),
    renewed AS (
        UPDATE commons.statistic_count c SET expires_at = told.expires_at
          FROM told
         WHERE c.batch_id = told.batch_id AND c.first_snapshot_id = told.first_snapshot_id
           AND told.permitted AND c.expires_at <> told.expires_at
    ),
    gone AS (
        DELETE FROM commons.statistic_count c USING told
         WHERE c.batch_id = told.batch_id AND c.first_snapshot_id = told.first_snapshot_id AND NOT told.permitted
        RETURNING c.batch_id, c.first_snapshot_id, c.last_snapshot_id
    )
    INSERT INTO commons.statistic_redacted (record_id, first_snapshot_id, last_snapshot_id)
    SELECT counted.record_id, gone.first_snapshot_id, coalesce(gone.last_snapshot_id, newest)
      FROM gone JOIN counted USING (batch_id);
    PERFORM commons.plan_for_many(false);
END
$$;

-- The snapshots that were frozen with what one of these records said: shown to researchers, or counted unseen.
CREATE OR REPLACE FUNCTION commons.snapshots_counting(record_ids bigint[])
RETURNS SETOF bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
WITH period AS (
    SELECT c.first_snapshot_id, c.last_snapshot_id
      FROM commons.statistic_member m
      JOIN commons.statistic_count c USING (batch_id)
     WHERE m.record_id = ANY (record_ids) AND m.counts
     UNION ALL
    SELECT s.first_snapshot_id, s.last_snapshot_id FROM commons.statistic_shown s WHERE s.record_id = ANY (record_ids)
     UNION ALL
    SELECT r.first_snapshot_id, r.last_snapshot_id FROM commons.statistic_redacted r WHERE r.record_id = ANY (record_ids)
)
SELECT s.snapshot_id
  FROM commons.statistic_snapshot s
 WHERE EXISTS (SELECT FROM period
                WHERE s.snapshot_id BETWEEN period.first_snapshot_id AND coalesce(period.last_snapshot_id, s.snapshot_id))
 ORDER BY s.snapshot_id
$$;

-- What has been frozen and put in batches stays as it was.
DO $$
DECLARE
    keeper text;
BEGIN
    FOREACH keeper IN ARRAY '{statistic_batch,statistic_member,statistic_redacted}'::text[] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON commons.%I
                        FOR EACH ROW EXECUTE FUNCTION commons.refuse()', keeper);
        EXECUTE format('ALTER TABLE commons.%I ENABLE ALWAYS TRIGGER refuse_change', keeper);
    END LOOP;
END
$$;
CREATE OR REPLACE TRIGGER refuse_delete BEFORE DELETE ON commons.statistic_snapshot
    FOR EACH ROW EXECUTE FUNCTION commons.refuse();
CREATE OR REPLACE TRIGGER refuse_update BEFORE UPDATE ON commons.statistic_snapshot
    FOR EACH ROW WHEN (OLD.sha256 <> ''::bytea) EXECUTE FUNCTION commons.refuse();
ALTER TABLE commons.statistic_snapshot ENABLE ALWAYS TRIGGER refuse_delete;
ALTER TABLE commons.statistic_snapshot ENABLE ALWAYS TRIGGER refuse_update;

GRANT EXECUTE ON FUNCTION commons.snapshots_counting(bigint[]) TO commons_ingest;
