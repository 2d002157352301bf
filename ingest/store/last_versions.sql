-- Of each of these keys of a dataset the record and what it told last, as in closed.sql. Inputs: dataset_id, keys. Indexes used:
-- uq_source_record_dataset_id_partner_key, the primary keys.
SELECT DISTINCT ON (r.partner_key) r.partner_key, r.record_id, name.name, name.name_fr, name.name_nl, name.name_en,
       ST_X(spot.geom) AS x, ST_Y(spot.geom) AS y, p.uncertainty_m, v.street, v.house_number, v.postcode, v.municipality,
       coalesce(v.phone, v.contact_phone) AS phone, coalesce(v.email, v.contact_email) AS email, v.website, v.category,
       v.enterprise_number
  FROM commons.source_record r
  JOIN commons.record_version v USING (record_id)
  JOIN commons.place p USING (version_id)
 CROSS JOIN LATERAL (SELECT ST_Transform(p.geom, @metric_crs@) AS geom) spot
  LEFT JOIN LATERAL (SELECT v.name, v.name_fr, v.name_nl, v.name_en WHERE NOT v.name_composed) name ON true
 WHERE r.dataset_id = %(dataset_id)s AND r.partner_key = ANY (%(keys)s)
 ORDER BY r.partner_key, v.version_id DESC;
