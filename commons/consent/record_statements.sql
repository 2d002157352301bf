-- Every statement about a record, and about its whole dataset, oldest first; an end that never comes is null.
SELECT c.consent_id, c.record_id IS NULL, c.effect::text, c.audience::text, p.name, c.field_groups::text[], c.purposes::text[],
       c.precision::text, c.licence, c.given_by, c.capacity, c.evidence_kind, c.evidence, c.approved_by, c.given_at,
       c.valid_from, nullif(c.valid_until, 'infinity'), c.ended_at, c.ended_as, c.ended_by, c.end_approved_by,
       CASE WHEN c.ended_at IS NOT NULL THEN c.ended_as
            WHEN c.valid_from > clock_timestamp() THEN 'later'
            WHEN c.valid_until <= clock_timestamp() THEN 'over'
            ELSE 'live' END
  FROM commons.consent c
  LEFT JOIN commons.partner p ON p.partner_id = c.named_partner_id
 WHERE c.dataset_id = %(dataset_id)s AND (c.record_id IS NULL OR c.record_id = %(record_id)s)
 ORDER BY c.consent_id;
