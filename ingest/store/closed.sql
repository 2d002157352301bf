-- Every version of the records of a dataset that a person has closed or coarsened, by a withdrawal or otherwise, and nobody has opened
-- again; metres in the territory's metric system. Whoever compares them learns which rows are like them, in the very list that holds them. A name that was
-- made of an address is none. Input: dataset_id. Indexes used: ix_consent_by_people, the primary keys.
SELECT r.record_id, {compared},
       ST_X(spot.geom) AS x, ST_Y(spot.geom) AS y, p.uncertainty_m
  FROM commons.source_record r
  JOIN commons.record_version v USING (record_id)
  JOIN commons.place p USING (version_id)
 CROSS JOIN LATERAL (SELECT ST_Transform(p.geom, @metric_crs@) AS geom) spot
 WHERE r.dataset_id = %(dataset_id)s
   AND r.record_id IN (SELECT c.record_id FROM commons.consent c
                        WHERE c.dataset_id = %(dataset_id)s AND c.record_id IS NOT NULL AND c.effect <> 'allow'
                          AND c.evidence_kind <> 'import flag' AND c.ended_at IS NULL AND c.valid_until > now())
 ORDER BY v.version_id;
