-- Stores incoming_location, each with what it rests on: as the lenders stand now, whatever was read of them before. One whose
-- lender no longer lends is not stored. Returns how many were. Inputs: method, licences, attributions (of a geocoder's answers).
ANALYZE incoming_location;
ANALYZE incoming_source;

DROP TABLE IF EXISTS pg_temp.lent;
CREATE TEMPORARY TABLE lent ON COMMIT DROP AS
SELECT i.record_id, i.from_record_id, l.place_hash,
       greatest(l.public_until, CASE WHEN is_own.so THEN l.own_until END) AS until,
       CASE WHEN l.dataset_id <> borrower.dataset_id THEN l.licence END AS licence,
       CASE WHEN l.dataset_id <> borrower.dataset_id THEN d.attribution END AS attribution
  FROM incoming_source i
  JOIN commons.said_of borrower ON borrower.record_id = i.record_id
  LEFT JOIN commons.lender l ON l.record_id = i.from_record_id
  LEFT JOIN commons.dataset d ON d.dataset_id = l.dataset_id
 CROSS JOIN LATERAL (SELECT l.dataset_id = borrower.dataset_id AND l.said = borrower.said AS so) is_own;

DROP TABLE IF EXISTS pg_temp.storable;
CREATE TEMPORARY TABLE storable ON COMMIT DROP AS
SELECT i.*, p.address_hash, coalesce(rests.until, 'infinity') AS holds_until,
       coalesce(rests.licences, '{}') || %(licences)s::text[] AS licences,
       coalesce(rests.attributions, '{}') || %(attributions)s::text[] AS attributions
  FROM incoming_location i
  JOIN commons.place p ON p.record_id = i.record_id AND p.superseded_at IS NULL
  LEFT JOIN (
       SELECT lent.record_id, min(lent.until) AS until, bool_and(coalesce(lent.until > now(), false)) AS hold,
              array_agg(DISTINCT lent.licence) FILTER (WHERE lent.licence IS NOT NULL) AS licences,
              array_agg(DISTINCT lent.attribution) FILTER (WHERE lent.attribution IS NOT NULL) AS attributions
         FROM lent GROUP BY lent.record_id
       ) rests ON rests.record_id = i.record_id
 WHERE coalesce(rests.hold, true) AND (p.location_id IS NOT NULL OR p.geom IS NULL);

-- What was found before and no longer holds gives way.
UPDATE commons.record_location l SET retired_at = clock_timestamp() FROM storable s
 WHERE l.record_id = s.record_id AND l.address_hash = s.address_hash AND l.retired_at IS NULL;

INSERT INTO commons.record_location (record_id, address_hash, method, kind, uncertainty_m, geom, sector_id, neighbourhood_id,
                                     commune_id, licences, attributions, holds_until)
SELECT i.record_id, i.address_hash, %(method)s, i.kind, i.uncertainty_m, ST_SetSRID(ST_MakePoint(i.lon, i.lat), 4326),
       s.district_id, n.district_id, c.district_id, i.licences, i.attributions, i.holds_until
  FROM storable i
  LEFT JOIN reference.district s ON s.level = 'sector' AND s.code = i.sector AND s.is_current
  LEFT JOIN reference.district n ON n.level = 'neighbourhood' AND n.code = i.neighbourhood AND n.is_current
  LEFT JOIN reference.district c ON c.level = 'commune' AND c.code = i.commune AND c.is_current
 ORDER BY i.record_id;

INSERT INTO commons.location_source (location_id, record_id, place_hash)
SELECT l.location_id, lent.from_record_id, lent.place_hash
  FROM storable s
  JOIN commons.record_location l
    ON l.record_id = s.record_id AND l.address_hash = s.address_hash AND l.retired_at IS NULL
  JOIN lent ON lent.record_id = s.record_id;

SELECT count(*) FROM storable;
