-- The records that errors are told of, each with its present value of the field; of one partner, or of all. Of accepted ones
-- only those that their keeper has not sent anew since.
--
-- Inputs: reference, null for all; partner_id and dataset_id, null for any; accepted, whether of accepted ones only.
-- Indexes used: uq_record_version_current.
SELECT p.reference, d.slug AS dataset, r.partner_key, v.name, p.field,
       CASE p.field WHEN 'name' THEN v.name
                    WHEN 'category' THEN v.category
                    WHEN 'place' THEN concat_ws(', ', nullif(concat_ws(' ', v.street, v.house_number), ''),
                                                nullif(concat_ws(' ', v.postcode, v.municipality), ''))
                    WHEN 'website' THEN v.website
                    WHEN 'opening_hours' THEN v.opening_hours
                    WHEN 'description' THEN coalesce(v.description, v.description_fr, v.description_nl, v.description_en)
                    WHEN 'contact' THEN concat_ws(', ', v.phone, v.email)
       END AS present, p.told, p.why
  FROM commons.proposal p
  JOIN commons.source_record r ON r.record_id = ANY (p.record_ids) AND r.gone_at IS NULL
  JOIN commons.dataset d USING (dataset_id)
  JOIN commons.record_version v ON v.record_id = r.record_id AND v.superseded_at IS NULL
  JOIN commons.upload u ON u.upload_id = v.upload_id
 WHERE p.kind = 'error' AND p.received_at > now() - interval '12 months'
   AND (%(reference)s::text IS NULL OR p.reference = %(reference)s)
   AND (%(partner_id)s::bigint IS NULL OR d.partner_id = %(partner_id)s)
   AND (%(dataset_id)s::bigint IS NULL OR d.dataset_id = %(dataset_id)s)
   AND (NOT %(accepted)s OR p.decision = 'accepted' AND u.uploaded_at <= p.decided_at)
 ORDER BY p.received_at, p.reference, d.slug, r.partner_key
