-- Which positions may be lent to an address without one, and taking back what was lent: docs/decisions/0015-found-places.md.
-- Indexes used: pk_contribution, ix_location_source_record_id, uq_record_location_live.

-- The positions that partners gave with a street. Anyone's that the public may see exactly there, and reuse (public_until); and
-- within one list, those of which the same was said (said, own_until). Never a found one: an error would spread.
CREATE OR REPLACE VIEW commons.lender AS
SELECT v.record_id, v.version_id, r.dataset_id, v.geom, v.street, v.house_number, v.postcode, v.municipality, v.commune_id,
       hash_record_extended(ROW(ST_AsBinary(v.geom), v.street, v.house_number, v.postcode, v.municipality), 0) AS place_hash,
       told.said, told.until AS own_until, shown.expires_at AS public_until, shown.licence
  FROM commons.source_record r
  JOIN commons.record_version v ON v.record_id = r.record_id AND v.superseded_at IS NULL
  JOIN commons.said_of told ON told.record_id = r.record_id
  LEFT JOIN commons.contribution shown
    ON shown.record_id = r.record_id AND shown.audience = 'public' AND shown.partner_id = 0
   AND shown.version_id = v.version_id AND shown.precision = 'exact'
   AND shown.rights & commons.cells('{location}', '{reuse}') <> 0
   -- Share-alike asks that all of what is made of it be everyone's.
   AND NOT commons.is_share_alike(shown.licence)
 WHERE r.gone_at IS NULL AND v.geom IS NOT NULL AND v.street IS NOT NULL;

-- Retires the found places of these records, and those that rest on them, where what they rest on may no longer be lent. The
-- release follows by its triggers.
CREATE OR REPLACE FUNCTION commons.retire_locations(record_ids bigint[])
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, public, pg_temp
AS $$
UPDATE commons.record_location l
   SET retired_at = clock_timestamp()
 WHERE l.retired_at IS NULL
   AND l.location_id IN (SELECT own.location_id FROM commons.record_location own WHERE own.record_id = ANY (record_ids)
                          UNION
                         SELECT s.location_id FROM commons.location_source s WHERE s.record_id = ANY (record_ids))
   AND EXISTS (SELECT FROM commons.location_source s
                WHERE s.location_id = l.location_id
                  AND NOT EXISTS (SELECT FROM commons.lender
                                    JOIN commons.said_of borrower ON borrower.record_id = l.record_id
                                   WHERE lender.record_id = s.record_id AND lender.place_hash = s.place_hash
                                     AND (lender.public_until >= l.holds_until
                                          OR lender.dataset_id = borrower.dataset_id AND lender.said = borrower.said
                                             AND lender.own_until >= l.holds_until)));
$$;
