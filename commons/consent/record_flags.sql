-- Stores what the flags of flagged_record say, as flag_statement tells; what earlier uploads' flags said of the same records is
-- superseded. Statements given otherwise (a form, a mail, a withdrawal) stand. Index used: ix_consent_record.
ANALYZE flagged_record;

UPDATE commons.consent c
   SET ended_at = now(), ended_as = 'superseded', ended_by = 'upload'
  FROM flagged_record f
 WHERE c.record_id = f.record_id AND c.evidence_kind = 'import flag' AND c.ended_at IS NULL;

INSERT INTO commons.consent (dataset_id, record_id, upload_id, effect, audience, field_groups, purposes, precision,
                             licence, given_by, evidence_kind, evidence, valid_from, valid_until)
SELECT %(dataset_id)s, f.record_id, %(upload_id)s, s.effect, s.audience, s.field_groups, s.purposes, s.precision,
       f.licence, coalesce(f.consent_by, 'partner'), 'import flag', f.consent_evidence, f.valid_from, f.valid_until
  FROM flagged_record f
  JOIN flag_statement s USING (combination);
