-- The rows that each reader sees, computed of commons.contribution: docs/consent.md, "How a merged alternative is released".
-- Indexes used: ix_contribution_alternative_id, the primary keys of record_version and reference.district.

-- What each version asserts, a row per field: the one place that says to which field group a field belongs, and whether it
-- gives an exact place away.
CREATE OR REPLACE VIEW commons.asserted_value AS
SELECT v.version_id, f.field_group, f.exact_only, f.field_name, f.value
  FROM commons.record_version v
  -- A grade, its reasons, its day and who gave it stay together.
  LEFT JOIN LATERAL (
       SELECT jsonb_build_object('charter_grade', a.grade, 'charter_reasons', a.reasons,
                                 'charter_assessed_on', a.assessed_on, 'charter_assessed_by', p.name) AS assessment
         FROM commons.charter_assessment a
         JOIN commons.partner p USING (partner_id)
        WHERE a.record_id = v.record_id
        ORDER BY a.assessed_on DESC, a.assessment_id DESC
        LIMIT 1
       ) charter ON true
 CROSS JOIN LATERAL (
       VALUES
           ('identity'::reference.field_group, false, 'name', to_jsonb(v.name)),
           ('identity', false, 'name_fr', to_jsonb(v.name_fr)),
           ('identity', false, 'name_nl', to_jsonb(v.name_nl)),
           ('identity', false, 'name_en', to_jsonb(v.name_en)),
           ('identity', false, 'category', to_jsonb(v.category)),
           ('identity', false, 'legal_form', to_jsonb(v.legal_form)),
           ('identity', false, 'enterprise_number', to_jsonb(v.enterprise_number)),
           ('identity', false, 'founded_on', to_jsonb(v.founded_on)),
           ('identity', false, 'ended_on', to_jsonb(v.ended_on)),
           ('identity', false, 'charter', charter.assessment),
           ('description', false, 'description', to_jsonb(v.description)),
           ('description', false, 'description_fr', to_jsonb(v.description_fr)),
           ('description', false, 'description_nl', to_jsonb(v.description_nl)),
           ('description', false, 'description_en', to_jsonb(v.description_en)),
           ('description', false, 'website', to_jsonb(v.website)),
           ('description', false, 'opening_hours', to_jsonb(v.opening_hours)),
           ('location', true, 'street', to_jsonb(v.street)),
           ('location', true, 'house_number', to_jsonb(v.house_number)),
           ('location', true, 'postcode', to_jsonb(v.postcode)),
           ('location', true, 'municipality', to_jsonb(v.municipality)),
           ('contact_organisation', false, 'phone', to_jsonb(v.phone)),
           ('contact_organisation', false, 'email', to_jsonb(v.email)),
           ('contact_person', false, 'contact_person', to_jsonb(v.contact_person)),
           ('contact_person', false, 'contact_email', to_jsonb(v.contact_email)),
           ('contact_person', false, 'contact_phone', to_jsonb(v.contact_phone)),
           ('resources', false, 'offers', to_jsonb(v.offers)),
           ('resources', false, 'needs', to_jsonb(v.needs))
       ) AS f (field_group, exact_only, field_name, value);

-- A named partner knows an alternative by the id that all partners know it by.
CREATE OR REPLACE FUNCTION commons.identity_audience(audience reference.audience)
RETURNS reference.audience
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE audience WHEN 'partner' THEN 'partners'::reference.audience ELSE audience END;

-- The released rows of these alternatives for every reader, as they ought to be: the refresh stores them, the drift check
-- compares with them.
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
    SELECT v.version_id, v.geom, v.sector_id, v.neighbourhood_id, v.commune_id, v.updated_on, v.stored_at
      FROM commons.record_version v
     WHERE v.version_id = ANY (ARRAY(SELECT contributor.version_id FROM contributor))
),
shown_group AS MATERIALIZED (
    SELECT field_group, commons.cells(ARRAY[field_group], '{display}') AS cell
      FROM unnest(enum_range(NULL::reference.field_group)) AS field_group
),
-- Each field: the first non-empty permitted value in the order of the contributors, with its source.
value AS MATERIALIZED (
    SELECT DISTINCT ON (c.audience, c.partner_id, c.anchor_id, v.field_name)
           c.audience, c.partner_id, c.anchor_id, v.field_name, v.value, c.dataset_id, c.licence
      FROM contributor c
      JOIN commons.asserted_value v ON v.version_id = c.version_id AND v.version_id = ANY (ARRAY(SELECT version_id FROM contributor))
                                  AND (c.precision = 'exact' OR NOT v.exact_only)
      JOIN shown_group g ON g.field_group = v.field_group AND c.rights & g.cell <> 0
     WHERE v.value NOT IN ('null'::jsonb, '[]'::jsonb, '""'::jsonb)
     ORDER BY c.audience, c.partner_id, c.anchor_id, v.field_name, c.rank
),
chosen AS (
    SELECT value.audience, value.partner_id, value.anchor_id,
           jsonb_object_agg(value.field_name, value.value) AS fields,
           jsonb_object_agg(value.field_name, d.slug) AS provenance,
           array_agg(DISTINCT value.licence ORDER BY value.licence) AS licences,
           array_agg(DISTINCT d.attribution ORDER BY d.attribution) AS attributions
      FROM value
      JOIN commons.dataset d USING (dataset_id)
     GROUP BY value.audience, value.partner_id, value.anchor_id
),
summary AS (
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
identity AS (
    SELECT DISTINCT ON (c.audience, c.partner_id, c.anchor_id) c.audience, c.partner_id, c.anchor_id, i.public_id
      FROM commons.contribution c
      JOIN commons.released_identity i ON i.record_id = c.record_id AND i.audience = commons.identity_audience(c.audience)
     WHERE c.alternative_id = ANY (ids)
       AND i.record_id = ANY (ARRAY(SELECT record_id FROM commons.contribution WHERE alternative_id = ANY (ids)))
     ORDER BY c.audience, c.partner_id, c.anchor_id, c.record_id
),
placed AS (
    SELECT c.audience, c.partner_id, c.alternative_id, c.anchor_id, c.precision, c.licence, d.slug, d.attribution,
           CASE WHEN c.precision = 'exact' THEN v.geom ELSE area.label_point END AS geom,
           CASE WHEN c.precision = 'exact' THEN 0 ELSE area.uncertainty_m END AS uncertainty_m,
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
)
SELECT released.*
  FROM placed
  JOIN chosen USING (audience, partner_id, anchor_id)
  JOIN summary USING (audience, partner_id, anchor_id)
  JOIN identity USING (audience, partner_id, anchor_id)
 CROSS JOIN LATERAL jsonb_populate_record(
       NULL::commons.released_alternative,
       chosen.fields || coalesce(chosen.fields -> 'charter', '{}') || jsonb_build_object(
           'audience', placed.audience,
           'partner_id', placed.partner_id,
           'alternative_id', placed.alternative_id,
           'anchor_id', placed.anchor_id,
           'public_id', identity.public_id,
           'precision', placed.precision,
           'uncertainty_m', placed.uncertainty_m,
           'sector', placed.sector,
           'neighbourhood', placed.neighbourhood,
           'commune', placed.commune,
           'counted', summary.counted,
           'reusable', summary.reusable,
           'licences', ARRAY(SELECT DISTINCT unnest(chosen.licences || placed.licence) ORDER BY 1),
           'attributions', ARRAY(SELECT DISTINCT unnest(chosen.attributions || placed.attribution) ORDER BY 1),
           'provenance', chosen.provenance || jsonb_build_object('geom', placed.slug),
           'updated_on', summary.updated_on,
           'expires_at', summary.expires_at,
           'geom', placed.geom::text)) released;
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
               (array_agg(p.title ORDER BY c.rank))[1] AS title,
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
