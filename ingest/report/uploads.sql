-- The uploads of a dataset, the latest first, at the clock of Brussels, with what each changed as the log has it.
-- Index used: ix_upload_dataset.
SELECT u.upload_id, (u.uploaded_at AT TIME ZONE '@time_zone@')::timestamp(0) AS uploaded_at, u.uploaded_by, u.file_name,
       u.format, u.mode::text AS mode, (u.undone_at AT TIME ZONE '@time_zone@')::timestamp(0) AS undone_at,
       u.rows_in, u.rows_stored, u.rows_set_aside, told.new, told.changed, told.gone,
       u.undone_at IS NULL AND u.upload_id = max(u.upload_id) FILTER (WHERE u.undone_at IS NULL) OVER () AS is_latest
  FROM commons.upload u
  JOIN commons.dataset d USING (dataset_id)
  LEFT JOIN (
       SELECT e.object_id AS slug, (e.detail ->> 'upload_id')::bigint AS upload_id, (e.detail ->> 'new')::int AS new,
              (e.detail ->> 'changed')::int AS changed, (e.detail ->> 'gone')::int AS gone
         FROM commons.audit_event e
        WHERE e.action = 'upload' AND e.object_kind = 'dataset'
       ) told ON told.slug = d.slug AND told.upload_id = u.upload_id
 WHERE u.dataset_id = %(dataset_id)s
 ORDER BY u.upload_id DESC;
