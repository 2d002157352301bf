-- The positions that may be lent: to all, or within their list to records of which the same was said. Metres of the territory's metric system.
-- Inputs: the postcodes and the communes that are asked about.
SELECT l.record_id, l.dataset_id, l.said, l.street, l.house_number, l.postcode, c.code,
       coalesce(l.public_until > now(), false), l.own_until > now(),
       ST_X(ST_Transform(l.geom, @metric_crs@)), ST_Y(ST_Transform(l.geom, @metric_crs@))
  FROM commons.lender l
  LEFT JOIN reference.district c ON c.district_id = l.commune_id
 WHERE l.postcode = ANY (%(postcodes)s) OR c.code = ANY (%(communes)s)
 ORDER BY l.record_id;
