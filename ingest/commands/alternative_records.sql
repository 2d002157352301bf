-- The records of an alternative, since when each belongs to it, and for each audience the number of the part that it supplies:
-- the same number, one alternative to that reader; none, not seen. Input: alternative_id.
WITH supplied AS (
    SELECT c.audience, c.record_id, dense_rank() OVER (PARTITION BY c.audience ORDER BY c.anchor_id) AS part
      FROM commons.contribution c
     WHERE c.alternative_id = %(alternative_id)s AND c.partner_id = 0 AND c.rank IS NOT NULL AND c.expires_at > now()
)
SELECT d.slug || '/' || r.partner_key, m.since_at::date,
       max(s.part) FILTER (WHERE s.audience = 'public'), max(s.part) FILTER (WHERE s.audience = 'partners'),
       max(s.part) FILTER (WHERE s.audience = 'researchers')
  FROM commons.membership m
  JOIN commons.source_record r USING (record_id)
  JOIN commons.dataset d USING (dataset_id)
  LEFT JOIN supplied s USING (record_id)
 WHERE m.alternative_id = %(alternative_id)s AND m.until_at IS NULL
 GROUP BY d.slug, r.partner_key, m.since_at
 ORDER BY 1;
