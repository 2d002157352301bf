DROP TABLE IF EXISTS pg_temp.looking, pg_temp.looked_in;
CREATE TEMPORARY TABLE looking (record_id bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE looked_in (record_id bigint, cell bigint) ON COMMIT DROP;
