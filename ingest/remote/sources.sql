-- The sources that are not removed. is_current says whether what a source last gave is what its dataset holds: not after
-- another upload, an undoing, an erasure made or lifted, or a row let in since. Index used: ix_upload_dataset.
SELECT s.source_id, d.dataset_id, d.partner_id, d.slug, d.title, s.kind::text, s.address, s.etag, s.last_modified,
       s.state::text, s.failures, s.problem, s.unreachable, s.lost, s.accepted_lost, s.last_tried_at, s.last_fetched_at,
       s.added_at,
       coalesce(s.upload_id = latest.upload_id AND latest.uploaded_at > ALL (
           SELECT greatest(e.erased_at, e.lifted_at) FROM commons.erased_key e WHERE e.dataset = d.slug
           UNION ALL
           SELECT h.admitted_at FROM commons.held_row h WHERE h.dataset_id = d.dataset_id AND h.admitted_at IS NOT NULL), false) AS is_current
  FROM commons.remote_source s
  JOIN commons.dataset d USING (dataset_id)
  LEFT JOIN LATERAL (
       SELECT u.upload_id, u.uploaded_at FROM commons.upload u
        WHERE u.dataset_id = s.dataset_id AND u.undone_at IS NULL ORDER BY u.upload_id DESC LIMIT 1
       ) latest ON true
 WHERE s.removed_at IS NULL
 ORDER BY d.slug;
