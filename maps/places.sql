-- One page of the alternatives that the reader sees and that filters and a box let through, in an order of their names.
--
-- Inputs: language; most and skip, of the page. {narrowed} and {order} are made of constants by maps/places.py.
-- Indexes used: ix_released_alternative_listed where there are many, ix_released_alternative_geom for a small box.
SELECT public_id::text AS id, shown AS name, category, precision::text AS precision, commune, neighbourhood,
       ST_X(geom) AS lon, ST_Y(geom) AS lat
  FROM (SELECT *, coalesce(CASE %(language)s WHEN 'fr' THEN name_fr WHEN 'nl' THEN name_nl ELSE name_en END, name) AS shown
          FROM place) named
 WHERE true {narrowed}
 ORDER BY {order}, public_id
 LIMIT %(most)s OFFSET %(skip)s
