-- What each reader sees of these alternatives now, as content to compare: before and after a change of consent.
-- A named partner sees its own rows, and of every other alternative those of all partners. Index used: pk_released_alternative.
CREATE OR REPLACE FUNCTION commons.shown(alternative_ids bigint[])
RETURNS TABLE (audience reference.audience, partner_id bigint, public_id uuid, commune text, neighbourhood text, sector text,
               content text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
WITH live AS MATERIALIZED (
    SELECT * FROM commons.released_alternative r WHERE r.alternative_id = ANY (alternative_ids) AND r.expires_at > now()
),
seen AS (
    SELECT reader.audience AS reader, reader.partner_id AS reader_id, live.*
      FROM commons.reader JOIN live USING (audience, partner_id)
     UNION ALL
    SELECT reader.audience, reader.partner_id, live.*
      FROM commons.reader
      JOIN live ON live.audience = 'partners'
     WHERE reader.partner_id <> 0
       AND NOT EXISTS (SELECT FROM live own
                        WHERE own.partner_id = reader.partner_id AND own.alternative_id = live.alternative_id)
)
SELECT seen.reader, seen.reader_id, seen.public_id, seen.commune, seen.neighbourhood, seen.sector,
       (to_jsonb(seen) - '{reader,reader_id,audience,partner_id,anchor_id,expires_at,geom}'::text[])::text || seen.geom::text
  FROM seen
$$;

GRANT EXECUTE ON FUNCTION commons.shown(bigint[]) TO commons_ingest;
