-- Sets the districts of incoming_place's versions, and of its found places, by their codes of today; the release follows by its
-- triggers.
UPDATE commons.record_version v
   SET sector_id = s.district_id, neighbourhood_id = n.district_id, commune_id = c.district_id
  FROM incoming_place i
  LEFT JOIN reference.district s ON s.level = 'sector' AND s.code = i.sector AND s.is_current
  LEFT JOIN reference.district n ON n.level = 'neighbourhood' AND n.code = i.neighbourhood AND n.is_current
  LEFT JOIN reference.district c ON c.level = 'commune' AND c.code = i.commune AND c.is_current
 WHERE v.version_id = i.id AND NOT i.is_found;

UPDATE commons.record_location l
   SET sector_id = s.district_id, neighbourhood_id = n.district_id, commune_id = c.district_id
  FROM incoming_place i
  LEFT JOIN reference.district s ON s.level = 'sector' AND s.code = i.sector AND s.is_current
  LEFT JOIN reference.district n ON n.level = 'neighbourhood' AND n.code = i.neighbourhood AND n.is_current
  LEFT JOIN reference.district c ON c.level = 'commune' AND c.code = i.commune AND c.is_current
 WHERE l.location_id = i.id AND i.is_found;
