-- The records that have no position, of one dataset or of all: a queue that is derived, so that nothing can be forgotten in it.
-- Inputs: dataset_id or null. Index used: uq_record_version_current.
SELECT v.record_id, r.dataset_id, d.slug, told.said, v.street, v.house_number, v.postcode, v.municipality
  FROM commons.source_record r
  JOIN commons.record_version v ON v.record_id = r.record_id AND v.superseded_at IS NULL AND v.geom IS NULL
  JOIN commons.place p ON p.version_id = v.version_id
  JOIN commons.dataset d ON d.dataset_id = r.dataset_id
  JOIN commons.said_of told ON told.record_id = r.record_id
 WHERE r.gone_at IS NULL AND (p.location_id IS NULL OR p.holds_until <= now())
   AND (%(dataset_id)s::bigint IS NULL OR r.dataset_id = %(dataset_id)s::bigint)
 ORDER BY v.record_id;
