-- What stands of a record and its dataset: whether it is there, where its release stands, and which agreement it had last.
SELECT r.gone_at IS NOT NULL, p.geom IS NOT NULL, p.commune_id IS NOT NULL, coalesce(v.name_composed, false),
       a.valid_from, nullif(a.valid_until, 'infinity'), a.ended_at
  FROM commons.dataset d
  LEFT JOIN commons.source_record r ON r.dataset_id = d.dataset_id AND r.record_id = %(record_id)s
  LEFT JOIN commons.record_version v ON v.record_id = r.record_id AND v.superseded_at IS NULL
  LEFT JOIN commons.place p ON p.version_id = v.version_id
  LEFT JOIN LATERAL (SELECT * FROM commons.agreement WHERE dataset_id = d.dataset_id ORDER BY version DESC LIMIT 1) a ON true
 WHERE d.dataset_id = %(dataset_id)s;
