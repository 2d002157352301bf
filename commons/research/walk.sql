-- Inhabitants of each district and of the region, and those among them with an alternative within a distance of their sector's
-- middle, on each of some days; run as the audience's role. Inputs: level, days, today, distance_m, categories (null: all), kind
-- (null: any). What is within reach lies in the sector's cell or in one beside it: cells are as large as the distance.
WITH day AS (
    SELECT unnest(%(days)s::date[]) AS day
),
sector AS MATERIALIZED (
    SELECT s.district_id, s.code, s.label_point, p.population, p.year, ST_X(s.label_point) AS x, ST_Y(s.label_point) AS y,
           100 * ST_Distance(s.label_point::geography, ST_Translate(s.label_point, 0.01, 0)::geography) AS metres_x,
           100 * ST_Distance(s.label_point::geography, ST_Translate(s.label_point, 0, 0.01)::geography) AS metres_y
      FROM reference.district s
      JOIN LATERAL (
           SELECT p.population, p.year
             FROM reference.population p
            WHERE p.level = 'sector' AND p.code = s.code AND p.revision = s.revision
            ORDER BY p.year DESC
            LIMIT 1
           ) p ON p.population > 0
     WHERE s.is_current AND s.level = 'sector'
),
cell AS (
    SELECT max(%(distance_m)s / metres_x) AS wide, max(%(distance_m)s / metres_y) AS high FROM sector
),
-- The region, and the district of the level that holds the sector, else that which holds its middle.
home AS MATERIALIZED (
    SELECT s.district_id, of.level, of.code
      FROM sector s
     CROSS JOIN LATERAL (
           SELECT 'region', d.code FROM reference.district d WHERE d.is_current AND d.level = 'region'
            UNION ALL
           SELECT 'sector', s.code WHERE %(level)s = 'sector'
            UNION ALL
           SELECT %(level)s,
                  coalesce((SELECT max(o.code)
                              FROM reference.district_within w
                              JOIN reference.district o ON o.district_id = w.outer_id
                             WHERE w.inner_id = s.district_id AND o.is_current AND o.level = %(level)s::reference.district_level),
                           (SELECT min(d.code)
                              FROM reference.district d
                             WHERE d.is_current AND d.level = %(level)s::reference.district_level
                               AND ST_Intersects(d.geom, s.label_point)))
            WHERE %(level)s IN ('commune', 'neighbourhood')
           ) AS of (level, code)
),
pooling AS (
    SELECT p.public_id, day.day, bool_or(p.since_on IS NOT NULL) AS dated
      FROM participation p
      JOIN day ON (p.since_on IS NULL OR p.since_on <= day.day) AND (p.until_on IS NULL OR p.until_on > day.day)
     WHERE p.resource_kind = %(kind)s::reference.resource_kind
     GROUP BY p.public_id, day.day
),
spot AS MATERIALIZED (
    SELECT ST_X(a.geom) AS x, ST_Y(a.geom) AS y, floor(ST_X(a.geom) / cell.wide) AS cell_x, floor(ST_Y(a.geom) / cell.high) AS cell_y,
           day.day, day.day < %(today)s AND (a.founded_on IS NULL OR NOT coalesce(pooling.dated, true)) AS undated
      FROM alternative a
     CROSS JOIN cell
      JOIN day ON (a.founded_on IS NULL OR a.founded_on <= day.day) AND (a.ended_on IS NULL OR a.ended_on > day.day)
      LEFT JOIN pooling USING (public_id, day)
     WHERE a.counted AND a.precision = 'exact' AND (%(categories)s::text[] IS NULL OR a.category = ANY (%(categories)s))
       AND (%(kind)s::text IS NULL OR pooling.public_id IS NOT NULL)
),
near AS MATERIALIZED (
    SELECT s.*, floor(s.x / cell.wide) + dx AS cell_x, floor(s.y / cell.high) + dy AS cell_y
      FROM sector s
     CROSS JOIN cell
     CROSS JOIN generate_series(-1, 1) dx
     CROSS JOIN generate_series(-1, 1) dy
),
reached AS (
    SELECT near.district_id, day.day, of.undated
      FROM near
     CROSS JOIN day
     CROSS JOIN (VALUES (false), (true)) AS of (undated)
     WHERE EXISTS (SELECT FROM spot
                    WHERE spot.cell_x = near.cell_x AND spot.cell_y = near.cell_y AND spot.day = day.day AND spot.undated = of.undated
                      AND ((spot.x - near.x) * near.metres_x) ^ 2 + ((spot.y - near.y) * near.metres_y) ^ 2 <= %(distance_m)s ^ 2)
),
walk AS (
    SELECT district_id, day, bool_or(NOT undated) AS sure FROM reached GROUP BY district_id, day
)
SELECT home.level, home.code, day.day, sum(s.population)::bigint AS population, max(s.year) AS population_year,
       coalesce(sum(s.population) FILTER (WHERE walk.sure), 0)::bigint AS part,
       coalesce(sum(s.population) FILTER (WHERE NOT walk.sure), 0)::bigint AS open
  FROM sector s
  JOIN home USING (district_id)
 CROSS JOIN day
  LEFT JOIN walk USING (district_id, day)
 GROUP BY home.level, home.code, day.day
 ORDER BY home.level, home.code, day.day;
