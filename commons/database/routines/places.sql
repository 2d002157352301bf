-- Where each version is: where its partner says, and where it gives an address only, where that was found. A found place holds
-- for the address, not for the version: it comes back with an address that comes back, and not with another one.
-- Indexes used: uq_record_version_current, uq_record_location_live.
CREATE OR REPLACE VIEW commons.place AS
SELECT v.version_id, v.record_id, v.superseded_at, v.category, v.name_composed, v.updated_on, v.stored_at,
       address.hash AS address_hash,
       coalesce(v.geom, found.geom) AS geom,
       coalesce(v.sector_id, found.sector_id) AS sector_id,
       coalesce(v.neighbourhood_id, found.neighbourhood_id) AS neighbourhood_id,
       coalesce(v.commune_id, found.commune_id) AS commune_id,
       found.location_id, found.method, found.holds_until, coalesce(found.uncertainty_m, 0) AS uncertainty_m,
       coalesce(found.licences, '{}') AS licences, coalesce(found.attributions, '{}') AS attributions
  FROM commons.record_version v
  -- Asked only where there is no position: it costs more than the rest.
 CROSS JOIN LATERAL (
       SELECT CASE WHEN v.geom IS NULL
                   THEN hash_record_extended(ROW(v.street, v.house_number, v.postcode, v.municipality), 0) END AS hash
       ) address
  LEFT JOIN commons.record_location found
    ON found.record_id = v.record_id AND found.address_hash = address.hash AND found.retired_at IS NULL;

-- What was said of each record itself, as one text: two records of one list with the same are shown to the same readers, equally
-- finely. `until` is when the first of it ends.
CREATE OR REPLACE VIEW commons.said_of AS
SELECT r.record_id, r.dataset_id, coalesce(statements.until, 'infinity') AS until,
       category.sensitive || coalesce(statements.said, '') AS said
  FROM commons.source_record r
  JOIN commons.record_version v ON v.record_id = r.record_id AND v.superseded_at IS NULL
  JOIN reference.category category ON category.code = v.category
  LEFT JOIN LATERAL (
       SELECT min(c.valid_until) FILTER (WHERE c.ended_at IS NULL) AS until,
              md5(string_agg(told.text, '|' ORDER BY told.text)) AS said
         FROM commons.consent c
        CROSS JOIN LATERAL (
              SELECT concat_ws(',', c.effect, c.audience, coalesce(c.named_partner_id, 0), c.cells, coalesce(c.precision::text, '-'),
                               coalesce(c.licence, '-'), c.ended_at IS NOT NULL, nullif(c.valid_from, least(c.valid_from, now())))
                     AS text) told
        WHERE c.record_id = r.record_id AND c.ended_as IS DISTINCT FROM 'superseded'
       ) statements ON true;
