-- The waiting records of a dataset for whose address a geocoder had an answer. Metres of the territory's metric system. Inputs: dataset_id, geocoder.
SELECT p.record_id, ST_X(ST_Transform(a.geom, @metric_crs@)), ST_Y(ST_Transform(a.geom, @metric_crs@))
  FROM commons.place p
  JOIN commons.source_record r ON r.record_id = p.record_id
  JOIN commons.geocoder_answer a ON a.geocoder = %(geocoder)s AND a.address_hash = p.address_hash AND a.geom IS NOT NULL
 WHERE r.dataset_id = %(dataset_id)s AND r.gone_at IS NULL AND p.superseded_at IS NULL AND p.geom IS NULL
 ORDER BY p.record_id;
