-- What a reader's role sees: its audience's partition without the internal key, and only while the consents it rests on last.
DO $$
DECLARE
    target record;
BEGIN
    FOR target IN
        SELECT * FROM (VALUES ('public', 'released_public'), ('partners', 'released_partners'),
                              ('researchers', 'released_research')) AS t (audience, schema_name)
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.alternative AS
             SELECT public_id, name, name_fr, name_nl, name_en, description, description_fr, description_nl,
                    description_en, category, website, opening_hours, street, house_number, postcode, municipality, phone,
                    email, contact_person, contact_email, contact_phone, legal_form, enterprise_number, founded_on,
                    ended_on, coalesce(offers::text[], ''{}'') AS offers,
                    coalesce(needs::text[], ''{}'') AS needs, precision, uncertainty_m, commune, neighbourhood, sector, counted, reusable,
                    licences, attributions, provenance, updated_on, geom
               FROM %1$I.alternative_row
              WHERE expires_at > now()', target.schema_name);
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.participation AS
             SELECT public_id, title, resource_kind, since_on, until_on
               FROM %1$I.participation_row
              WHERE expires_at > now()', target.schema_name);
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.tombstone AS
             SELECT public_id, removed_at::date AS removed_on
               FROM commons.tombstone
              WHERE audience = %2$L', target.schema_name, target.audience);
    END LOOP;
END
$$;
