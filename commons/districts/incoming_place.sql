DROP TABLE IF EXISTS pg_temp.incoming_place;
CREATE TEMPORARY TABLE incoming_place (
    is_found boolean, id bigint, sector text, neighbourhood text, commune text, PRIMARY KEY (is_found, id)
) ON COMMIT DROP;
