-- The records that may be compared with others': those whose consent covers matching. Positions in metres, EPSG:31370; one that
-- was found only as the middle of a street says too little of where its record is.
SELECT p.record_id, p.dataset_id, v.name, v.name_fr, v.name_nl, v.name_en,
       ST_X(ST_Transform(place.geom, 31370)), ST_Y(ST_Transform(place.geom, 31370))
  FROM commons.permitted('partners', 0, 'matching', ARRAY(SELECT r.record_id FROM commons.source_record r), clock_timestamp()) p
  JOIN commons.record_version v USING (version_id)
  JOIN commons.place USING (version_id)
 WHERE p.rights & commons.cells('{identity,location}', '{matching}') = commons.cells('{identity,location}', '{matching}')
   AND place.uncertainty_m <= 50
 ORDER BY p.record_id;
