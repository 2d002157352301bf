DROP TABLE IF EXISTS pg_temp.incoming_location, pg_temp.incoming_source;
CREATE TEMPORARY TABLE incoming_location (
    record_id bigint PRIMARY KEY, kind text NOT NULL, uncertainty_m float8 NOT NULL, lon float8 NOT NULL, lat float8 NOT NULL,
    sector text, neighbourhood text, commune text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_source (
    record_id bigint NOT NULL, from_record_id bigint NOT NULL, PRIMARY KEY (record_id, from_record_id)
) ON COMMIT DROP;
