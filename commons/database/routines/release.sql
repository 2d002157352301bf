-- What each audience may see of each alternative: consent.md, "How a merged alternative is released to an audience".
-- Inputs are arrays of ids; every function is a set operation over them. Indexes used: ix_membership_alternative_id,
-- uq_record_version_current, ix_consent_record.

-- Permissions flow inward: what is allowed to an audience is allowed to all these.
CREATE OR REPLACE FUNCTION commons.reach(audience reference.audience)
RETURNS reference.audience[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE audience
    WHEN 'public' THEN '{public,partners,partner,researchers}'::reference.audience[]
    WHEN 'partners' THEN '{partners,partner}'::reference.audience[]
    ELSE ARRAY[audience]
END;

-- The audiences whose permissions also hold for this one: the inverse of reach.
CREATE OR REPLACE FUNCTION commons.allowed_by(audience reference.audience)
RETURNS reference.audience[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE audience
    WHEN 'partner' THEN '{public,partners,partner}'::reference.audience[]
    WHEN 'partners' THEN '{public,partners}'::reference.audience[]
    WHEN 'researchers' THEN '{public,researchers}'::reference.audience[]
    ELSE '{public}'::reference.audience[]
END;

-- What each version asserts, a row per field: the one place that says to which field group a field belongs, and whether it
-- gives an exact place away.
CREATE OR REPLACE VIEW commons.asserted_value AS
SELECT v.version_id, f.field_group, f.exact_only, f.field_name, f.value
  FROM commons.record_version v
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

-- Each of these records that has a place and has not gone, with what it lets this audience do (rights, as cells) and how
-- finely its place may be known, at the instant as_of.
CREATE OR REPLACE FUNCTION commons.permitted(for_audience reference.audience, record_ids bigint[], as_of timestamptz)
RETURNS TABLE (
    record_id bigint, version_id bigint, dataset_id bigint, rights bigint,
    "precision" reference.precision, licence text, expires_at timestamptz
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
WITH location AS MATERIALIZED (
    SELECT commons.cells('{location}', '{display}') AS cells
),
asked AS MATERIALIZED (
    SELECT r.record_id, r.dataset_id, v.version_id, v.sector_id, v.neighbourhood_id, v.commune_id,
           CASE WHEN c.sensitive THEN 'neighbourhood' ELSE 'exact' END::reference.precision AS unsaid
      FROM commons.source_record r
      JOIN commons.record_version v ON v.record_id = r.record_id AND v.superseded_at IS NULL AND v.geom IS NOT NULL
      JOIN reference.category c ON c.code = v.category
     WHERE r.record_id = ANY (record_ids) AND r.gone_at IS NULL
),
-- The ceiling: what the dataset's live agreement lets this audience do.
ceiling AS MATERIALIZED (
    SELECT a.dataset_id, a.stance, a.licence, a.valid_until,
           bit_or(t.cells) AS cells,
           min(t.precision) FILTER (WHERE t.cells & location.cells <> 0) AS finest
      FROM commons.agreement a
      JOIN commons.agreement_term t USING (agreement_id)
     CROSS JOIN location
     WHERE a.dataset_id IN (SELECT asked.dataset_id FROM asked)
       AND a.ended_at IS NULL AND a.valid_from <= as_of AND a.valid_until > as_of
       AND t.audience = ANY (commons.allowed_by(for_audience)) AND t.named_partner_id IS NULL
     GROUP BY a.agreement_id
),
-- What was said of the record itself, or of its whole dataset. A statement that has ended or run out still counts as
-- having spoken: the default does not come back.
said AS MATERIALIZED (
    SELECT asked.record_id,
           coalesce(bool_or(s.effect = 'allow' AND s.record_id IS NOT NULL AND s.ended_as IS DISTINCT FROM 'superseded'),
                    false) AS has_spoken,
           coalesce(bit_or(s.cells) FILTER (WHERE s.effect = 'allow' AND s.live AND s.inward), 0) AS allowed,
           coalesce(bit_or(s.cells) FILTER (WHERE s.effect = 'deny' AND s.live AND s.outward), 0) AS denied,
           -- A statement that is silent on precision means the default: it must not be outdone by a coarser one beside it.
           min(coalesce(s.precision, asked.unsaid)) FILTER (WHERE s.effect = 'allow' AND s.live AND s.inward
                                                                  AND s.cells & location.cells <> 0) AS finest,
           max(s.precision) FILTER (WHERE s.effect = 'coarsen' AND s.live AND s.outward) AS no_finer_than,
           min(s.licence) FILTER (WHERE s.effect = 'allow' AND s.live AND s.inward) AS licence,
           min(s.valid_until) FILTER (WHERE s.effect = 'allow' AND s.live AND s.inward) AS valid_until
      FROM asked
     CROSS JOIN location
      JOIN LATERAL (
           SELECT c.*,
                  c.ended_at IS NULL AND c.valid_from <= as_of AND c.valid_until > as_of AS live,
                  c.audience = ANY (commons.allowed_by(for_audience)) AND c.named_partner_id IS NULL AS inward,
                  c.audience = ANY (commons.reach(for_audience)) AS outward
             FROM commons.consent c
            WHERE c.record_id = asked.record_id
            UNION ALL
           SELECT c.*, c.ended_at IS NULL AND c.valid_from <= as_of AND c.valid_until > as_of, false,
                  c.audience = ANY (commons.reach(for_audience))
             FROM commons.consent c
            WHERE c.dataset_id = asked.dataset_id AND c.record_id IS NULL
           ) s ON true
     GROUP BY asked.record_id
),
resolved AS (
    SELECT asked.*,
           ceiling.cells
             & CASE WHEN said.has_spoken THEN said.allowed WHEN ceiling.stance = 'allow' THEN ceiling.cells ELSE 0 END
             & ~coalesce(said.denied, 0) AS rights,
           -- The coarsest of: the agreement, the record's own (or, unsaid, the sensitive default), every coarsening.
           greatest(ceiling.finest, coalesce(said.finest, asked.unsaid), said.no_finer_than) AS wanted,
           coalesce(said.licence, ceiling.licence) AS licence,
           least(ceiling.valid_until, said.valid_until) AS expires_at
      FROM asked
      JOIN ceiling USING (dataset_id)
      LEFT JOIN said USING (record_id)
)
-- A district that is unknown or too sparse to hide an address in climbs to the next.
SELECT resolved.record_id, resolved.version_id, resolved.dataset_id, resolved.rights,
       CASE
           WHEN wanted = 'exact' THEN 'exact'
           WHEN wanted = 'sector' AND NOT coalesce(sector.sparse, true) THEN 'sector'
           WHEN wanted <= 'neighbourhood' AND NOT coalesce(neighbourhood.sparse, true) THEN 'neighbourhood'
           WHEN wanted <= 'commune' AND resolved.commune_id IS NOT NULL THEN 'commune'
           ELSE 'withheld'
       END::reference.precision,
       resolved.licence, resolved.expires_at
  FROM resolved
  LEFT JOIN reference.district sector ON sector.district_id = resolved.sector_id
  LEFT JOIN reference.district neighbourhood ON neighbourhood.district_id = resolved.neighbourhood_id
$$;

-- The records that may supply values to what this audience sees, best first. Only those whose own permitted precision is as
-- fine as the published one: the text of any other would be pinned on a finer point (the no-link rule).
CREATE OR REPLACE FUNCTION commons.contributors(
    for_audience reference.audience, ids bigint[], as_of timestamptz
)
RETURNS TABLE (
    alternative_id bigint, record_id bigint, version_id bigint, dataset_id bigint, rights bigint,
    "precision" reference.precision, licence text, expires_at timestamptz, rank bigint
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
WITH visible AS MATERIALIZED (
    SELECT m.alternative_id, p.*, min(p.precision) OVER (PARTITION BY m.alternative_id) AS published
      FROM commons.permitted(for_audience, ARRAY(SELECT m.record_id FROM commons.membership m
                                                  WHERE m.alternative_id = ANY (ids) AND m.until_at IS NULL), as_of) p
      JOIN commons.membership m ON m.record_id = p.record_id AND m.until_at IS NULL
      JOIN commons.record_version v ON v.version_id = p.version_id
     WHERE (p.precision = 'exact' OR NOT v.name_composed) -- a name made of an address is a place
       AND p.rights & commons.cells('{existence,identity,location}', '{display}')
           = commons.cells('{existence,identity,location}', '{display}')
       AND p.precision <> 'withheld'
)
SELECT visible.alternative_id, visible.record_id, visible.version_id, visible.dataset_id, visible.rights,
       visible.precision, visible.licence, visible.expires_at,
       row_number() OVER (PARTITION BY visible.alternative_id ORDER BY d.priority, d.slug, r.partner_key)
  FROM visible
  JOIN commons.dataset d ON d.dataset_id = visible.dataset_id
  JOIN commons.source_record r ON r.record_id = visible.record_id
 WHERE visible.precision <= visible.published
$$;

-- The released rows of these alternatives for this audience, as they ought to be: the refresh stores them, the drift
-- check compares with them.
CREATE OR REPLACE FUNCTION commons.compute_released_alternatives(
    for_audience reference.audience, ids bigint[], as_of timestamptz
)
RETURNS SETOF commons.released_alternative
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
WITH contributor AS MATERIALIZED (
    SELECT * FROM commons.contributors(for_audience, ids, as_of)
),
shown_group AS MATERIALIZED (
    SELECT field_group, commons.cells(ARRAY[field_group], '{display}') AS cell
      FROM unnest(enum_range(NULL::reference.field_group)) AS field_group
),
-- Each field: the first non-empty permitted value in the order of the contributors, with its source.
value AS MATERIALIZED (
    SELECT DISTINCT ON (c.alternative_id, v.field_name) c.alternative_id, v.field_name, v.value, c.dataset_id, c.licence
      FROM contributor c
      JOIN commons.asserted_value v ON v.version_id = c.version_id AND (c.precision = 'exact' OR NOT v.exact_only)
      JOIN shown_group g ON g.field_group = v.field_group AND c.rights & g.cell <> 0
     WHERE v.value NOT IN ('null'::jsonb, '[]'::jsonb, '""'::jsonb)
     ORDER BY c.alternative_id, v.field_name, c.rank
),
chosen AS (
    SELECT value.alternative_id,
           jsonb_object_agg(value.field_name, value.value) AS fields,
           jsonb_object_agg(value.field_name, d.slug) AS provenance,
           array_agg(DISTINCT value.licence ORDER BY value.licence) AS licences,
           array_agg(DISTINCT d.attribution ORDER BY d.attribution) AS attributions
      FROM value
      JOIN commons.dataset d USING (dataset_id)
     GROUP BY value.alternative_id
),
summary AS (
    SELECT c.alternative_id,
           bool_or(c.rights & commons.cells('{existence}', '{statistics}') <> 0) AS counted,
           bool_and(c.rights & commons.cells('{existence}', '{reuse}') <> 0) AS reusable,
           min(c.expires_at) AS expires_at,
           max(coalesce(v.updated_on, v.stored_at::date)) AS updated_on
      FROM contributor c
      JOIN commons.record_version v USING (version_id)
     GROUP BY c.alternative_id
),
placed AS (
    SELECT c.alternative_id, c.precision, c.licence, d.slug, d.attribution,
           CASE WHEN c.precision = 'exact' THEN v.geom ELSE area.label_point END AS geom,
           CASE WHEN c.precision = 'exact' THEN 0 ELSE area.uncertainty_m END AS uncertainty_m,
           CASE WHEN c.precision = 'exact' THEN exact_sector.code WHEN area.level = 'sector' THEN area.code END AS sector,
           CASE WHEN c.precision = 'exact' THEN exact_neighbourhood.code WHEN area.level = 'neighbourhood' THEN area.code
                ELSE around.neighbourhood END AS neighbourhood,
           CASE WHEN c.precision = 'exact' THEN exact_commune.code WHEN area.level = 'commune' THEN area.code
                ELSE around.commune END AS commune
      FROM contributor c
      JOIN commons.record_version v USING (version_id)
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
  JOIN chosen USING (alternative_id)
  JOIN summary USING (alternative_id)
  JOIN commons.released_identity i ON i.audience = for_audience AND i.alternative_id = placed.alternative_id
 CROSS JOIN LATERAL jsonb_populate_record(
       NULL::commons.released_alternative,
       chosen.fields || jsonb_build_object(
           'audience', for_audience,
           'alternative_id', placed.alternative_id,
           'public_id', i.public_id,
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
           'geom', placed.geom::text)) released
$$;

-- The mutualisations that a contributing source says the alternative takes part in, where its resources may be shown.
CREATE OR REPLACE FUNCTION commons.compute_released_participations(
    for_audience reference.audience, ids bigint[], as_of timestamptz
)
RETURNS SETOF commons.released_participation
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
SELECT for_audience, c.alternative_id, m.mutualisation_id, i.public_id, m.title, m.resource_kind,
       min(p.since_on), max(p.until_on), min(c.expires_at)
  FROM commons.contributors(for_audience, ids, as_of) c
  JOIN commons.participation p USING (version_id)
  JOIN commons.mutualisation m USING (mutualisation_id)
  JOIN commons.released_identity i ON i.audience = for_audience AND i.alternative_id = c.alternative_id
 WHERE c.rights & commons.cells('{resources}', '{display}') <> 0
 GROUP BY c.alternative_id, m.mutualisation_id, i.public_id
$$;

-- Makes the released tables say what consent allows now, for these alternatives and every audience. Refreshes wait for each
-- other: the lock is taken here too, for those who call it without the queue.
CREATE OR REPLACE FUNCTION commons.refresh_release(ids bigint[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    for_audience reference.audience;
    -- What the planner expects of a parameter's array is a handful: for many it would nest loops over all of them.
    many CONSTANT int := 100;
    as_of timestamptz;
    shown_before uuid[];
BEGIN
    PERFORM set_config('enable_nestloop', CASE WHEN cardinality(ids) > many THEN 'off' ELSE 'on' END, true);
    PERFORM pg_advisory_xact_lock(hashtext('commons release'));
    -- Not now(), which is when this transaction began: a withdrawal committed since would seem to lie in the future.
    as_of := clock_timestamp();
    FOREACH for_audience IN ARRAY '{public,partners,researchers}'::reference.audience[] LOOP
        INSERT INTO commons.released_identity (audience, alternative_id)
        SELECT for_audience, a.alternative_id FROM commons.alternative a WHERE a.alternative_id = ANY (ids)
        ON CONFLICT DO NOTHING;
        shown_before := ARRAY(SELECT r.public_id FROM commons.released_alternative r
                               WHERE r.audience = for_audience AND r.alternative_id = ANY (ids));
        DELETE FROM commons.released_alternative r WHERE r.audience = for_audience AND r.alternative_id = ANY (ids);
        DELETE FROM commons.released_participation r WHERE r.audience = for_audience AND r.alternative_id = ANY (ids);
        INSERT INTO commons.released_alternative SELECT * FROM commons.compute_released_alternatives(for_audience, ids, as_of);
        -- What has vanished leaves its id and the day, so that those who hold a copy can remove it.
        INSERT INTO commons.tombstone (audience, public_id)
        SELECT for_audience, public_id FROM unnest(shown_before) AS public_id
        EXCEPT
        SELECT for_audience, r.public_id FROM commons.released_alternative r
         WHERE r.audience = for_audience AND r.alternative_id = ANY (ids)
        ON CONFLICT (audience, public_id) DO NOTHING;
        DELETE FROM commons.tombstone t USING commons.released_alternative r
         WHERE r.audience = for_audience AND r.alternative_id = ANY (ids)
           AND t.audience = r.audience AND t.public_id = r.public_id;
        INSERT INTO commons.released_participation SELECT * FROM commons.compute_released_participations(for_audience, ids, as_of);
    END LOOP;
    PERFORM set_config('enable_nestloop', 'on', true);
END
$$;

-- Refreshes what the clock alone has changed (a consent begun or run out), and returns how many alternatives that were.
CREATE OR REPLACE FUNCTION commons.sweep_release()
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    ids bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('commons release'));
    ids := ARRAY(SELECT DISTINCT drift.alternative_id FROM commons.release_drift() drift);
    PERFORM commons.refresh_release(ids);
    RETURN cardinality(ids);
END
$$;

-- Returns the alternatives whose released rows differ from what consent allows now: none, unless something is broken or a
-- consent has begun or ended by the clock since the last refresh.
CREATE OR REPLACE FUNCTION commons.release_drift()
RETURNS TABLE (audience reference.audience, alternative_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_nestloop = off
AS $$
WITH every AS MATERIALIZED (
    SELECT array_agg(a.alternative_id) AS ids, clock_timestamp() AS as_of FROM commons.alternative a
),
reader AS (SELECT unnest('{public,partners,researchers}'::reference.audience[]) AS audience),
-- As text rows: geometry equality is of bounding boxes only.
wanted AS (
    SELECT reader.audience, w.alternative_id, w::text AS content
      FROM reader, every, commons.compute_released_alternatives(reader.audience, every.ids, every.as_of) w
     UNION ALL
    SELECT reader.audience, w.alternative_id, w::text
      FROM reader, every, commons.compute_released_participations(reader.audience, every.ids, every.as_of) w
),
present AS (
    SELECT r.audience, r.alternative_id, r::text AS content FROM commons.released_alternative r
     UNION ALL
    SELECT r.audience, r.alternative_id, r::text FROM commons.released_participation r
)
SELECT DISTINCT difference.audience, difference.alternative_id
  FROM ((SELECT * FROM wanted EXCEPT SELECT * FROM present)
         UNION ALL
        (SELECT * FROM present EXCEPT SELECT * FROM wanted)) difference
$$;
