-- How many of a dataset's records have no position, given or found. Input: dataset_id. Index used: uq_record_version_current.
SELECT count(*)
  FROM commons.source_record r
  JOIN commons.place p ON p.record_id = r.record_id AND p.superseded_at IS NULL
 WHERE r.dataset_id = %(dataset_id)s AND r.gone_at IS NULL AND (p.geom IS NULL OR p.holds_until <= now());
