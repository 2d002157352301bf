-- The temporary tables of an upload: a chunk of its checked rows, what became of them, and all that it has told so far.
DROP TABLE IF EXISTS pg_temp.incoming_record, pg_temp.told_record, pg_temp.seen_record;

-- content_hash is of all that a version asserts: everything but the row's number, its districts and its flags.
CREATE TEMPORARY TABLE incoming_record (
    row_number int NOT NULL, partner_key text NOT NULL, {fields}, participations jsonb,
    lon float8, lat float8, sector text, neighbourhood text, commune text,
    visibility text, "precision" text, contact text, statistics boolean, reuse boolean, licence text, consent_by text,
    consent_evidence text, valid_from timestamptz, valid_until timestamptz,
    content_hash bytea NOT NULL GENERATED ALWAYS AS (
        int8send(hash_record_extended(ROW({content}, participations, lon, lat), 20261125))) STORED
) ON COMMIT DROP;

CREATE TEMPORARY TABLE told_record (
    row_number int NOT NULL, record_id bigint NOT NULL, is_new boolean NOT NULL, is_changed boolean NOT NULL, gone_at timestamptz
) ON COMMIT DROP;

CREATE TEMPORARY TABLE seen_record (record_id bigint NOT NULL, row_number int NOT NULL) ON COMMIT DROP;
