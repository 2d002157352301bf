-- One tile of what the reader sees, with the version of its release, both of one moment: at most as many marks as the grid has
-- cells. A tile with no more alternatives than that shows each by itself; a fuller one shows a cluster for each cell of the grid
-- that holds several, with their number, the category that most of them have and the box they lie in, in the tile's own units.
--
-- Inputs: low and high, the range of spots of the tile (commons.spot); shift, from a spot to its cell; tiles, column and row of the
-- tile among that many on a side; extent, its units on a side; marks, how many it may show. {filters} is made of constants by maps/filters.py.
-- Index used: ix_released_alternative_spot, without the table itself where nothing is filtered.
WITH counted AS MATERIALIZED (
    SELECT spot >> %(shift)s::int AS cell, category, count(*) AS number, min(spot) AS spot,
           min(ST_X(geom)) AS west, min(ST_Y(geom)) AS south, max(ST_X(geom)) AS east, max(ST_Y(geom)) AS north,
           -- Whole numbers: a sum of fractions would depend on the order in which the rows lie.
           sum((ST_X(geom) * 1e7)::bigint) AS x, sum((ST_Y(geom) * 1e7)::bigint) AS y
      FROM place
     WHERE spot >= %(low)s AND spot < %(high)s {filters}
     GROUP BY 1, 2
),
cell AS MATERIALIZED (
    SELECT cell, sum(number)::int AS number, (array_agg(category ORDER BY number DESC, category))[1] AS category,
           min(spot) AS spot, min(west) AS west, min(south) AS south, max(east) AS east, max(north) AS north,
           (sum(x) / sum(number) / 1e7)::double precision AS x, (sum(y) / sum(number) / 1e7)::double precision AS y
      FROM counted
     GROUP BY cell
),
full_tile AS MATERIALIZED (
    SELECT coalesce(sum(number), 0) > %(marks)s AS is_full FROM cell
),
mark AS (
    SELECT spot, public_id::text AS id, name, name_fr, name_nl, name_en, category, precision::text AS precision, NULL::int AS number,
           ST_X(geom) AS x, ST_Y(geom) AS y,
           NULL::double precision AS west, NULL::double precision AS south, NULL::double precision AS east,
           NULL::double precision AS north
      FROM place
     WHERE spot >= %(low)s AND spot < %(high)s {filters} AND NOT (SELECT is_full FROM full_tile)
     UNION ALL
    SELECT p.spot, p.public_id::text, p.name, p.name_fr, p.name_nl, p.name_en, p.category, p.precision::text, NULL,
           ST_X(p.geom), ST_Y(p.geom), NULL, NULL, NULL, NULL
      FROM (SELECT * FROM place WHERE spot = ANY (ARRAY(SELECT spot FROM cell WHERE number = 1)) {filters}) p
     WHERE (SELECT is_full FROM full_tile)
     UNION ALL
    SELECT spot, NULL, NULL, NULL, NULL, NULL, category, NULL, number, x, y, west, south, east, north
      FROM cell
     WHERE number > 1 AND (SELECT is_full FROM full_tile)
),
drawn AS (
    SELECT id, name, nullif(name_fr, name) AS name_fr, nullif(name_nl, name) AS name_nl, nullif(name_en, name) AS name_en,
           category, precision, number,
           floor(((west + 180) / 360 * %(tiles)s - %(column)s) * %(extent)s)::int AS west,
           floor(((0.5 - ln(tan(radians(north)) + 1 / cos(radians(north))) / (2 * pi())) * %(tiles)s - %(row)s) * %(extent)s)::int AS north,
           floor(((east + 180) / 360 * %(tiles)s - %(column)s) * %(extent)s)::int AS east,
           floor(((0.5 - ln(tan(radians(south)) + 1 / cos(radians(south))) / (2 * pi())) * %(tiles)s - %(row)s) * %(extent)s)::int AS south,
           ST_MakePoint(floor(((x + 180) / 360 * %(tiles)s - %(column)s) * %(extent)s),
                        floor(((0.5 - ln(tan(radians(y)) + 1 / cos(radians(y))) / (2 * pi())) * %(tiles)s - %(row)s) * %(extent)s)) AS geom
      FROM mark
     ORDER BY spot, id
)
SELECT (SELECT version FROM version), ST_AsMVT(drawn, 'alternatives', %(extent)s::int, 'geom') FROM drawn
