-- Stores which district of today contains the whole of which, by their ids. Input: %(scheme)s.
-- The caller has emptied reference.district_within. Index used: uq_district_scheme.
INSERT INTO reference.district_within (inner_id, outer_id)
SELECT inside.district_id, around.district_id
  FROM incoming_within w
  JOIN reference.district inside
    ON inside.scheme = %(scheme)s AND inside.level = w.inner_level::reference.district_level
   AND inside.code = w.inner_code AND inside.is_current
  JOIN reference.district around
    ON around.scheme = %(scheme)s AND around.level = w.outer_level::reference.district_level
   AND around.code = w.outer_code AND around.is_current
