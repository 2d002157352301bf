-- The temporary tables of an upload: a chunk of its checked rows, what became of them, and all that it has told so far.
DROP TABLE IF EXISTS pg_temp.incoming_record, pg_temp.told_record, pg_temp.seen_record;

-- content_hash is of all that a version asserts: everything but the row's number, its districts and its flags.
CREATE TEMPORARY TABLE incoming_record (
    row_number int NOT NULL, partner_key text NOT NULL, name text NOT NULL, name_composed boolean NOT NULL,
    name_fr text, name_nl text, name_en text, description text, description_fr text, description_nl text,
    description_en text, category text NOT NULL, category_raw text, website text, opening_hours text, street text,
    house_number text, postcode text, municipality text, phone text, email text, contact_person text, contact_email text,
    contact_phone text, subject reference.subject_kind NOT NULL, legal_form text, enterprise_number text, founded_on date,
    ended_on date, offers reference.resource_kind[] NOT NULL DEFAULT '{}', needs reference.resource_kind[] NOT NULL DEFAULT '{}',
    updated_on date, extras jsonb NOT NULL DEFAULT '{}', participations jsonb, lon float8, lat float8, sector text, neighbourhood text, commune text,
    visibility text, "precision" text, contact text, statistics boolean, reuse boolean, licence text, consent_by text,
    consent_evidence text, valid_from timestamptz, valid_until timestamptz,
    content_hash bytea NOT NULL GENERATED ALWAYS AS (
        int8send(hash_record_extended(ROW(
            name, name_composed, name_fr, name_nl, name_en, description, description_fr, description_nl, description_en,
            category, category_raw, website, opening_hours, street, house_number, postcode, municipality, phone, email,
            contact_person, contact_email, contact_phone, subject, legal_form, enterprise_number, founded_on, ended_on,
            offers, needs, updated_on, extras, participations, lon, lat), 20261125))) STORED
) ON COMMIT DROP;

CREATE TEMPORARY TABLE told_record (
    row_number int NOT NULL, record_id bigint NOT NULL, is_new boolean NOT NULL, is_changed boolean NOT NULL, gone_at timestamptz
) ON COMMIT DROP;

CREATE TEMPORARY TABLE seen_record (record_id bigint NOT NULL, row_number int NOT NULL) ON COMMIT DROP;
