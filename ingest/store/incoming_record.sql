-- The temporary tables into which an upload's checked rows are copied.
DROP TABLE IF EXISTS pg_temp.incoming_record, pg_temp.incoming_participation;

CREATE TEMPORARY TABLE incoming_record ON COMMIT DROP AS
SELECT 0 AS row_number, ''::text AS partner_key, v.name, v.name_composed, v.name_fr, v.name_nl, v.name_en, v.description, v.description_fr,
       v.description_nl, v.description_en, v.category, v.category_raw, v.website, v.opening_hours, v.street,
       v.house_number, v.postcode, v.municipality, v.phone, v.email, v.contact_person, v.contact_email, v.contact_phone,
       v.subject, v.legal_form, v.enterprise_number, v.founded_on, v.ended_on, v.offers, v.needs, v.updated_on, v.extras,
       0::float8 AS lon, 0::float8 AS lat, ''::text AS sector, ''::text AS neighbourhood, ''::text AS commune,
       0::bigint AS record_id, ''::bytea AS content_hash, false AS is_changed, false AS is_new
  FROM commons.record_version v WHERE false;

CREATE TEMPORARY TABLE incoming_participation (
    row_number int NOT NULL,
    mutualisation_key text NOT NULL,
    title text NOT NULL,
    resource_kind reference.resource_kind,
    since_on date
) ON COMMIT DROP;
