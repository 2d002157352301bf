DROP TABLE IF EXISTS pg_temp.looked_for, pg_temp.looking;
CREATE TEMPORARY TABLE looked_for (key bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE looking (record_id bigint PRIMARY KEY) ON COMMIT DROP;
