-- The temporary table upload_fate: what an upload made of each record of its dataset, and where the record is. Inputs:
-- dataset_id, upload_id. Indexes used: ix_record_version_upload_id, uq_record_version_current.
-- A version that was superseded before the upload is one that an undoing took away: it counts for nothing.
-- Which records stood unchanged in the file is known of a full list while no other has come after it: of a partial one only how many.
DROP TABLE IF EXISTS pg_temp.upload_fate;
CREATE TEMPORARY TABLE upload_fate ON COMMIT DROP AS
WITH asked AS (
    SELECT u.*, u.mode = 'full' AND u.undone_at IS NULL
                AND NOT EXISTS (SELECT FROM commons.upload later
                                 WHERE later.dataset_id = u.dataset_id AND later.upload_id > u.upload_id
                                   AND later.undone_at IS NULL) AS tells_unchanged
      FROM commons.upload u
     WHERE u.upload_id = %(upload_id)s AND u.dataset_id = %(dataset_id)s
)
SELECT CASE WHEN EXISTS (SELECT FROM commons.record_version p
                          WHERE p.record_id = v.record_id AND p.version_id < v.version_id
                            AND (p.superseded_at IS NULL OR p.superseded_at >= asked.uploaded_at))
            THEN 'changed' ELSE 'new' END AS fate,
       v.row_number, v.name, v.geom, v.commune_id
  FROM asked
  JOIN commons.record_version v USING (upload_id)
 UNION ALL
SELECT 'unchanged', NULL, v.name, v.geom, v.commune_id
  FROM asked
  JOIN commons.source_record r USING (dataset_id)
  JOIN commons.record_version v ON v.record_id = r.record_id AND v.superseded_at IS NULL AND v.upload_id <> asked.upload_id
 WHERE asked.tells_unchanged AND r.gone_at IS NULL
 UNION ALL
SELECT 'gone', NULL, v.name, v.geom, v.commune_id
  FROM asked
  JOIN commons.source_record r USING (dataset_id)
  JOIN LATERAL (
       SELECT p.name, p.geom, p.commune_id FROM commons.record_version p
        WHERE p.record_id = r.record_id AND p.upload_id < asked.upload_id
          AND (p.superseded_at IS NULL OR p.superseded_at >= asked.uploaded_at)
        ORDER BY p.version_id DESC LIMIT 1
       ) v ON true
 WHERE r.gone_at = asked.uploaded_at
    OR EXISTS (SELECT FROM commons.record_version back
                WHERE back.record_id = r.record_id AND back.returned_from = asked.uploaded_at);
