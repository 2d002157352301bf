-- What each reader may do now with each record of a dataset for which two people have opened something themselves, by purpose.
-- Input: dataset_id. Index used: ix_consent_by_people.
SELECT p.record_id, p.audience::text || ' ' || p.partner_id || ' ' || purpose, p.rights, p.precision::text
  FROM unnest(enum_range(NULL::reference.purpose)) AS purpose
 CROSS JOIN LATERAL commons.permissions(
       ARRAY(SELECT DISTINCT c.record_id FROM commons.consent c
              WHERE c.dataset_id = %(dataset_id)s AND c.record_id IS NOT NULL AND c.effect = 'allow'
                AND c.evidence_kind <> 'import flag' AND c.ended_at IS NULL AND c.valid_until > now()),
       purpose, clock_timestamp()) p
 WHERE p.rights <> 0;
