-- What everyone sees of an alternative at this moment, by its public id or one that leads to it; nothing for any other id.
-- Indexes used: ix_released_alternative_public_id.
SELECT a.public_id::text AS public_id, a.name, a.name_fr, a.name_nl, a.name_en, a.category, a.street, a.house_number, a.postcode,
       a.municipality, a.website, a.opening_hours
  FROM alternative a
 WHERE a.public_id = coalesce((SELECT r.to_public_id FROM redirect r WHERE r.public_id = %(public_id)s LIMIT 1), %(public_id)s)
