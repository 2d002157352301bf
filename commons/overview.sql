-- One row per dataset: its last upload, its records, how many another dataset is seen to know too, and how many alternatives
-- each audience sees of it. What another partner withholds is not counted: its partner would learn of it.
WITH record AS (
    SELECT r.dataset_id, m.alternative_id, r.record_id
      FROM commons.source_record r
      JOIN commons.membership m ON m.record_id = r.record_id AND m.until_at IS NULL
     WHERE r.gone_at IS NULL
),
known AS (
    SELECT DISTINCT c.alternative_id, c.dataset_id FROM commons.contribution c WHERE c.audience = 'partners' AND c.rank IS NOT NULL
),
seen AS (
    SELECT a.audience, a.alternative_id, source.slug
      FROM commons.released_alternative a
     CROSS JOIN LATERAL (SELECT DISTINCT value AS slug FROM jsonb_each_text(a.provenance)) source
     WHERE a.expires_at > now() AND a.partner_id = 0
)
SELECT p.name AS partner, d.slug AS dataset, coalesce(u.rows_in, 0) AS rows_in, coalesce(u.rows_set_aside, 0) AS set_aside,
       count(record.record_id) AS records,
       count(record.record_id) FILTER (WHERE EXISTS (
           SELECT FROM known other
            WHERE other.alternative_id = record.alternative_id AND other.dataset_id <> record.dataset_id)) AS shared,
       count(DISTINCT record.alternative_id) FILTER (WHERE EXISTS (
           SELECT FROM seen WHERE seen.audience = 'public' AND seen.alternative_id = record.alternative_id
                              AND seen.slug = d.slug)) AS public,
       count(DISTINCT record.alternative_id) FILTER (WHERE EXISTS (
           SELECT FROM seen WHERE seen.audience = 'partners' AND seen.alternative_id = record.alternative_id
                              AND seen.slug = d.slug)) AS partners
  FROM commons.dataset d
  JOIN commons.partner p USING (partner_id)
  LEFT JOIN LATERAL (
       SELECT rows_in, rows_set_aside FROM commons.upload u
        WHERE u.dataset_id = d.dataset_id AND u.undone_at IS NULL ORDER BY u.upload_id DESC LIMIT 1
       ) u ON true
  LEFT JOIN record ON record.dataset_id = d.dataset_id
 GROUP BY p.name, d.slug, u.rows_in, u.rows_set_aside
 ORDER BY d.slug;
