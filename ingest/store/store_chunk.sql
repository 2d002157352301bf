-- Stores incoming_record as versions of the dataset's records, and returns how many were new, changed and unchanged.
-- may_be_known is false where the dataset can have none of these records yet: then none is looked up.
-- Indexes used: uq_source_record_dataset_id_partner_key, uq_record_version_current.
ANALYZE incoming_record (row_number);

TRUNCATE told_record;
-- Looked up one by one, in their indexes: joined, each chunk would read all that the chunks before it stored.
WITH known AS MATERIALIZED (
    SELECT i.row_number, i.partner_key, i.content_hash, r.record_id, r.gone_at
      FROM incoming_record i
      LEFT JOIN LATERAL (SELECT record_id, gone_at FROM commons.source_record
                          WHERE %(may_be_known)s AND dataset_id = %(dataset_id)s AND partner_key = i.partner_key LIMIT 1) r ON true
), added AS (
    INSERT INTO commons.source_record (dataset_id, partner_key)
    SELECT %(dataset_id)s, partner_key FROM known WHERE record_id IS NULL
    RETURNING record_id, partner_key
)
INSERT INTO told_record
SELECT k.row_number, a.record_id, true, true, NULL
  FROM known k
  JOIN added a USING (partner_key)
UNION ALL
SELECT k.row_number, k.record_id, v.version_id IS NULL,
       v.content_hash IS DISTINCT FROM k.content_hash OR k.gone_at IS NOT NULL, k.gone_at
  FROM known k
  LEFT JOIN LATERAL (SELECT version_id,
                            -- As of incoming_record, of a version that a first list left open: it has no participation.
                            CASE WHEN content_hash <> '' THEN content_hash ELSE int8send(hash_record_extended(ROW(
                                {content}, NULL::jsonb, ST_X(geom), ST_Y(geom)), 20261125)) END AS content_hash
                       FROM commons.record_version
                      WHERE record_id = k.record_id AND superseded_at IS NULL LIMIT 1) v ON true
 WHERE k.record_id IS NOT NULL;
ANALYZE told_record;
INSERT INTO seen_record SELECT record_id, row_number FROM told_record;

UPDATE commons.record_version v
   SET superseded_at = now()
  FROM told_record t
 WHERE v.record_id = t.record_id AND v.superseded_at IS NULL AND t.is_changed AND NOT t.is_new;

INSERT INTO commons.record_version (
    record_id, upload_id, row_number, returned_from, content_hash, {content}, geom, sector_id, neighbourhood_id, commune_id)
SELECT t.record_id, %(upload_id)s, i.row_number, t.gone_at, i.content_hash, {incoming},
       ST_SetSRID(ST_MakePoint(i.lon, i.lat), 4326), s.district_id, n.district_id, c.district_id
  FROM incoming_record i
  JOIN told_record t USING (row_number)
  LEFT JOIN reference.district s ON s.level = 'sector' AND s.code = i.sector AND s.is_current
  LEFT JOIN reference.district n ON n.level = 'neighbourhood' AND n.code = i.neighbourhood AND n.is_current
  LEFT JOIN reference.district c ON c.level = 'commune' AND c.code = i.commune AND c.is_current
 WHERE t.is_changed;

DROP TABLE IF EXISTS pg_temp.told_participation;
CREATE TEMPORARY TABLE told_participation ON COMMIT DROP AS
SELECT t.record_id, p.*
  FROM incoming_record i
  JOIN told_record t USING (row_number)
 CROSS JOIN LATERAL jsonb_to_recordset(i.participations)
       AS p (mutualisation_key text, title text, resource_kind reference.resource_kind, since date)
 WHERE t.is_changed;

INSERT INTO commons.mutualisation (mutualisation_key, title, resource_kind, started_on)
SELECT p.mutualisation_key, min(p.title), min(p.resource_kind), min(p.since)
  FROM told_participation p
 GROUP BY p.mutualisation_key
ON CONFLICT (mutualisation_key) DO NOTHING;

INSERT INTO commons.participation (version_id, mutualisation_id, record_id, title, resource_kind, since_on)
SELECT v.version_id, m.mutualisation_id, p.record_id, min(p.title), min(p.resource_kind), min(p.since)
  FROM told_participation p
  JOIN commons.record_version v ON v.record_id = p.record_id AND v.superseded_at IS NULL
  JOIN commons.mutualisation m USING (mutualisation_key)
 GROUP BY v.version_id, m.mutualisation_id, p.record_id;

-- A record that comes back is back.
UPDATE commons.source_record r
   SET gone_at = NULL
  FROM told_record t
 WHERE r.record_id = t.record_id AND t.gone_at IS NOT NULL;

INSERT INTO flagged_record
SELECT t.record_id, i.visibility, i.precision, i.contact, i.statistics, i.reuse, i.licence, i.consent_by, i.consent_evidence,
       i.valid_from, i.valid_until
  FROM incoming_record i
  JOIN told_record t USING (row_number)
 WHERE %(has_flags)s OR i.visibility = 'withheld';  -- without flags, what a remark withholds

SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed AND NOT is_new), count(*) FILTER (WHERE NOT is_changed)
  FROM told_record;
