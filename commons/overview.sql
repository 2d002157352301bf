-- One row per dataset: its last upload, its records, how many another dataset is seen to know too, and how many alternatives
-- each audience sees of it. What another partner withholds is not counted, nor what only such a record holds together: its partner
-- would learn of it.
WITH record AS (
    SELECT r.dataset_id, r.record_id, c.alternative_id, c.anchor_id
      FROM commons.source_record r
      JOIN commons.membership m ON m.record_id = r.record_id AND m.until_at IS NULL
      LEFT JOIN commons.contribution c ON c.record_id = r.record_id AND c.audience = 'partners' AND c.partner_id = 0
     WHERE r.gone_at IS NULL
),
known AS (
    SELECT DISTINCT c.alternative_id, c.anchor_id, c.dataset_id
      FROM commons.contribution c
     WHERE c.audience = 'partners' AND c.partner_id = 0 AND c.rank IS NOT NULL
),
seen AS (
    SELECT source.slug, count(*) FILTER (WHERE a.audience = 'public') AS public,
           count(*) FILTER (WHERE a.audience = 'partners') AS partners
      FROM commons.released_alternative a
     CROSS JOIN LATERAL (SELECT DISTINCT value AS slug FROM jsonb_each_text(a.provenance)) source
     WHERE a.expires_at > now() AND a.audience IN ('public', 'partners')
     GROUP BY source.slug
)
SELECT p.name AS partner, d.slug AS dataset, coalesce(u.rows_in, 0) AS rows_in, coalesce(u.rows_set_aside, 0) AS set_aside,
       count(record.record_id) AS records,
       count(record.record_id) FILTER (WHERE EXISTS (
           SELECT FROM known other
            WHERE other.alternative_id = record.alternative_id AND other.anchor_id = record.anchor_id
              AND other.dataset_id <> record.dataset_id)) AS shared,
       coalesce(seen.public, 0) AS public, coalesce(seen.partners, 0) AS partners
  FROM commons.dataset d
  JOIN commons.partner p USING (partner_id)
  LEFT JOIN LATERAL (
       SELECT rows_in, rows_set_aside FROM commons.upload u
        WHERE u.dataset_id = d.dataset_id AND u.undone_at IS NULL ORDER BY u.upload_id DESC LIMIT 1
       ) u ON true
  LEFT JOIN record ON record.dataset_id = d.dataset_id
  LEFT JOIN seen ON seen.slug = d.slug
 GROUP BY p.name, d.slug, u.rows_in, u.rows_set_aside, seen.public, seen.partners
 ORDER BY d.slug;
