-- Withdraws field groups of a record, or of a dataset where record_id is null: what was allowed to it ends where nothing of it is
-- left, and a denial for everyone stands against whatever a later file says.
UPDATE commons.consent c
   SET ended_at = clock_timestamp(), ended_as = 'withdrawn', ended_by = %(withdrawn_by)s
 WHERE c.dataset_id = %(dataset_id)s AND (%(record_id)s::bigint IS NULL OR c.record_id = %(record_id)s)
   AND c.effect = 'allow' AND c.ended_at IS NULL AND c.field_groups <@ %(field_groups)s::reference.field_group[];

INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by, evidence_kind,
                             valid_from, valid_until)
SELECT %(dataset_id)s, %(record_id)s, 'deny', audience, %(field_groups)s::reference.field_group[],
       enum_range(NULL::reference.purpose), %(withdrawn_by)s, 'withdrawal', clock_timestamp(), 'infinity'
  FROM unnest('{partner,researchers}'::reference.audience[]) AS audience;
