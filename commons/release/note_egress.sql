-- Keeps what is handed out of these public ids, and returns its number; nothing where one of them is not released to the reader
-- now. The same content of the same sources is kept once a day, however often it is handed out. A named partner has of an alternative
-- that does not name it what all partners have.
-- Indexes used: ix_released_alternative_public_id, pk_contribution, ix_egress_sha256.
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
),
wanted AS MATERIALIZED (
    SELECT %(audience)s::reference.audience AS audience, %(partner_id)s::bigint AS partner_id, %(kind)s AS kind, %(what)s AS what,
           ARRAY(SELECT DISTINCT part.alternative_id FROM part ORDER BY 1) AS alternative_ids,
           ARRAY(SELECT source.record_id FROM source ORDER BY 1) AS record_ids, %(sha256)s::bytea AS sha256
     WHERE (SELECT count(*) FROM part) = cardinality(%(public_ids)s::uuid[])
),
before AS MATERIALIZED (
    SELECT max(e.egress_id) AS egress_id
      FROM wanted
      JOIN commons.egress e USING (sha256, audience, kind, what, record_ids)
     WHERE e.partner_id IS NOT DISTINCT FROM wanted.partner_id
       AND (e.at AT TIME ZONE '@time_zone@')::date = (now() AT TIME ZONE '@time_zone@')::date
),
added AS (
    INSERT INTO commons.egress (audience, partner_id, kind, what, at, alternative_ids, record_ids, sha256)
    SELECT wanted.audience, wanted.partner_id, wanted.kind, wanted.what, clock_timestamp(), wanted.alternative_ids, wanted.record_ids,
           wanted.sha256
      FROM wanted
     WHERE NOT EXISTS (SELECT FROM before WHERE egress_id IS NOT NULL)
    RETURNING egress_id
)
SELECT egress_id FROM added
 UNION ALL
SELECT egress_id FROM before WHERE egress_id IS NOT NULL;
