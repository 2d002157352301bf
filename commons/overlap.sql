-- How many alternatives, as a reader sees them, each two partners both know; with oneself, how many one knows at all, and how
-- many nobody else does. Only sources that may be shown to the reader, and counted, count. Input: audience.
WITH known AS MATERIALIZED (
    SELECT c.alternative_id, c.anchor_id, p.slug, count(*) OVER (PARTITION BY c.alternative_id, c.anchor_id) AS partners
      FROM (SELECT DISTINCT c.alternative_id, c.anchor_id, d.partner_id
              FROM commons.contribution c
              JOIN commons.dataset d USING (dataset_id)
             WHERE c.audience = %(audience)s AND c.partner_id = 0 AND c.rank IS NOT NULL AND c.expires_at > now()
               AND c.rights & commons.cells('{existence}', '{statistics}') <> 0) c
      JOIN commons.partner p USING (partner_id)
)
SELECT one.slug, other.slug, count(*), count(*) FILTER (WHERE one.partners = 1)
  FROM known one
  JOIN known other USING (alternative_id, anchor_id)
 GROUP BY one.slug, other.slug
 ORDER BY one.slug, other.slug;
