-- What researchers read of statistics: of every district and category, what they are shown (exact), and what they are not
-- (whole batches, null where there is none). Barriers: no condition of a reader's is tried on what lies beneath.
CREATE OR REPLACE VIEW released_research.snapshot WITH (security_barrier) AS
SELECT snapshot_id, frozen_on, k FROM commons.statistic_snapshot;

CREATE OR REPLACE VIEW released_research.statistic WITH (security_barrier) AS
WITH told AS (
    SELECT s.snapshot_id, s.frozen_on, c.category, c.sector, c.neighbourhood, c.commune, 0 AS shown, sum(c.size) AS hidden
      FROM commons.statistic_snapshot s
      JOIN commons.statistic_count c
        ON s.snapshot_id >= c.first_snapshot_id AND (c.last_snapshot_id IS NULL OR s.snapshot_id <= c.last_snapshot_id)
     WHERE c.expires_at > now()
     GROUP BY s.snapshot_id, s.frozen_on, c.category, c.sector, c.neighbourhood, c.commune
     UNION ALL
    SELECT s.snapshot_id, s.frozen_on, c.category, c.sector, c.neighbourhood, c.commune, count(*), 0
      FROM commons.statistic_snapshot s
      JOIN commons.statistic_shown c
        ON s.snapshot_id >= c.first_snapshot_id AND (c.last_snapshot_id IS NULL OR s.snapshot_id <= c.last_snapshot_id)
     WHERE c.expires_at > now()
     GROUP BY s.snapshot_id, s.frozen_on, c.category, c.sector, c.neighbourhood, c.commune
)
SELECT told.snapshot_id, told.frozen_on, place.level, place.code, of.category,
       sum(told.shown)::bigint AS shown, nullif(sum(told.hidden), 0)::bigint AS hidden,
       sum(told.shown + told.hidden)::bigint AS total,
       CASE WHEN sum(told.hidden) > 0 THEN 'protected' ELSE 'suppressed' END AS status
  FROM told
 CROSS JOIN LATERAL (
       VALUES ('region'::reference.district_level,
               (SELECT max(d.code) FROM reference.district d WHERE d.level = 'region' AND d.is_current)),
              ('commune', told.commune), ('neighbourhood', told.neighbourhood), ('sector', told.sector)
       ) AS place (level, code)
 CROSS JOIN LATERAL (VALUES (true, NULL), (false, told.category)) AS of (every_category, category)
 WHERE of.every_category OR of.category IS NOT NULL
 GROUP BY told.snapshot_id, told.frozen_on, place.level, place.code, of.every_category, of.category;

-- The digest of a snapshot as it can be read now: of lines of level, district, category, shown and hidden.
CREATE OR REPLACE FUNCTION commons.statistic_digest(of_snapshot bigint)
RETURNS bytea
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT sha256(convert_to(coalesce(string_agg(line, E'\n' ORDER BY line COLLATE "C"), ''), 'UTF8'))
  FROM released_research.statistic s,
       format('%s,%s,%s,%s,%s', s.level, s.code, s.category, s.shown, s.hidden) AS line
 WHERE s.snapshot_id = of_snapshot
$$;

GRANT SELECT ON released_research.snapshot, released_research.statistic TO commons_researcher;
