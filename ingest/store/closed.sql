-- Every version of the records of a dataset that a person has closed or coarsened, by a withdrawal or otherwise, and nobody has opened
-- again; metres in the territory's metric system. Whoever compares them learns which rows are like them, in the very list that holds them. A name that was
-- made of an address is none. Input: dataset_id. Indexes used: ix_consent_by_people, the primary keys.
SELECT r.record_id, name.name, name.name_fr, name.name_nl, name.name_en, ST_X(spot.geom) AS x, ST_Y(spot.geom) AS y,
       p.uncertainty_m, v.street, v.house_number, v.postcode, v.municipality, coalesce(v.phone, v.contact_phone) AS phone,
       coalesce(v.email, v.contact_email) AS email, v.website, v.category, v.enterprise_number
  FROM commons.source_record r
  JOIN commons.record_version v USING (record_id)
  JOIN commons.place p USING (version_id)
 CROSS JOIN LATERAL (SELECT ST_Transform(p.geom, @metric_crs@) AS geom) spot
  LEFT JOIN LATERAL (SELECT v.name, v.name_fr, v.name_nl, v.name_en WHERE NOT v.name_composed) name ON true
 WHERE r.dataset_id = %(dataset_id)s
   AND r.record_id IN (SELECT c.record_id FROM commons.consent c
                        WHERE c.dataset_id = %(dataset_id)s AND c.record_id IS NOT NULL AND c.effect <> 'allow'
                          AND c.evidence_kind <> 'import flag' AND c.ended_at IS NULL AND c.valid_until > now())
 ORDER BY v.version_id;
