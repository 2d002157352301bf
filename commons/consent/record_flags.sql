-- Stores incoming_consent; what earlier uploads' flags said of the same records is superseded. Statements given otherwise
-- (a form, a mail, a withdrawal) stand. Index used: ix_consent_record.
UPDATE commons.consent c
   SET ended_at = now(), ended_as = 'superseded', ended_by = 'upload'
  FROM (SELECT DISTINCT record_id FROM incoming_consent) i
 WHERE c.record_id = i.record_id AND c.evidence_kind = 'import flag' AND c.ended_at IS NULL;

INSERT INTO commons.consent (dataset_id, record_id, upload_id, effect, audience, field_groups, purposes, precision,
                             licence, given_by, evidence_kind, evidence, valid_from, valid_until)
SELECT %(dataset_id)s, record_id, %(upload_id)s, effect, audience, field_groups, purposes, precision,
       licence, coalesce(consent_by, 'partner'), 'import flag', consent_evidence, valid_from, valid_until
  FROM incoming_consent;
