-- Makes the dataset's records what they were before its latest upload. Nothing is deleted: its versions become past ones, and the
-- flags that it replaced are said again. Inputs: upload_id, uploaded_at, dataset_id. Index used: ix_record_version_upload_id.
DROP TABLE IF EXISTS pg_temp.undone;
CREATE TEMPORARY TABLE undone ON COMMIT DROP AS
SELECT v.record_id, v.version_id, v.returned_from,
       (SELECT max(p.version_id) FROM commons.record_version p WHERE p.record_id = v.record_id AND p.version_id < v.version_id) AS before
  FROM commons.record_version v
 WHERE v.upload_id = %(upload_id)s;

UPDATE commons.record_version v SET superseded_at = now() FROM undone u
 WHERE v.version_id = u.version_id AND v.superseded_at IS NULL;
UPDATE commons.record_version v SET superseded_at = NULL FROM undone u WHERE v.version_id = u.before;

-- What it brought is gone, or as long gone as it had been; what it ended is there.
UPDATE commons.source_record r SET gone_at = coalesce(u.returned_from, now()) FROM undone u
 WHERE r.record_id = u.record_id AND (u.before IS NULL OR u.returned_from IS NOT NULL);
UPDATE commons.source_record r SET gone_at = NULL
 WHERE r.dataset_id = %(dataset_id)s AND r.gone_at = %(uploaded_at)s;

UPDATE commons.consent c SET ended_at = now(), ended_as = 'superseded', ended_by = 'undo'
 WHERE c.upload_id = %(upload_id)s AND c.ended_at IS NULL;
INSERT INTO commons.consent (dataset_id, record_id, upload_id, effect, audience, named_partner_id, field_groups, purposes,
                             precision, licence, given_by, evidence_kind, evidence, valid_from, valid_until)
SELECT c.dataset_id, c.record_id, c.upload_id, c.effect, c.audience, c.named_partner_id, c.field_groups, c.purposes,
       c.precision, c.licence, c.given_by, c.evidence_kind, c.evidence, c.valid_from, c.valid_until
  FROM commons.consent c
 WHERE c.dataset_id = %(dataset_id)s AND c.evidence_kind = 'import flag' AND c.upload_id <> %(upload_id)s
   AND c.ended_at = %(uploaded_at)s AND c.ended_as = 'superseded' AND c.ended_by = 'upload';

UPDATE commons.upload SET undone_at = now() WHERE upload_id = %(upload_id)s;
SELECT count(*) FILTER (WHERE before IS NULL), count(*) FILTER (WHERE before IS NOT NULL) FROM undone;
