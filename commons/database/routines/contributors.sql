-- Which records supply what each reader sees of an alternative: docs/consent.md, "How a merged alternative is released".
-- Indexes used: ix_membership_alternative_id.

-- Licences under which a collection of values made from a work must itself be everyone's.
CREATE OR REPLACE FUNCTION commons.is_share_alike(licence text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN licence IN ('ODbL-1.0');

-- The records of these alternatives that each reader may see, best first. Those whose own permitted precision is coarser than
-- the published one have no rank and supply nothing: their text would be pinned on a finer point (the no-link rule). What only a
-- record hidden from the reader holds together falls into parts: the reader would learn of it. And so do share-alike records
-- beside what not everyone may have: made into one, all of it would have to be everyone's.
CREATE OR REPLACE FUNCTION commons.contributors(ids bigint[], as_of timestamptz)
RETURNS SETOF commons.contribution
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH member AS MATERIALIZED (
    SELECT m.alternative_id, m.record_id
      FROM commons.membership m
     WHERE m.alternative_id = ANY (ids) AND m.until_at IS NULL
),
permission AS MATERIALIZED (
    SELECT member.alternative_id, p.*
      FROM commons.permissions(ARRAY(SELECT member.record_id FROM member), 'display', as_of) p
      JOIN member USING (record_id)
),
-- A named partner has of an alternative that names it what all partners have of its other records.
granted AS (
    SELECT * FROM permission
     UNION ALL
    SELECT p.alternative_id, 'partner', named.partner_id, p.record_id, p.version_id, p.dataset_id, p.rights, p.precision,
           p.licence, p.expires_at
      FROM (SELECT DISTINCT alternative_id, partner_id FROM permission WHERE partner_id <> 0) named
      JOIN permission p ON p.alternative_id = named.alternative_id AND p.audience = 'partners'
     WHERE NOT EXISTS (SELECT FROM permission own WHERE own.record_id = p.record_id AND own.partner_id = named.partner_id)
),
visible AS MATERIALIZED (
    SELECT g.*
      FROM granted g
     WHERE g.rights & commons.cells('{existence,identity,location}', '{display}')
           = commons.cells('{existence,identity,location}', '{display}')
       AND g.precision <> 'withheld'
),
-- Where a reader sees several of an alternative's records: what of them holds together?
pieced AS MATERIALIZED (
    SELECT dense_rank() OVER (ORDER BY v.audience, v.partner_id, v.alternative_id) AS group_id, v.audience, v.partner_id, v.record_id
      FROM (SELECT *, count(*) OVER (PARTITION BY audience, partner_id, alternative_id) AS seen FROM visible) v
     WHERE v.seen > 1
),
held AS MATERIALIZED (
    SELECT pieced.audience, pieced.partner_id, pieced.record_id, parts.part
      FROM (SELECT array_agg(group_id ORDER BY group_id, record_id) AS group_ids,
                   array_agg(record_id ORDER BY group_id, record_id) AS record_ids
              FROM pieced) every
     CROSS JOIN LATERAL commons.parts(every.group_ids, every.record_ids) parts
      JOIN pieced USING (group_id, record_id)
),
-- In which of these parts share-alike records are beside others of which the reader has more than everyone has.
mixed AS MATERIALIZED (
    SELECT held.audience, held.partner_id, held.part
      FROM held
      JOIN visible v USING (audience, partner_id, record_id)
      LEFT JOIN visible everyone ON everyone.audience = 'public' AND everyone.record_id = v.record_id
     WHERE held.audience <> 'public'
       AND v.alternative_id IN (SELECT alternative_id FROM visible WHERE commons.is_share_alike(licence))
     GROUP BY held.audience, held.partner_id, held.part
    HAVING bool_or(commons.is_share_alike(v.licence))
       AND bool_or(NOT commons.is_share_alike(v.licence)
                   AND (everyone.record_id IS NULL OR everyone.precision <> v.precision
                        OR (everyone.rights # v.rights)
                           & commons.cells(enum_range(NULL::reference.field_group), '{display}') <> 0))
),
-- What holds together of the share-alike records alone, and of the others alone.
divided AS MATERIALIZED (
    SELECT dense_rank() OVER (ORDER BY held.audience, held.partner_id, held.part, commons.is_share_alike(v.licence)) AS group_id,
           held.audience, held.partner_id, held.record_id
      FROM held
      JOIN mixed USING (audience, partner_id, part)
      JOIN visible v USING (audience, partner_id, record_id)
),
part AS MATERIALIZED (
    SELECT held.audience, held.partner_id, held.record_id, coalesce(alone.part, held.part) AS part
      FROM held
      LEFT JOIN (SELECT divided.audience, divided.partner_id, divided.record_id, parts.part
                   FROM (SELECT array_agg(group_id ORDER BY group_id, record_id) AS group_ids,
                                array_agg(record_id ORDER BY group_id, record_id) AS record_ids
                           FROM divided) every
                  CROSS JOIN LATERAL commons.parts(every.group_ids, every.record_ids) parts
                   JOIN divided USING (group_id, record_id)) alone USING (audience, partner_id, record_id)
),
placed AS (
    SELECT visible.*, coalesce(part.part, 0) AS part,
           visible.precision = min(visible.precision)
               OVER (PARTITION BY audience, partner_id, visible.alternative_id, part.part) AS supplies
      FROM visible
      LEFT JOIN part USING (audience, partner_id, record_id)
)
SELECT p.audience, p.partner_id, p.alternative_id, min(p.record_id) FILTER (WHERE p.supplies) OVER sources, p.record_id, p.version_id, p.dataset_id,
       p.rights, p.precision, p.licence, p.expires_at,
       CASE WHEN p.supplies
            -- What a partner says of a place comes before what was found.
            THEN (row_number() OVER (sources ORDER BY p.precision, v.geom IS NULL, d.priority, d.slug, r.partner_key))::int END
  FROM placed p
  JOIN commons.dataset d ON d.dataset_id = p.dataset_id
  JOIN commons.source_record r ON r.record_id = p.record_id AND r.record_id = ANY (ARRAY(SELECT record_id FROM member))
  JOIN commons.record_version v ON v.version_id = p.version_id AND v.version_id = ANY (ARRAY(SELECT placed.version_id FROM placed))
WINDOW sources AS (PARTITION BY p.audience, p.partner_id, p.alternative_id, p.part);
END
$$;
