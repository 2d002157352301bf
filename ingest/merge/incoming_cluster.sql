DROP TABLE IF EXISTS pg_temp.incoming_cluster;
CREATE TEMPORARY TABLE incoming_cluster (record_id bigint PRIMARY KEY, cluster bigint NOT NULL) ON COMMIT DROP;
