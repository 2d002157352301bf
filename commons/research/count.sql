-- Alternatives active on each of some days, by district of a level; run as the audience's role, whose search path names its
-- released tables. Inputs: level, days, categories (null: all), with_undated. Index: primary key of reference.population.
WITH day AS (
    SELECT unnest(%(days)s::date[]) AS day
),
place AS (
    SELECT code, name_fr, name_nl, name_en, residential
      FROM reference.district
     WHERE is_current AND level = %(level)s::reference.district_level
     UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL
),
counted AS (
    SELECT CASE %(level)s::text WHEN 'region' THEN (SELECT code FROM place WHERE code IS NOT NULL)
                                WHEN 'commune' THEN commune
                                WHEN 'neighbourhood' THEN neighbourhood
                                WHEN 'sector' THEN sector END AS code,
           founded_on, ended_on
      FROM alternative
     WHERE alternative.counted AND (%(categories)s::text[] IS NULL OR category = ANY (%(categories)s))
)
SELECT place.code, place.name_fr, place.name_nl, place.name_en, place.residential, day.day,
       count(*) FILTER (WHERE counted.founded_on <= day.day
                           OR (counted.founded_on IS NULL AND counted.is_row AND %(with_undated)s)) AS alternatives,
       count(*) FILTER (WHERE counted.founded_on IS NULL AND counted.is_row) AS undated,
       inhabitants.population, inhabitants.year AS population_year
  FROM place
 CROSS JOIN day
  LEFT JOIN (SELECT *, true AS is_row FROM counted) counted
         ON counted.code IS NOT DISTINCT FROM place.code AND (counted.ended_on IS NULL OR counted.ended_on > day.day)
  LEFT JOIN LATERAL (
       SELECT p.population, p.year
         FROM reference.population p
        WHERE p.level = %(level)s::reference.district_level AND p.code = place.code
          AND p.year <= extract(year FROM day.day)
          AND (p.level, p.code, p.revision) IN
              (SELECT d.level, d.code, d.revision FROM reference.district d WHERE d.is_current)
        ORDER BY p.year DESC
        LIMIT 1
       ) inhabitants ON true
 GROUP BY place.code, place.name_fr, place.name_nl, place.name_en, place.residential, day.day, inhabitants.population,
          inhabitants.year
 ORDER BY place.code NULLS LAST, day.day;
