-- Withdraws field groups of a record, or of a dataset where record_id is null: what was allowed to it ends where nothing of it is
-- left, and a denial for everyone stands against whatever a later file says. The release follows at once, in this transaction.
DROP TABLE IF EXISTS pg_temp.shown_before;
CREATE TEMPORARY TABLE shown_before ON COMMIT DROP AS
SELECT r.audience, r.alternative_id, r.anchor_id, r.public_id, to_jsonb(r) - 'geom' AS content, r.geom
  FROM commons.released_alternative r
 WHERE r.partner_id = 0 AND r.alternative_id IN (
       SELECT m.alternative_id
         FROM commons.membership m
         JOIN commons.source_record s USING (record_id)
        WHERE m.until_at IS NULL AND s.dataset_id = %(dataset_id)s
          AND (%(record_id)s::bigint IS NULL OR s.record_id = %(record_id)s));

UPDATE commons.consent c
   SET ended_at = clock_timestamp(), ended_as = 'withdrawn', ended_by = %(withdrawn_by)s
 WHERE c.dataset_id = %(dataset_id)s AND (%(record_id)s::bigint IS NULL OR c.record_id = %(record_id)s)
   AND c.effect = 'allow' AND c.ended_at IS NULL AND c.field_groups <@ %(field_groups)s::reference.field_group[];

INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by, evidence_kind,
                             valid_from, valid_until)
SELECT %(dataset_id)s, %(record_id)s, 'deny', audience, %(field_groups)s::reference.field_group[],
       enum_range(NULL::reference.purpose), %(withdrawn_by)s, 'withdrawal', clock_timestamp(), 'infinity'
  FROM unnest('{partner,researchers}'::reference.audience[]) AS audience;

SET CONSTRAINTS ALL IMMEDIATE;
