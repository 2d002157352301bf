-- What is released of some alternatives, one row each, in no order: what a printed list or an export tells of them.
--
-- Inputs: ids, public ids; language. Index used: ix_released_alternative_public_id.
SELECT a.public_id::text AS id,
       coalesce(CASE %(language)s WHEN 'fr' THEN a.description_fr WHEN 'nl' THEN a.description_nl ELSE a.description_en END,
                a.description, '') AS description,
       a.website, a.opening_hours, a.street, a.house_number, a.postcode, a.municipality, a.phone, a.email, a.contact_person,
       a.contact_email, a.contact_phone, a.legal_form, a.enterprise_number, a.founded_on, a.charter_grade, a.offers, a.needs,
       a.licences, a.attributions, a.updated_on,
       ARRAY(SELECT p.title FROM participation p
              WHERE p.public_id = a.public_id
                AND (p.until_on IS NULL OR p.until_on > (now() AT TIME ZONE '@time_zone@')::date)
              ORDER BY p.title) AS mutualisations
  FROM alternative a
 WHERE a.public_id = ANY (%(ids)s::uuid[])
