-- What the keeper of a dataset may be told that each reader sees of these alternatives: before and after a change, as content to
-- compare. Of the public's rows, all. To every other reader other lists may show what is hidden from this one: there, the dataset's
-- own records only, as each would be shown by itself (docs/decisions/0030-a-trial-tells-nothing-of-others.md). Of one of its
-- records where of_record is given. Indexes used: pk_released_alternative, ix_contribution_alternative_id.
CREATE OR REPLACE FUNCTION commons.shown(alternative_ids bigint[], of_dataset bigint, of_record bigint DEFAULT NULL)
RETURNS TABLE (audience reference.audience, partner_id bigint, shown_id text, commune text, neighbourhood text, sector text,
               content text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
WITH own AS MATERIALIZED (
    SELECT c.*
      FROM commons.contribution c
     WHERE c.alternative_id = ANY (alternative_ids) AND c.dataset_id = of_dataset AND c.audience <> 'public'
       AND (of_record IS NULL OR c.record_id = of_record) AND c.expires_at > now()
),
-- A partner is told of where the record itself names it: beside another's record that names it, it would be too.
named AS MATERIALIZED (
    SELECT n.partner_id, n.record_id FROM commons.naming(ARRAY(SELECT DISTINCT own.record_id FROM own), now()) n
),
kept_back AS MATERIALIZED (
    SELECT asked.rights, asked.is_exact, commons.kept_back(asked.rights, asked.is_exact) AS names
      FROM (SELECT DISTINCT rights, precision = 'exact' AS is_exact FROM own) asked
)
SELECT r.audience, r.partner_id, r.public_id::text, r.commune, r.neighbourhood, r.sector,
       (to_jsonb(r) - '{audience,partner_id,alternative_id,anchor_id,expires_at,geom}'::text[])::text || r.geom::text
  FROM commons.released_alternative r
 WHERE r.alternative_id = ANY (alternative_ids) AND r.audience = 'public' AND r.expires_at > now()
 UNION ALL
SELECT own.audience, own.partner_id, own.record_id::text, NULL, NULL, NULL,
       concat_ws(' ', own.rights, own.precision, own.licence, a.fields - kept_back.names,
                 CASE own.precision WHEN 'exact' THEN p.geom::text WHEN 'sector' THEN p.sector_id::text
                                    WHEN 'neighbourhood' THEN p.neighbourhood_id::text ELSE p.commune_id::text END)
  FROM own
  JOIN commons.asserted a ON a.version_id = own.version_id AND a.version_id = ANY (ARRAY(SELECT own.version_id FROM own))
  JOIN commons.place p ON p.version_id = own.version_id AND p.version_id = ANY (ARRAY(SELECT own.version_id FROM own))
  LEFT JOIN kept_back ON kept_back.rights = own.rights AND kept_back.is_exact = (own.precision = 'exact')
 WHERE own.partner_id = 0 OR (own.partner_id, own.record_id) IN (SELECT named.partner_id, named.record_id FROM named)
$$;

GRANT EXECUTE ON FUNCTION commons.shown(bigint[], bigint, bigint) TO commons_ingest;
