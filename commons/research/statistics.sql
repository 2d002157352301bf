-- One snapshot's statistics by district of a level, with the inhabitants of its year or the latest before. Run as the
-- researchers' role. Inputs: snapshot, level, category (null: all). Index: primary key of reference.population.
WITH place AS (
    SELECT code, name_fr, name_nl, name_en, residential
      FROM reference.district
     WHERE is_current AND level = %(level)s::reference.district_level
     UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL
),
told AS (
    SELECT code, shown, hidden, total, status
      FROM statistic
     WHERE snapshot_id = %(snapshot)s AND level = %(level)s::reference.district_level
       AND category IS NOT DISTINCT FROM %(category)s::text
)
SELECT place.*, coalesce(told.shown, 0) AS shown, told.hidden, coalesce(told.total, 0) AS total,
       coalesce(told.status, 'suppressed') AS status, inhabitants.population, inhabitants.year AS population_year
  FROM place
  LEFT JOIN told ON told.code IS NOT DISTINCT FROM place.code
  LEFT JOIN LATERAL (
       SELECT p.population, p.year
         FROM reference.population p
         JOIN snapshot ON snapshot.snapshot_id = %(snapshot)s
        WHERE p.level = %(level)s::reference.district_level AND p.code = place.code
          AND p.year <= extract(year FROM snapshot.frozen_on)
          AND (p.level, p.code, p.revision) IN
              (SELECT d.level, d.code, d.revision FROM reference.district d WHERE d.is_current)
        ORDER BY p.year DESC
        LIMIT 1
       ) inhabitants ON true
 ORDER BY place.code NULLS LAST;
