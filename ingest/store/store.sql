-- Stores incoming_record as versions of the dataset's records, and returns how many were new, changed, unchanged and gone.
-- Indexes used: uq_source_record_dataset_id, uq_record_version_current.

-- What a version is: everything asserted but the row's number in the file.
UPDATE incoming_record i
   SET content_hash = sha256(convert_to(
           (to_jsonb(i) - '{row_number,record_id,content_hash,is_changed,is_new,sector,neighbourhood,commune}'::text[]
            || jsonb_build_object('participations', (
                SELECT jsonb_agg(to_jsonb(p) - 'row_number' ORDER BY p.mutualisation_key)
                  FROM incoming_participation p WHERE p.row_number = i.row_number)))::text, 'UTF8')),
       is_new = NOT EXISTS (SELECT FROM commons.source_record r
                             WHERE r.dataset_id = %(dataset_id)s AND r.partner_key = i.partner_key);

INSERT INTO commons.source_record (dataset_id, partner_key)
SELECT %(dataset_id)s, partner_key FROM incoming_record
ON CONFLICT (dataset_id, partner_key) DO NOTHING;

UPDATE incoming_record i
   SET record_id = r.record_id, is_changed = v.content_hash IS DISTINCT FROM i.content_hash
  FROM commons.source_record r
  LEFT JOIN commons.record_version v ON v.record_id = r.record_id AND v.superseded_at IS NULL
 WHERE r.dataset_id = %(dataset_id)s AND r.partner_key = i.partner_key;

CREATE UNIQUE INDEX ON incoming_record (row_number);
CREATE UNIQUE INDEX ON incoming_record (record_id);
ANALYZE incoming_record;

UPDATE commons.record_version v
   SET superseded_at = now()
  FROM incoming_record i
 WHERE v.record_id = i.record_id AND v.superseded_at IS NULL AND i.is_changed;

INSERT INTO commons.record_version (
    record_id, upload_id, row_number, content_hash, name, name_composed, name_fr, name_nl, name_en, description, description_fr,
    description_nl, description_en, category, category_raw, website, opening_hours, street, house_number, postcode,
    municipality, phone, email, contact_person, contact_email, contact_phone, subject, legal_form, enterprise_number,
    founded_on, ended_on, offers, needs, updated_on, extras, geom, sector_id, neighbourhood_id, commune_id)
SELECT i.record_id, %(upload_id)s, i.row_number, i.content_hash, i.name, i.name_composed, i.name_fr, i.name_nl, i.name_en, i.description,
       i.description_fr, i.description_nl, i.description_en, i.category, i.category_raw, i.website, i.opening_hours,
       i.street, i.house_number, i.postcode, i.municipality, i.phone, i.email, i.contact_person, i.contact_email,
       i.contact_phone, i.subject, i.legal_form, i.enterprise_number, i.founded_on, i.ended_on, i.offers, i.needs,
       i.updated_on, i.extras, ST_SetSRID(ST_MakePoint(i.lon, i.lat), 4326), s.district_id, n.district_id, c.district_id
  FROM incoming_record i
  LEFT JOIN reference.district s ON s.level = 'sector' AND s.code = i.sector AND s.is_current
  LEFT JOIN reference.district n ON n.level = 'neighbourhood' AND n.code = i.neighbourhood AND n.is_current
  LEFT JOIN reference.district c ON c.level = 'commune' AND c.code = i.commune AND c.is_current
 WHERE i.is_changed;

INSERT INTO commons.mutualisation (mutualisation_key, title, resource_kind, started_on)
SELECT p.mutualisation_key, min(p.title), min(p.resource_kind), min(p.since_on)
  FROM incoming_participation p
 GROUP BY p.mutualisation_key
ON CONFLICT (mutualisation_key) DO NOTHING;

INSERT INTO commons.participation (version_id, mutualisation_id, record_id, title, resource_kind, since_on)
SELECT v.version_id, m.mutualisation_id, i.record_id, min(p.title), min(p.resource_kind), min(p.since_on)
  FROM incoming_participation p
  JOIN incoming_record i USING (row_number)
  JOIN commons.record_version v ON v.record_id = i.record_id AND v.superseded_at IS NULL
  JOIN commons.mutualisation m USING (mutualisation_key)
 WHERE i.is_changed
 GROUP BY v.version_id, m.mutualisation_id, i.record_id;

-- A full list says what is no longer there; a record that comes back is back.
UPDATE commons.source_record r
   SET gone_at = now()
 WHERE %(full)s AND r.dataset_id = %(dataset_id)s AND r.gone_at IS NULL
   AND NOT EXISTS (SELECT FROM incoming_record i WHERE i.record_id = r.record_id);

UPDATE commons.source_record r
   SET gone_at = NULL
  FROM incoming_record i
 WHERE r.record_id = i.record_id AND r.gone_at IS NOT NULL;

SELECT count(*) FILTER (WHERE is_new),
       count(*) FILTER (WHERE is_changed AND NOT is_new),
       count(*) FILTER (WHERE NOT is_changed),
       (SELECT count(*) FROM commons.source_record r WHERE r.dataset_id = %(dataset_id)s AND r.gone_at = now())
  FROM incoming_record;
