-- How many records of upload_fate each commune has of each fate; those without a position, and those that lie in no commune, have none.
SELECT f.fate, f.geom IS NOT NULL AS is_located, d.code, d.name_fr, d.name_nl, d.name_en, count(*) AS records
  FROM upload_fate f
  LEFT JOIN reference.district d ON d.district_id = f.commune_id
 GROUP BY f.fate, f.geom IS NOT NULL, d.code, d.name_fr, d.name_nl, d.name_en
 ORDER BY d.code, f.fate;
