-- What the measures of districts, and of the region, are made of on each of some days; run as the audience's role. Inputs: measure,
-- level, days (ascending, 60 at most), today, categories (null: all), kind (null: any).
-- Alternatives are read once, whatever the number of days: a set of days is a number whose bit n stands for the nth, and what
-- holds from one date until another holds on the days from the first that is not before the one, up to the other.
WITH day AS (
    SELECT n::integer AS n, 1::bigint << n::integer AS bit, d.day FROM unnest(%(days)s::date[]) WITH ORDINALITY AS d (day, n)
),
before_today AS (
    SELECT coalesce(bit_or(bit), 0) AS days FROM day WHERE day.day < %(today)s
),
region AS (
    SELECT code FROM reference.district WHERE is_current AND level = 'region'
),
place AS (
    SELECT level::text AS level, code, name_fr, name_nl, name_en, residential
      FROM reference.district
     WHERE is_current AND level::text IN ('region', %(level)s)
     UNION ALL
    SELECT %(level)s, NULL, NULL, NULL, NULL, NULL
),
home AS MATERIALIZED (
    SELECT s.code AS sector, max(o.code) FILTER (WHERE o.level = 'commune') AS commune,
           coalesce(max(o.code) FILTER (WHERE o.level = 'neighbourhood'),
                    (SELECT min(d.code) FROM reference.district d
                      WHERE d.is_current AND d.level = 'neighbourhood' AND ST_Intersects(d.geom, s.label_point))) AS neighbourhood
      FROM reference.district s
      LEFT JOIN reference.district_within w ON w.inner_id = s.district_id
      LEFT JOIN reference.district o ON o.district_id = w.outer_id AND o.is_current
     WHERE s.is_current AND s.level = 'sector'
     GROUP BY s.district_id
),
-- What is not located in the level, and is in an area that shares a sector with a district of it, may lie in that district.
around AS (
    SELECT DISTINCT of.code, of.area
      FROM home
     CROSS JOIN LATERAL (
           VALUES ('commune', commune, neighbourhood), ('neighbourhood', neighbourhood, commune), ('sector', sector, neighbourhood),
                  ('sector', sector, commune)
           ) AS of (level, code, area)
     WHERE of.level = %(level)s
),
taking_part AS (
    SELECT p.public_id, bit_or((1::bigint << spell.ended) - (1::bigint << least(spell.first, spell.ended))) AS days,
           bit_or(CASE WHEN p.since_on IS NULL THEN (1::bigint << spell.ended) - 2 ELSE 0 END) AS maybe
      FROM participation p
     CROSS JOIN LATERAL (
           SELECT width_bucket(coalesce(p.since_on, %(today)s) - 1, %(days)s::date[]) + 1 AS first,
                  width_bucket(coalesce(p.until_on, 'infinity') - 1, %(days)s::date[]) + 1 AS ended
           ) spell
     WHERE (%(measure)s = 'pooled' OR (%(measure)s = 'walk' AND %(kind)s::text IS NOT NULL))
       AND (%(kind)s::text IS NULL OR p.resource_kind = %(kind)s::reference.resource_kind)
     GROUP BY p.public_id
),
-- Active on some days, and on others maybe: before today, where the founding is not known. Of these days, those on which it is
-- part of what is measured, and maybe part.
counted AS (
    SELECT CASE %(level)s WHEN 'commune' THEN a.commune WHEN 'neighbourhood' THEN a.neighbourhood WHEN 'sector' THEN a.sector END AS code,
           CASE %(level)s WHEN 'neighbourhood' THEN a.commune ELSE coalesce(a.neighbourhood, a.commune) END AS area,
           (%(categories)s::text[] IS NULL OR a.category = ANY (%(categories)s))
           AND (%(measure)s <> 'walk' OR %(kind)s::text IS NULL OR t.public_id IS NOT NULL) AS asked, a.precision <> 'exact' AS rough,
           spell.active, CASE WHEN a.founded_on IS NULL THEN spell.ended - 2 & before_today.days ELSE 0 END AS maybe,
           spell.active & CASE %(measure)s WHEN 'pooled' THEN t.days WHEN 'fresh' THEN spell.fresh END AS part,
           spell.active & before_today.days & CASE %(measure)s WHEN 'pooled' THEN t.maybe & ~t.days WHEN 'fresh' THEN spell.told - 2 END AS open,
           CASE WHEN %(measure)s = 'partners' THEN a.provenance END AS provenance
      FROM alternative a
     CROSS JOIN before_today
     CROSS JOIN LATERAL (
           SELECT 1::bigint << width_bucket(coalesce(a.founded_on, %(today)s) - 1, %(days)s::date[]) + 1 AS founded,
                  1::bigint << width_bucket(coalesce(a.ended_on, 'infinity') - 1, %(days)s::date[]) + 1 AS ended,
                  1::bigint << width_bucket(least(a.updated_on, %(today)s) - 1, %(days)s::date[]) + 1 AS told,
                  1::bigint << width_bucket((a.updated_on + interval '1 year')::date - 1, %(days)s::date[]) + 1 AS stale
           ) at
     CROSS JOIN LATERAL (SELECT at.ended, at.told, at.ended - least(at.founded, at.ended) AS active, at.stale - at.told AS fresh) spell
      LEFT JOIN taking_part t USING (public_id)
     WHERE a.counted
),
by_source AS MATERIALIZED (
    SELECT code, area, asked, rough, active, maybe, coalesce(part, 0) AS part, coalesce(open, 0) AS open, provenance,
           count(*) AS alternatives
      FROM counted
     GROUP BY code, area, asked, rough, active, maybe, part, open, provenance
),
tally AS MATERIALIZED (
    SELECT code, area, asked, rough, active, maybe, part, open, sum(alternatives) AS alternatives
      FROM by_source
     GROUP BY code, area, asked, rough, active, maybe, part, open
),
spread AS (
    SELECT of.level, of.code AS of_code, t.*
      FROM tally t
     CROSS JOIN LATERAL (
           VALUES (%(level)s, CASE %(level)s WHEN 'region' THEN (SELECT code FROM region) ELSE t.code END),
                  (CASE WHEN %(level)s <> 'region' THEN 'region' END, (SELECT code FROM region))
           ) AS of (level, code)
     WHERE t.asked AND of.level IS NOT NULL
),
here AS (
    SELECT s.level, s.of_code AS code, day.n,
           sum(s.alternatives) FILTER (WHERE s.active & day.bit <> 0) AS alternatives,
           sum(s.alternatives) FILTER (WHERE s.maybe & day.bit <> 0) AS undated,
           sum(s.alternatives) FILTER (WHERE s.rough) AS rough,
           sum(s.alternatives) FILTER (WHERE s.part & day.bit <> 0) AS part,
           sum(s.alternatives) FILTER (WHERE s.open & day.bit <> 0) AS open
      FROM spread s
      JOIN day ON (s.active | s.maybe) & day.bit <> 0
     GROUP BY s.level, s.of_code, day.n
),
source AS MATERIALIZED (
    SELECT t.code, field.value AS source, bit_or(t.active) AS active, bit_or(t.maybe) AS maybe
      FROM by_source t
     CROSS JOIN LATERAL jsonb_each_text(t.provenance) field
     WHERE %(measure)s = 'partners' AND t.asked AND field.value NOT LIKE 'found:%%'
     GROUP BY t.code, field.value
),
sources AS (
    SELECT s.level, s.code, day.n, count(*) FILTER (WHERE s.active & day.bit <> 0) AS part,
           count(*) FILTER (WHERE s.maybe & ~s.active & day.bit <> 0) AS open
      FROM (SELECT %(level)s AS level, code, source, active, maybe FROM source WHERE %(level)s <> 'region'
             UNION ALL
            SELECT 'region', region.code, source, bit_or(active), bit_or(maybe) FROM source CROSS JOIN region GROUP BY region.code, source) s
     CROSS JOIN day
     GROUP BY s.level, s.code, day.n
),
beside AS (
    SELECT around.code, day.n, sum(t.alternatives) AS alternatives
      FROM tally t
      JOIN around ON around.area = t.area
      JOIN day ON (t.active | t.maybe) & day.bit <> 0
     WHERE t.asked AND t.code IS NULL
     GROUP BY around.code, day.n
),
-- Where something was ever located, of whatever category, or may have been.
known AS MATERIALIZED (
    SELECT code FROM tally WHERE code IS NOT NULL
     UNION
    SELECT around.code FROM tally t JOIN around ON around.area = t.area WHERE t.code IS NULL AND around.code IS NOT NULL
)
SELECT place.*, day.day, coalesce(here.alternatives, 0)::bigint AS alternatives, coalesce(here.undated, 0)::bigint AS undated,
       coalesce(here.rough, 0)::bigint AS rough, coalesce(beside.alternatives, 0)::bigint AS beside,
       CASE place.level WHEN 'region' THEN EXISTS (SELECT FROM tally) ELSE place.code IN (SELECT code FROM known) END AS known,
       coalesce(sources.part, here.part, 0)::bigint AS part, coalesce(sources.open, here.open, 0)::bigint AS open,
       inhabitants.population, inhabitants.year AS population_year
  FROM place
 CROSS JOIN day
  LEFT JOIN here ON here.level = place.level AND here.n = day.n AND here.code IS NOT DISTINCT FROM place.code
  LEFT JOIN sources ON sources.level = place.level AND sources.n = day.n AND sources.code IS NOT DISTINCT FROM place.code
  LEFT JOIN beside ON place.level = %(level)s AND beside.n = day.n AND beside.code = place.code
  LEFT JOIN LATERAL (
       SELECT p.population, p.year
         FROM reference.population p
        WHERE %(measure)s = 'rate' AND p.level::text = place.level AND p.code = place.code AND p.year <= extract(year FROM day.day)
          AND (p.level, p.code, p.revision) IN
              (SELECT d.level, d.code, d.revision FROM reference.district d WHERE d.is_current)
        ORDER BY p.year DESC
        LIMIT 1
       ) inhabitants ON true
 ORDER BY place.level = 'region' DESC, place.code NULLS LAST, day.day;
