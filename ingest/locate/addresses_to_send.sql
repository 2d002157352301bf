-- The addresses of a dataset's waiting records that may be sent to a geocoder and never were: the whole address of a record that,
-- had it a place, the public would see exactly there, and no contact that stands in it. Run in a transaction that is rolled back.
-- Inputs: dataset_id, geocoder.
INSERT INTO commons.record_location (record_id, address_hash, method, kind, uncertainty_m, geom, commune_id, licences, attributions,
                                     holds_until)
SELECT p.record_id, p.address_hash, 'trial', 'street', 1, ST_SetSRID(ST_MakePoint(4.35, 50.85), 4326),
       (SELECT min(district_id) FROM reference.district WHERE level = 'commune' AND is_current), '{}', '{}', 'infinity'
  FROM commons.place p
  JOIN commons.source_record r ON r.record_id = p.record_id
 WHERE r.dataset_id = %(dataset_id)s AND r.gone_at IS NULL AND p.superseded_at IS NULL AND p.geom IS NULL;

SELECT DISTINCT ON (p.address_hash) p.address_hash, v.street, v.house_number, v.postcode
  FROM commons.permitted('public', 0, 'display', ARRAY(SELECT r.record_id FROM commons.source_record r
                                                        WHERE r.dataset_id = %(dataset_id)s), clock_timestamp()) may
  JOIN commons.place p ON p.version_id = may.version_id AND p.method = 'trial'
  JOIN commons.record_version v ON v.version_id = may.version_id
 WHERE may.precision = 'exact'
   AND may.rights & commons.cells('{existence,identity,location}', '{display}')
       = commons.cells('{existence,identity,location}', '{display}')
   AND may.rights & commons.cells('{location}', '{reuse}') <> 0
   AND commons.without_contacts(v.street) = v.street
   AND v.street IS NOT NULL AND v.house_number IS NOT NULL AND v.postcode IS NOT NULL
   AND NOT EXISTS (SELECT FROM commons.geocoder_answer a
                    WHERE a.geocoder = %(geocoder)s AND a.address_hash = p.address_hash)
 ORDER BY p.address_hash;
