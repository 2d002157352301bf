-- Keeps of what is handed out of these public ids the records that have not left by the same way since midnight, and returns whether
-- all of the ids are released to the reader now; nothing is kept where one is not. So a day has at most one row for each record and
-- way, whatever is asked. A named partner has of an alternative that does not name it what all partners have.
-- Indexes used: ix_released_alternative_public_id, pk_contribution, ix_egress_at.
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
    SELECT DISTINCT part.alternative_id, c.record_id
      FROM part
      JOIN commons.contribution c USING (audience, partner_id, alternative_id, anchor_id)
     WHERE c.rank IS NOT NULL
),
gone AS (
    SELECT unnest(e.record_ids) AS record_id
      FROM commons.egress e
     WHERE e.at >= date_trunc('day', statement_timestamp(), '@time_zone@')
       AND e.audience = %(audience)s::reference.audience AND e.partner_id IS NOT DISTINCT FROM %(partner_id)s::bigint
       AND e.kind = %(kind)s AND e.what = %(what)s
),
answer AS MATERIALIZED (
    SELECT count(*) = cardinality(%(public_ids)s::uuid[]) AS is_released FROM part
),
added AS (
    INSERT INTO commons.egress (audience, partner_id, kind, what, at, alternative_ids, record_ids, sha256)
    SELECT %(audience)s::reference.audience, %(partner_id)s::bigint, %(kind)s, %(what)s, statement_timestamp(),
           array_agg(DISTINCT source.alternative_id), array_agg(DISTINCT source.record_id), %(sha256)s::bytea
      FROM source
     WHERE (SELECT is_released FROM answer) AND NOT EXISTS (SELECT FROM gone WHERE gone.record_id = source.record_id)
    HAVING count(*) > 0
)
SELECT is_released FROM answer;
