-- The records of to_match of which something may be compared, as far as it may: of each field the group must be granted for
-- matching, and a place counts as finely as it is. Positions in metres of the territory's metric system. Indexes used: the primary keys.
COPY (
SELECT p.record_id, p.dataset_id, name.name, name.name_fr, name.name_nl, name.name_en,
       ST_X(spot.geom) AS x, ST_Y(spot.geom) AS y, place.uncertainty_m,
       address.street, address.house_number, address.postcode, address.municipality,
       CASE WHEN may.contact THEN v.phone END AS phone, CASE WHEN may.contact THEN v.email END AS email,
       CASE WHEN may.description THEN v.website END AS website, v.category, v.enterprise_number, p.expires_at
  FROM commons.permitted('partners', 0, 'matching', ARRAY(SELECT record_id FROM to_match), clock_timestamp()) p
  JOIN commons.record_version v USING (version_id)
  JOIN commons.place found USING (version_id)
  LEFT JOIN reference.district area ON area.district_id =
       CASE p.precision WHEN 'sector' THEN found.sector_id WHEN 'neighbourhood' THEN found.neighbourhood_id
                        WHEN 'commune' THEN found.commune_id END
 CROSS JOIN LATERAL (
       SELECT p.rights & commons.cells('{location}', '{matching}') <> 0 AND p.precision <> 'withheld' AS place,
              p.rights & commons.cells('{contact_organisation}', '{matching}') <> 0 AS contact,
              p.rights & commons.cells('{description}', '{matching}') <> 0 AS description) may
 CROSS JOIN LATERAL (
       SELECT CASE WHEN may.place AND p.precision = 'exact' THEN found.geom WHEN may.place THEN area.label_point END AS geom,
              CASE WHEN p.precision = 'exact' THEN found.uncertainty_m ELSE area.uncertainty_m END AS uncertainty_m) place
 CROSS JOIN LATERAL (SELECT ST_Transform(place.geom, @metric_crs@) AS geom) spot
  LEFT JOIN LATERAL (SELECT v.street, v.house_number, v.postcode, v.municipality
                      WHERE may.place AND p.precision = 'exact') address ON true
  -- A name that was made of the address says nothing that the address does not say: everything in a street would be called alike.
  LEFT JOIN LATERAL (SELECT v.name, v.name_fr, v.name_nl, v.name_en WHERE NOT v.name_composed) name ON true
 WHERE p.rights & commons.cells('{identity}', '{matching}') <> 0
 ORDER BY p.record_id
) TO STDOUT (FORMAT csv, HEADER)
