DROP TABLE IF EXISTS pg_temp.to_match;
CREATE TEMPORARY TABLE to_match (record_id bigint PRIMARY KEY) ON COMMIT DROP;
