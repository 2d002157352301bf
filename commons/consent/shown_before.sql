-- Keeps what may be told of what readers see now of a record, or of a whole dataset where record_id is null.
DROP TABLE IF EXISTS pg_temp.touched, pg_temp.shown_before;
CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
SELECT coalesce(array_agg(DISTINCT m.alternative_id), '{}') AS ids, %(dataset_id)s::bigint AS dataset_id, %(record_id)s::bigint AS record_id
  FROM commons.membership m
  JOIN commons.source_record s USING (record_id)
 WHERE m.until_at IS NULL AND s.dataset_id = %(dataset_id)s
   AND (%(record_id)s::bigint IS NULL OR s.record_id = %(record_id)s);
CREATE TEMPORARY TABLE shown_before ON COMMIT DROP AS
SELECT shown.* FROM touched, commons.shown(touched.ids, touched.dataset_id, touched.record_id) shown;
