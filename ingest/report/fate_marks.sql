-- The located records of upload_fate: each as it is, or (in_cells) how many of each fate are in each cell of a grid, at its middle.
-- Of a single one its commune is told too. Inputs: in_cells, cell_lon, cell_lat (degrees).
SELECT f.fate, f.row_number, f.name, ST_X(f.geom) AS lon, ST_Y(f.geom) AS lat, 1 AS records, d.code AS commune
  FROM upload_fate f
  LEFT JOIN reference.district d ON d.district_id = f.commune_id
 WHERE f.geom IS NOT NULL AND NOT %(in_cells)s
 UNION ALL
SELECT f.fate, NULL, NULL, (floor(ST_X(f.geom) / %(cell_lon)s::float8) + 0.5) * %(cell_lon)s::float8,
       (floor(ST_Y(f.geom) / %(cell_lat)s::float8) + 0.5) * %(cell_lat)s::float8, count(*), NULL
  FROM upload_fate f
 WHERE f.geom IS NOT NULL AND %(in_cells)s
 GROUP BY 1, 4, 5
 ORDER BY 1, 2, 3, 4, 5;
