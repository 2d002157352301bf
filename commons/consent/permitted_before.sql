-- Keeps, for this transaction, which records a dataset has and what each reader may do with each. Those that have gone are
-- added by commons/consent/no_wider.py. Input: dataset_id. Index used: uq_source_record_dataset_id_partner_key.
DROP TABLE IF EXISTS pg_temp.record_before, pg_temp.permitted_before;
CREATE TEMPORARY TABLE record_before ON COMMIT DROP AS
SELECT record_id, gone_at FROM commons.source_record WHERE dataset_id = %(dataset_id)s;
ANALYZE record_before;

-- As in a release of many (routines/release.sql): without statistics yet, the planner would compare each record with each.
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;
CREATE TEMPORARY TABLE permitted_before ON COMMIT DROP AS
SELECT purpose, p.audience, p.partner_id, p.record_id, p.rights, p.precision, p.licence, p.expires_at
  FROM unnest(enum_range(NULL::reference.purpose)) AS purpose
 CROSS JOIN LATERAL commons.permissions(ARRAY(SELECT record_id FROM record_before WHERE gone_at IS NULL), purpose, now()) p
 WHERE p.rights <> 0;
SET LOCAL enable_nestloop TO DEFAULT;
SET LOCAL enable_mergejoin TO DEFAULT;
