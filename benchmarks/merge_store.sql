-- Stores `incoming` as the two lists' records.
INSERT INTO commons.source_record (dataset_id, partner_key) SELECT dataset_id, partner_key FROM incoming;
INSERT INTO commons.record_version (record_id, upload_id, row_number, content_hash, name, name_composed, category, street,
       house_number, postcode, municipality, phone, email, website, enterprise_number, subject, geom)
SELECT r.record_id, u.upload_id, 1, '', coalesce(i.name, ''), false, 'food', i.street, i.house_number, i.postcode, i.municipality,
       i.phone, i.email, i.website, i.enterprise_number, 'organisation', ST_Transform(ST_SetSRID(ST_MakePoint(i.x, i.y), 31370), 4326)
  FROM incoming i
  JOIN commons.source_record r USING (dataset_id, partner_key)
  JOIN commons.upload u USING (dataset_id)
