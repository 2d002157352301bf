-- The rows that each reader sees, computed of commons.contribution: docs/consent.md, "How a merged alternative is released".
-- Indexes used: ix_contribution_alternative_id, the primary keys of record_version and reference.district.

-- A named partner knows an alternative by the id that all partners know it by.
CREATE OR REPLACE FUNCTION commons.identity_audience(audience reference.audience)
RETURNS reference.audience
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE audience WHEN 'partner' THEN 'partners'::reference.audience ELSE audience END;

-- The fields that a reader with these rights may not see, of a place that it knows exactly or not.
CREATE OR REPLACE FUNCTION commons.kept_back(rights bigint, is_exact boolean)
RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT coalesce(array_agg(f.field_name), '{}')
          FROM commons.field f
         WHERE rights & commons.cells(ARRAY[f.field_group], '{display}') = 0
            OR (f.exact_only AND NOT is_exact));

GRANT EXECUTE ON FUNCTION commons.kept_back(bigint, boolean) TO commons_ingest;

-- The released rows of these alternatives for every reader, as they ought to be: the refresh stores them, the drift check
-- compares with them. Each step is materialized: where the planner expects one row it joins by loops, and would make the rows
-- of a step again, or a released row, for every pair that it tries.
CREATE OR REPLACE FUNCTION commons.compute_released_alternatives(ids bigint[])
RETURNS SETOF commons.released_alternative
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH contributor AS MATERIALIZED (
    SELECT c.* FROM commons.contribution c WHERE c.alternative_id = ANY (ids) AND c.rank IS NOT NULL
),
version AS MATERIALIZED (
    SELECT v.version_id, v.geom, v.sector_id, v.neighbourhood_id, v.commune_id, v.updated_on, v.stored_at, v.method,
           v.uncertainty_m, v.licences, v.attributions
      FROM commons.place v
     WHERE v.version_id = ANY (ARRAY(SELECT contributor.version_id FROM contributor))
),
asserted AS MATERIALIZED (
    SELECT a.*, commons.without_contacts(a.fields) AS without_contacts
      FROM commons.asserted a
     WHERE a.version_id = ANY (ARRAY(SELECT contributor.version_id FROM contributor))
),
-- Which fields each combination of rights and precision keeps back.
kept_back AS MATERIALIZED (
    SELECT asked.rights, asked.is_exact, commons.kept_back(asked.rights, asked.is_exact) AS names
      FROM (SELECT DISTINCT rights, precision = 'exact' AS is_exact FROM contributor) asked
),
told AS MATERIALIZED (
    SELECT c.audience, c.partner_id, c.anchor_id, c.rank, shown.fields, d.slug, d.priority, c.licence, d.attribution,
           coalesce(v.updated_on, v.stored_at::date) - DATE '1970-01-01' AS told_on,
           num_nonnulls(shown.fields -> 'street', shown.fields -> 'house_number', shown.fields -> 'postcode',
                        shown.fields -> 'municipality') AS address_parts,
           count(*) OVER (PARTITION BY c.audience, c.partner_id, c.anchor_id) AS sources
      FROM contributor c
      JOIN version v USING (version_id)
      JOIN asserted a USING (version_id)
      JOIN commons.dataset d USING (dataset_id)
      LEFT JOIN kept_back ON kept_back.rights = c.rights AND kept_back.is_exact = (c.precision = 'exact')
     CROSS JOIN LATERAL (
           SELECT CASE WHEN commons.may_show_contacts(c.rights, a.fields) THEN a.fields ELSE a.without_contacts END
                  - kept_back.names AS fields) shown
),
-- Where several sources tell, the rank of each for each field: authority, then the field's own measure, then their order.
ranked AS (
    SELECT told.audience, told.partner_id, told.anchor_id, field.key, field.value, told.slug, told.licence, told.attribution,
           told.priority, f.chosen_by, told.rank, measure.merit,
           count(*) OVER (PARTITION BY told.audience, told.partner_id, told.anchor_id, field.key) AS tellers,
           lead(told.priority) OVER best AS next_priority, lead(measure.merit) OVER best AS next_merit
      FROM told
     CROSS JOIN LATERAL jsonb_each(told.fields) field
      JOIN commons.field f ON f.field_name = field.key
     CROSS JOIN LATERAL (SELECT CASE f.chosen_by WHEN 'freshness' THEN told.told_on WHEN 'completeness' THEN told.address_parts
                                ELSE 0 END AS merit) measure
     WHERE told.sources > 1
    WINDOW best AS (PARTITION BY told.audience, told.partner_id, told.anchor_id, field.key
                    ORDER BY told.priority, measure.merit DESC, told.rank)
),
-- Of each field the best value, and why it is that. The parts of an address are one source's: they stay together.
best AS MATERIALIZED (
    SELECT DISTINCT ON (audience, partner_id, anchor_id, key) *,
           CASE WHEN tellers = 1 THEN NULL
                WHEN priority < next_priority THEN 'authority'
                WHEN merit > next_merit THEN chosen_by
                ELSE 'order' END AS why
      FROM ranked
     ORDER BY audience, partner_id, anchor_id, key, priority, merit DESC, rank
),
address_source AS MATERIALIZED (
    SELECT DISTINCT ON (audience, partner_id, anchor_id) audience, partner_id, anchor_id, rank
      FROM told
     WHERE sources > 1 AND address_parts > 0
     ORDER BY audience, partner_id, anchor_id, priority, address_parts DESC, rank
),
-- Each field: the best permitted value, with its source.
chosen AS MATERIALIZED (
    SELECT told.audience, told.partner_id, told.anchor_id, told.fields,
           (SELECT jsonb_object_agg(name, told.slug) FROM jsonb_object_keys(told.fields) AS name) AS provenance,
           '{}'::jsonb AS chosen_by, ARRAY[told.licence] AS licences, ARRAY[told.attribution] AS attributions
      FROM told
     WHERE told.sources = 1
     UNION ALL
    SELECT best.audience, best.partner_id, best.anchor_id, jsonb_object_agg(best.key, best.value),
           jsonb_object_agg(best.key, best.slug),
           coalesce(jsonb_object_agg(best.key, best.why) FILTER (WHERE best.why IS NOT NULL), '{}'),
           array_agg(DISTINCT best.licence), array_agg(DISTINCT best.attribution)
      FROM best
      LEFT JOIN address_source a USING (audience, partner_id, anchor_id)
     WHERE best.chosen_by <> 'completeness' OR best.rank = a.rank
     GROUP BY best.audience, best.partner_id, best.anchor_id
),
summary AS MATERIALIZED (
    SELECT c.audience, c.partner_id, c.anchor_id,
           bool_or(c.rights & commons.cells('{existence}', '{statistics}') <> 0) AS counted,
           bool_and(c.rights & commons.cells('{existence}', '{reuse}') <> 0) AS reusable,
           min(c.expires_at) AS expires_at,
           max(coalesce(v.updated_on, v.stored_at::date)) AS updated_on
      FROM contributor c
      JOIN version v USING (version_id)
     GROUP BY c.audience, c.partner_id, c.anchor_id
),
-- A part is known by the id of the first of its records that has one: the id outlives the source that it began with.
identity AS MATERIALIZED (
    SELECT DISTINCT ON (c.audience, c.partner_id, c.anchor_id) c.audience, c.partner_id, c.anchor_id, i.public_id
      FROM commons.contribution c
      JOIN commons.released_identity i ON i.record_id = c.record_id AND i.audience = commons.identity_audience(c.audience)
     WHERE c.alternative_id = ANY (ids)
       AND i.record_id = ANY (ARRAY(SELECT record_id FROM commons.contribution WHERE alternative_id = ANY (ids)))
     ORDER BY c.audience, c.partner_id, c.anchor_id, c.record_id
),
placed AS MATERIALIZED (
    SELECT c.audience, c.partner_id, c.alternative_id, c.anchor_id, c.precision, c.licence || v.licences AS licences,
           d.attribution || v.attributions AS attributions,
           CASE WHEN v.method IS NULL THEN d.slug ELSE 'found:' || v.method END AS told_by,
           CASE WHEN c.precision = 'exact' THEN v.geom ELSE area.label_point END AS geom,
           CASE WHEN c.precision = 'exact' THEN v.uncertainty_m ELSE area.uncertainty_m END AS uncertainty_m,
           CASE WHEN c.precision = 'exact' THEN exact_sector.code WHEN area.level = 'sector' THEN area.code END AS sector,
           CASE WHEN c.precision = 'exact' THEN exact_neighbourhood.code WHEN area.level = 'neighbourhood' THEN area.code
                ELSE around.neighbourhood END AS neighbourhood,
           CASE WHEN c.precision = 'exact' THEN exact_commune.code WHEN area.level = 'commune' THEN area.code
                ELSE around.commune END AS commune
      FROM contributor c
      JOIN version v USING (version_id)
      JOIN commons.dataset d ON d.dataset_id = c.dataset_id
      LEFT JOIN reference.district exact_sector ON exact_sector.district_id = v.sector_id
      LEFT JOIN reference.district exact_neighbourhood ON exact_neighbourhood.district_id = v.neighbourhood_id
      LEFT JOIN reference.district exact_commune ON exact_commune.district_id = v.commune_id
      LEFT JOIN reference.district area ON area.district_id =
           CASE c.precision WHEN 'sector' THEN v.sector_id WHEN 'neighbourhood' THEN v.neighbourhood_id
                            WHEN 'commune' THEN v.commune_id END
      -- A coarser district only where it contains the whole of the published area.
      LEFT JOIN LATERAL (
           SELECT max(o.code) FILTER (WHERE o.level = 'neighbourhood') AS neighbourhood,
                  max(o.code) FILTER (WHERE o.level = 'commune') AS commune
             FROM reference.district_within w
             JOIN reference.district o ON o.district_id = w.outer_id
            WHERE w.inner_id = area.district_id
           ) around ON true
     WHERE c.rank = 1
),
-- Open data by whose words an alternative is found too.
category_terms AS MATERIALIZED (
    SELECT s.category, setweight(to_tsvector('simple', string_agg(commons.folded(s.term), ' ' ORDER BY s.term)), 'B') AS words
      FROM reference.category_synonym s
     GROUP BY s.category
),
area_names AS MATERIALIZED (
    SELECT d.level, d.code,
           setweight(to_tsvector('simple', commons.folded(concat_ws(' ', d.name_fr, d.name_nl, d.name_en))), 'B') AS words
      FROM reference.district d
     WHERE d.is_current AND d.level IN ('commune', 'neighbourhood')
),
joined AS MATERIALIZED (
    SELECT placed.*, placed.licences || chosen.licences AS all_licences, placed.attributions || chosen.attributions AS all_attributions,
           chosen.fields, chosen.provenance, chosen.chosen_by, identity.public_id, summary.counted, summary.reusable,
           summary.updated_on, summary.expires_at
      FROM placed
      JOIN chosen USING (audience, partner_id, anchor_id)
      JOIN summary USING (audience, partner_id, anchor_id)
      JOIN identity USING (audience, partner_id, anchor_id)
),
-- Not for researchers, who ask by SQL: to keep words costs a fifth of a release for each reader.
found_by AS MATERIALIZED (
    SELECT joined.*, concat_ws(' ', told.names, told.street) AS title,
           setweight(to_tsvector('simple', told.names), 'A') || setweight(to_tsvector('simple', coalesce(told.street, '')), 'B')
           || coalesce(category_terms.words, '') || coalesce(commune.words, '') || coalesce(neighbourhood.words, '')
           || setweight(to_tsvector('simple', told.description), 'C') AS words
      FROM joined
      LEFT JOIN LATERAL (
           SELECT commons.folded(concat_ws(' ', f.name, nullif(f.name_fr, f.name), nullif(f.name_nl, f.name),
                                           nullif(f.name_en, f.name))) AS names,
                  commons.folded(f.street) AS street,
                  commons.folded(concat_ws(' ', f.description, f.description_fr, f.description_nl, f.description_en)) AS description
             FROM jsonb_to_record(joined.fields) AS f (name text, name_fr text, name_nl text, name_en text, street text,
                                                       description text, description_fr text, description_nl text,
                                                       description_en text)
           OFFSET 0 -- else it would be folded once for each use
           ) told ON joined.audience <> 'researchers'
      LEFT JOIN category_terms ON category_terms.category = joined.fields ->> 'category'
      LEFT JOIN area_names commune ON commune.level = 'commune' AND commune.code = joined.commune
      LEFT JOIN area_names neighbourhood ON neighbourhood.level = 'neighbourhood' AND neighbourhood.code = joined.neighbourhood
)
SELECT released.*
  FROM found_by f
 CROSS JOIN LATERAL jsonb_populate_record(
       NULL::commons.released_alternative,
       f.fields || coalesce(f.fields -> 'charter', '{}') || jsonb_build_object(
           'audience', f.audience,
           'partner_id', f.partner_id,
           'alternative_id', f.alternative_id,
           'anchor_id', f.anchor_id,
           'public_id', f.public_id,
           'precision', f.precision,
           'uncertainty_m', f.uncertainty_m,
           'sector', f.sector,
           'neighbourhood', f.neighbourhood,
           'commune', f.commune,
           'counted', f.counted,
           'reusable', f.reusable,
           'licences', ARRAY(SELECT DISTINCT unnest(f.all_licences) ORDER BY 1),
           'attributions', ARRAY(SELECT DISTINCT unnest(f.all_attributions) ORDER BY 1),
           'provenance', f.provenance || jsonb_build_object('geom', f.told_by),
           'chosen_by', f.chosen_by,
           'updated_on', f.updated_on,
           'expires_at', f.expires_at,
           'geom', f.geom::text,
           'spot', commons.spot(f.geom),
           'title', f.title,
           'words', coalesce(f.words, ''))) released;
END
$$;

-- The mutualisations that a contributing source says the alternative takes part in, where its resources may be shown.
CREATE OR REPLACE FUNCTION commons.compute_released_participations(ids bigint[])
RETURNS SETOF commons.released_participation
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT released.*
  FROM (SELECT c.audience, c.partner_id, c.alternative_id, c.anchor_id, p.mutualisation_id, r.public_id,
               -- As the best source tells it: another's spelling may not be this reader's to see.
               commons.without_contacts((array_agg(p.title ORDER BY c.rank))[1]) AS title,
               (array_agg(p.resource_kind ORDER BY c.rank) FILTER (WHERE p.resource_kind IS NOT NULL))[1] AS resource_kind,
               min(p.since_on) AS since_on, max(p.until_on) AS until_on, min(c.expires_at) AS expires_at
          FROM commons.contribution c
          JOIN commons.participation p USING (version_id)
          JOIN commons.released_alternative r USING (alternative_id, anchor_id, audience, partner_id)
         WHERE c.alternative_id = ANY (ids) AND r.alternative_id = ANY (ids) AND c.rank IS NOT NULL
           AND c.rights & commons.cells('{resources}', '{display}') <> 0
         GROUP BY c.audience, c.partner_id, c.alternative_id, c.anchor_id, p.mutualisation_id, r.public_id) taking_part
 CROSS JOIN LATERAL jsonb_populate_record(NULL::commons.released_participation, to_jsonb(taking_part)) released;
END
$$;

-- The ids that once stood for a part of their own, and where they lead now that a reader sees it merged into another.
CREATE OR REPLACE FUNCTION commons.compute_released_redirects(ids bigint[])
RETURNS SETOF commons.released_redirect
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT c.audience, c.partner_id, c.alternative_id, c.anchor_id, was.public_id, now.public_id
  FROM commons.contribution c
  JOIN commons.released_alternative now USING (alternative_id, anchor_id, audience, partner_id)
  JOIN commons.released_identity was
    ON was.record_id = c.record_id AND was.audience = commons.identity_audience(c.audience)
 WHERE c.alternative_id = ANY (ids) AND now.alternative_id = ANY (ids) AND was.public_id <> now.public_id
   AND was.record_id = ANY (ARRAY(SELECT record_id FROM commons.contribution WHERE alternative_id = ANY (ids)));
END
$$;
