-- Keeps what is handed out of these public ids, and returns its number; nothing where one of them is not released to the reader
-- now. A named partner has of an alternative that does not name it what all partners have.
-- Index used: ix_released_alternative_public_id, pk_contribution.
WITH part AS MATERIALIZED (
    SELECT r.public_id, r.audience, r.partner_id, r.alternative_id, r.anchor_id
      FROM commons.released_alternative r
     WHERE r.public_id = ANY (%(public_ids)s::uuid[]) AND r.expires_at > now()
       AND CASE %(audience)s
           WHEN 'partner' THEN (r.audience = 'partner' AND r.partner_id = %(partner_id)s)
                OR (r.audience = 'partners' AND NOT EXISTS (
                    SELECT FROM commons.released_alternative own
                     WHERE own.audience = 'partner' AND own.partner_id = %(partner_id)s
                       AND own.alternative_id = r.alternative_id))
           ELSE r.audience = %(audience)s::reference.audience END
),
source AS (
    SELECT DISTINCT c.record_id
      FROM part
      JOIN commons.contribution c USING (audience, partner_id, alternative_id, anchor_id)
     WHERE c.rank IS NOT NULL
)
INSERT INTO commons.egress (audience, partner_id, kind, what, at, alternative_ids, record_ids, sha256)
SELECT %(audience)s, %(partner_id)s, %(kind)s, %(what)s, clock_timestamp(),
       ARRAY(SELECT DISTINCT part.alternative_id FROM part ORDER BY 1),
       ARRAY(SELECT source.record_id FROM source ORDER BY 1), %(sha256)s
 WHERE (SELECT count(*) FROM part) = cardinality(%(public_ids)s::uuid[])
RETURNING egress_id;
