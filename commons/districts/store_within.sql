-- Stores which district of today contains the whole of which, by their ids. Input: %(scheme)s.
-- The caller has emptied reference.district_within. Index used: uq_district_scheme.
INSERT INTO reference.district_within (inner_id, outer_id)
SELECT inside.district_id, around.district_id
  FROM incoming_within w
  JOIN reference.district inside
    ON (inside.scheme, inside.level::text, inside.code, inside.is_current) = (%(scheme)s, w.inner_level, w.inner_code, true)
  JOIN reference.district around
    ON (around.scheme, around.level::text, around.code, around.is_current) = (%(scheme)s, w.outer_level, w.outer_code, true)
