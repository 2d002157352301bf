DROP TABLE IF EXISTS pg_temp.incoming_place;
CREATE TEMPORARY TABLE incoming_place (
    version_id bigint PRIMARY KEY, sector text, neighbourhood text, commune text
) ON COMMIT DROP;
