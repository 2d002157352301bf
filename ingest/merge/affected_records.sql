-- All records of the alternatives that hold a touched one, and the touched that are in none yet: what a pair could join or part.
DROP TABLE IF EXISTS pg_temp.affected_record;
CREATE TEMPORARY TABLE affected_record ON COMMIT DROP AS
SELECT record_id FROM touched_record
 UNION
SELECT beside.record_id
  FROM touched_record
  JOIN commons.membership own ON own.record_id = touched_record.record_id AND own.until_at IS NULL
  JOIN commons.membership beside ON beside.alternative_id = own.alternative_id AND beside.until_at IS NULL;
CREATE UNIQUE INDEX ON affected_record (record_id);
ANALYZE affected_record;
