-- What a reader's login sees: its rows without the internal keys, and only while the consents they rest on last. A named
-- partner sees its own rows, and of every other alternative those of all partners.
DO $$
DECLARE
    reader record;
    alternatives text;
    participations text;
    versions text;
BEGIN
    FOR reader IN SELECT * FROM commons.reader LOOP
        IF reader.partner_id <> 0 THEN
            EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', reader.schema_name);
            EXECUTE format('CREATE TABLE IF NOT EXISTS %I.alternative_row
                            PARTITION OF released_named.alternative_row FOR VALUES IN (%s)',
                           reader.schema_name, reader.partner_id);
            EXECUTE format('CREATE TABLE IF NOT EXISTS %I.participation_row
                            PARTITION OF released_named.participation_row FOR VALUES IN (%s)',
                           reader.schema_name, reader.partner_id);
        END IF;
        alternatives := format('SELECT * FROM %I.alternative_row', reader.schema_name);
        participations := format('SELECT * FROM %I.participation_row', reader.schema_name);
        IF reader.partner_id <> 0 THEN
            alternatives := alternatives || format(
                ' UNION ALL SELECT * FROM released_partners.alternative_row others WHERE NOT EXISTS
                 (SELECT FROM %I.alternative_row own WHERE own.alternative_id = others.alternative_id AND own.expires_at > now())', reader.schema_name);
            participations := participations || format(
                ' UNION ALL SELECT * FROM released_partners.participation_row others WHERE NOT EXISTS
                 (SELECT FROM %I.alternative_row own WHERE own.alternative_id = others.alternative_id AND own.expires_at > now())', reader.schema_name);
        END IF;
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.alternative AS
             SELECT public_id, name, name_fr, name_nl, name_en, description, description_fr, description_nl,
                    description_en, category, website, opening_hours, street, house_number, postcode, municipality, phone,
                    email, contact_person, contact_email, contact_phone, legal_form, enterprise_number, founded_on,
                    ended_on, charter_grade, charter_reasons, charter_assessed_on, charter_assessed_by,
                    coalesce(offers::text[], ''{}'') AS offers, coalesce(needs::text[], ''{}'') AS needs,
                    precision, uncertainty_m, commune, neighbourhood, sector, counted, reusable, licences, attributions,
                    provenance, chosen_by, updated_on, geom
               FROM (%2$s) row
              WHERE expires_at > now()', reader.schema_name, alternatives);
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.participation AS
             SELECT public_id, title, resource_kind, since_on, until_on
               FROM (%2$s) row
              WHERE expires_at > now()', reader.schema_name, participations);
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.tombstone AS
             SELECT public_id, max(removed_at)::date AS removed_on
               FROM commons.tombstone t
              WHERE (audience, partner_id) IN (%2$s)
                AND NOT EXISTS (SELECT FROM %1$I.alternative a WHERE a.public_id = t.public_id)
              GROUP BY public_id',
            reader.schema_name,
            format(CASE WHEN reader.partner_id = 0 THEN '(%L, %s)' ELSE '(%L, %s), (''partners'', 0)' END,
                   reader.audience, reader.partner_id));
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.redirect AS
             SELECT DISTINCT r.public_id, r.to_public_id
               FROM commons.released_redirect r
               JOIN %1$I.alternative a ON a.public_id = r.to_public_id
              WHERE (audience, partner_id) IN (%2$s)',
            reader.schema_name,
            format(CASE WHEN reader.partner_id = 0 THEN '(%L, %s)' ELSE '(%L, %s), (''partners'', 0)' END,
                   reader.audience, reader.partner_id));
        -- For maps and lists: of the same rows those that exist today, by where they lie; for search: by their words.
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.place AS
             SELECT public_id, name, name_fr, name_nl, name_en, category, charter_grade,
                    coalesce(offers::text[], ''{}'') AS offers, coalesce(needs::text[], ''{}'') AS needs, precision, commune,
                    neighbourhood, sector, attributions, geom, spot, title, words, opening_hours
               FROM (%2$s) lying
              WHERE lying.expires_at > now()
                AND (lying.founded_on IS NULL OR lying.founded_on <= (SELECT (now() AT TIME ZONE ''@time_zone@'')::date))
                AND (lying.ended_on IS NULL OR lying.ended_on > (SELECT (now() AT TIME ZONE ''@time_zone@'')::date))',
            reader.schema_name, alternatives);
        -- Another as soon as anything of the above is, by a change or by the clock: the day says who exists, and the latest end
        -- that has passed which rows the clock has taken away since the last change.
        INSERT INTO commons.released_version (audience, partner_id) VALUES (reader.audience, reader.partner_id)
        ON CONFLICT DO NOTHING;
        versions := format(CASE WHEN reader.partner_id = 0 THEN '(VALUES (%1$L::reference.audience, %2$s))'
                                ELSE '(VALUES (%1$L::reference.audience, %2$s), (''partners'', 0))' END,
                           reader.audience, reader.partner_id);
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.version AS
             SELECT md5(concat(string_agg(v.token::text, '' '' ORDER BY v.partner_id), '' '',
                               (now() AT TIME ZONE ''@time_zone@'')::date, '' '', %3$s))::uuid AS version
               FROM commons.released_version v
              WHERE (v.audience, v.partner_id) IN (%2$s)',
            reader.schema_name, versions,
            format('(SELECT extract(epoch FROM max(expires_at)) FROM %I.alternative_row WHERE expires_at <= now())',
                   reader.schema_name)
            || CASE WHEN reader.partner_id = 0 THEN ''
                    ELSE ', '' '', (SELECT extract(epoch FROM max(expires_at)) FROM released_partners.alternative_row
                                  WHERE expires_at <= now())' END);
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', reader.schema_name);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', reader.schema_name, reader.login);
        EXECUTE format('GRANT SELECT ON %1$I.alternative, %1$I.participation, %1$I.tombstone, %1$I.redirect, %1$I.place,
                            %1$I.version TO %2$I',
                       reader.schema_name, reader.login);
    END LOOP;
END
$$;
