-- Takes back what an upload opened of records that the dataset had before it, and returns of how many. Their former flags hold
-- on; where the new ones both open and close, nothing is shared until a person says what is meant; where the place would be
-- told more finely for another reason (its category is no longer a sensitive one), it is not.
-- Inputs: upload_id, dataset_id; record_before and permitted_before of permitted_before.sql. Index used: ix_consent_record.
DROP TABLE IF EXISTS pg_temp.touched, pg_temp.held_back;
CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
SELECT record_id FROM record_before
 WHERE record_id IN (SELECT c.record_id FROM commons.consent c WHERE c.upload_id = %(upload_id)s
                      UNION SELECT v.record_id FROM commons.record_version v WHERE v.upload_id = %(upload_id)s);
ANALYZE touched;
ANALYZE permitted_before;

-- As in permitted_before.sql: what the upload said has no statistics yet.
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;
CREATE TEMPORARY TABLE held_back ON COMMIT DROP AS
WITH permitted AS (
    SELECT purpose, p.audience, p.partner_id, p.record_id, p.rights, p.precision, p.licence, p.expires_at
      FROM unnest(enum_range(NULL::reference.purpose)) AS purpose
     CROSS JOIN LATERAL commons.permissions(ARRAY(SELECT record_id FROM touched), purpose, now()) p
     WHERE p.rights <> 0
),
before AS (
    SELECT b.* FROM permitted_before b JOIN touched USING (record_id)
),
compared AS (
    SELECT record_id,
           coalesce(now.rights, 0) & ~coalesce(before.rights, 0) <> 0 OR now.expires_at > before.expires_at
             OR now.licence <> before.licence
             OR now.precision < before.precision AND now.rights & commons.cells('{location}', ARRAY[purpose]) <> 0 AS opens,
           coalesce(before.rights, 0) & ~coalesce(now.rights, 0) <> 0 OR now.expires_at < before.expires_at
             OR now.precision > before.precision AS closes,
           CASE WHEN now.precision < before.precision THEN before.precision END AS former_precision
      FROM permitted now FULL JOIN before USING (purpose, audience, partner_id, record_id)
),
told AS (
    SELECT c.record_id, c.upload_id = %(upload_id)s AS is_new,
           (c.effect, c.audience, c.field_groups, c.purposes, c.precision, c.licence, c.valid_until)::text AS statement
      FROM commons.consent c
      JOIN touched USING (record_id)
     WHERE c.evidence_kind = 'import flag'
       AND (c.upload_id = %(upload_id)s OR c.ended_at = now() AND c.ended_as = 'superseded' AND c.ended_by = 'upload')
),
said_otherwise AS (
    SELECT record_id
      FROM told
     GROUP BY record_id
    HAVING array_agg(statement ORDER BY statement) FILTER (WHERE is_new)
           IS DISTINCT FROM array_agg(statement ORDER BY statement) FILTER (WHERE NOT is_new)
)
SELECT record_id, coalesce(bool_or(closes), false) AS closes, max(former_precision) AS former_precision,
       record_id IN (SELECT record_id FROM said_otherwise) AS said_otherwise
  FROM compared
 GROUP BY record_id
HAVING bool_or(opens) AND (record_id IN (SELECT record_id FROM said_otherwise) OR max(former_precision) IS NOT NULL);
SET LOCAL enable_nestloop TO DEFAULT;
SET LOCAL enable_mergejoin TO DEFAULT;

UPDATE commons.consent c SET ended_at = now(), ended_as = 'superseded', ended_by = 'held back'
  FROM held_back h
 WHERE c.record_id = h.record_id AND h.said_otherwise AND c.upload_id = %(upload_id)s AND c.evidence_kind = 'import flag'
   AND c.ended_at IS NULL;

INSERT INTO commons.consent (dataset_id, record_id, upload_id, effect, audience, named_partner_id, field_groups, purposes,
                             precision, licence, given_by, evidence_kind, evidence, valid_from, valid_until)
SELECT c.dataset_id, c.record_id, %(upload_id)s, c.effect, c.audience, c.named_partner_id, c.field_groups, c.purposes,
       c.precision, c.licence, c.given_by, c.evidence_kind, c.evidence, c.valid_from, c.valid_until
  FROM commons.consent c
  JOIN held_back h USING (record_id)
 WHERE h.said_otherwise AND NOT h.closes AND c.evidence_kind = 'import flag' AND c.upload_id <> %(upload_id)s
   AND c.ended_at = now() AND c.ended_as = 'superseded' AND c.ended_by = 'upload'
 UNION ALL
SELECT %(dataset_id)s, h.record_id, %(upload_id)s, 'allow', 'partners', NULL, '{}', '{}', NULL, NULL, 'partner', 'import flag',
       NULL, now(), 'infinity'
  FROM held_back h
 WHERE h.said_otherwise AND h.closes
 UNION ALL
SELECT %(dataset_id)s, h.record_id, %(upload_id)s, 'coarsen', audience, NULL, '{location}', '{}', h.former_precision, NULL,
       'partner', 'import flag', NULL, now(), 'infinity'
  FROM held_back h
 CROSS JOIN unnest('{partner,researchers}'::reference.audience[]) AS audience
 WHERE NOT h.said_otherwise AND h.former_precision IS NOT NULL;

SELECT count(*) FROM held_back;
