-- What each reader may do with each record: agreements, consents and denials resolved (docs/consent.md).
-- A reader is an audience, or one named partner. Indexes used: uq_record_version_current, ix_consent_record, ix_consent_dataset.

-- Permissions flow inward: what is allowed to an audience is allowed to all these.
CREATE OR REPLACE FUNCTION commons.reach(audience reference.audience)
RETURNS reference.audience[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE audience
    WHEN 'public' THEN '{public,partners,partner,researchers}'::reference.audience[]
    WHEN 'partners' THEN '{partners,partner}'::reference.audience[]
    ELSE ARRAY[audience]
END;

-- The audiences whose permissions also hold for this one: the inverse of reach.
CREATE OR REPLACE FUNCTION commons.allowed_by(audience reference.audience)
RETURNS reference.audience[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE audience
    WHEN 'partner' THEN '{public,partners,partner}'::reference.audience[]
    WHEN 'partners' THEN '{public,partners}'::reference.audience[]
    WHEN 'researchers' THEN '{public,researchers}'::reference.audience[]
    ELSE '{public}'::reference.audience[]
END;

-- The records for which something that holds now allows a partner by name: it may have more of them than all partners have.
-- Only partners that read by a login of their own are asked about. A denial that names one gives it nothing.
CREATE OR REPLACE FUNCTION commons.naming(record_ids bigint[], as_of timestamptz)
RETURNS TABLE (partner_id bigint, record_id bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT reader.partner_id, r.record_id
  FROM commons.reader
  JOIN commons.consent c ON c.named_partner_id = reader.partner_id
  JOIN commons.source_record r USING (record_id)
 WHERE r.record_id = ANY (record_ids) AND c.effect = 'allow'
   AND c.ended_at IS NULL AND c.valid_from <= as_of AND c.valid_until > as_of
 UNION
SELECT reader.partner_id, r.record_id
  FROM commons.reader
  JOIN commons.agreement_term t ON t.named_partner_id = reader.partner_id
  JOIN commons.agreement a USING (agreement_id)
  JOIN commons.source_record r USING (dataset_id)
 WHERE r.record_id = ANY (record_ids) AND a.ended_at IS NULL AND a.valid_from <= as_of AND a.valid_until > as_of
$$;

-- Each of these records that has a place in the region and has not gone, with what it lets each reader do (rights, as cells) and how
-- finely its place may be known for a purpose, at the instant as_of. A named partner is listed only where it is named.
CREATE OR REPLACE FUNCTION commons.permissions(record_ids bigint[], for_purpose reference.purpose, as_of timestamptz)
RETURNS TABLE (
    audience reference.audience, partner_id bigint, record_id bigint, version_id bigint, dataset_id bigint, rights bigint,
    "precision" reference.precision, licence text, expires_at timestamptz
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH location AS MATERIALIZED (
    SELECT commons.cells('{location}', ARRAY[for_purpose]) AS cells
),
record AS MATERIALIZED (
    SELECT r.record_id, r.dataset_id, v.version_id, v.sector_id, v.neighbourhood_id, v.commune_id, v.name_composed, v.holds_until,
           CASE WHEN c.sensitive THEN 'neighbourhood' ELSE 'exact' END::reference.precision AS unsaid
      FROM commons.source_record r
      JOIN commons.place v ON v.record_id = r.record_id AND v.superseded_at IS NULL AND v.geom IS NOT NULL
       AND v.commune_id IS NOT NULL AND coalesce(v.holds_until > as_of, true)
      JOIN reference.category c ON c.code = v.category
     WHERE r.record_id = ANY (record_ids) AND v.record_id = ANY (record_ids) AND r.gone_at IS NULL
),
reader AS MATERIALIZED (
    SELECT reader.audience, reader.partner_id, commons.allowed_by(reader.audience) AS allowed_by,
           commons.reach(reader.audience) AS reach
      FROM commons.reader
),
asked AS MATERIALIZED (
    SELECT reader.audience, reader.partner_id, record.* FROM reader, record WHERE reader.partner_id = 0
     UNION ALL
    SELECT 'partner', naming.partner_id, record.* FROM commons.naming(record_ids, as_of) naming JOIN record USING (record_id)
),
-- The ceiling: what the dataset's live agreement lets the reader do.
ceiling AS MATERIALIZED (
    SELECT a.dataset_id, reader.audience, reader.partner_id, a.stance, a.licence, a.valid_until,
           bit_or(t.cells) AS cells,
           min(t.precision) FILTER (WHERE t.cells & location.cells <> 0) AS finest
      FROM commons.agreement a
      JOIN commons.agreement_term t USING (agreement_id)
      JOIN reader ON t.audience = ANY (reader.allowed_by) AND coalesce(t.named_partner_id = reader.partner_id, true)
     CROSS JOIN location
     WHERE a.dataset_id IN (SELECT record.dataset_id FROM record)
       AND a.ended_at IS NULL AND a.valid_from <= as_of AND a.valid_until > as_of
     GROUP BY a.agreement_id, reader.audience, reader.partner_id
),
-- What was said of the record itself. A statement that has ended or run out still counts as having spoken: the default
-- does not come back.
said AS MATERIALIZED (
    SELECT s.record_id, reader.audience, reader.partner_id,
           bool_or(s.effect = 'allow' AND s.ended_as IS DISTINCT FROM 'superseded') AS has_spoken,
           coalesce(bit_or(s.cells) FILTER (WHERE s.effect = 'allow' AND s.live AND heard.inward), 0) AS allowed,
           coalesce(bit_or(s.cells) FILTER (WHERE s.effect = 'deny' AND s.live AND heard.outward), 0) AS denied,
           -- A statement that is silent on precision means the default: it must not be outdone by a coarser one beside it.
           min(coalesce(s.precision, s.unsaid)) FILTER (WHERE s.effect = 'allow' AND s.live AND heard.inward
                                                              AND s.cells & location.cells <> 0) AS finest,
           max(s.precision) FILTER (WHERE s.effect = 'coarsen' AND s.live AND heard.outward) AS no_finer_than,
           min(s.licence) FILTER (WHERE s.effect = 'allow' AND s.live AND heard.inward) AS licence,
           min(s.valid_until) FILTER (WHERE s.effect = 'allow' AND s.live AND heard.inward) AS valid_until,
           min(s.valid_from) FILTER (WHERE s.effect <> 'allow' AND s.ended_at IS NULL AND s.valid_from > as_of
                                           AND heard.outward) AS restricted_from
      FROM (SELECT c.*, record.unsaid, c.ended_at IS NULL AND c.valid_from <= as_of AND c.valid_until > as_of AS live
              FROM record JOIN commons.consent c USING (record_id)
             WHERE c.record_id = ANY (record_ids)) s
     CROSS JOIN location
     CROSS JOIN reader
     CROSS JOIN LATERAL (
           SELECT s.audience = ANY (reader.allowed_by)
                    AND (s.named_partner_id IS NULL OR s.named_partner_id = reader.partner_id) AS inward,
                  s.audience = ANY (reader.reach)
                    AND (reader.partner_id IN (0, s.named_partner_id) OR s.named_partner_id IS NULL) AS outward
           ) heard
     GROUP BY s.record_id, reader.audience, reader.partner_id
),
-- What was said of the whole dataset only ever restricts.
restricted AS MATERIALIZED (
    SELECT c.dataset_id, reader.audience, reader.partner_id,
           coalesce(bit_or(c.cells) FILTER (WHERE c.effect = 'deny' AND c.valid_from <= as_of), 0) AS denied,
           max(c.precision) FILTER (WHERE c.effect = 'coarsen' AND c.valid_from <= as_of) AS no_finer_than,
           min(c.valid_from) FILTER (WHERE c.valid_from > as_of) AS restricted_from
      FROM commons.consent c
      JOIN reader ON c.audience = ANY (reader.reach)
                     AND (reader.partner_id IN (0, c.named_partner_id) OR c.named_partner_id IS NULL)
     WHERE c.record_id IS NULL AND c.dataset_id IN (SELECT record.dataset_id FROM record)
       AND c.ended_at IS NULL AND c.valid_until > as_of
     GROUP BY c.dataset_id, reader.audience, reader.partner_id
),
resolved AS (
    SELECT asked.*,
           ceiling.cells
             & CASE WHEN said.has_spoken THEN said.allowed WHEN ceiling.stance = 'allow' THEN ceiling.cells ELSE 0 END
             & ~coalesce(said.denied, 0) & ~coalesce(restricted.denied, 0) AS rights,
           -- The coarsest of: the agreement, the record's own (or, unsaid, the sensitive default), every coarsening.
           greatest(ceiling.finest, coalesce(said.finest, asked.unsaid), said.no_finer_than, restricted.no_finer_than) AS wanted,
           coalesce(said.licence, ceiling.licence) AS licence,
           -- A restriction that begins by the clock is as good as an end: what is left then is released anew.
           least(ceiling.valid_until, said.valid_until, said.restricted_from, restricted.restricted_from, asked.holds_until)
               AS expires_at
      FROM asked
      JOIN ceiling USING (dataset_id, audience, partner_id)
      LEFT JOIN said USING (record_id, audience, partner_id)
      LEFT JOIN restricted USING (dataset_id, audience, partner_id)
),
-- A district that is unknown or too sparse to hide an address in climbs to the next.
placed AS (
    SELECT resolved.*,
           CASE
               WHEN wanted = 'exact' THEN 'exact'
               WHEN wanted = 'sector' AND NOT coalesce(sector.sparse, true) THEN 'sector'
               WHEN wanted <= 'neighbourhood' AND NOT coalesce(neighbourhood.sparse, true) THEN 'neighbourhood'
               WHEN wanted <= 'commune' THEN 'commune'
               ELSE 'withheld'
           END::reference.precision AS precision
      FROM resolved
      LEFT JOIN reference.district sector ON sector.district_id = resolved.sector_id
      LEFT JOIN reference.district neighbourhood ON neighbourhood.district_id = resolved.neighbourhood_id
)
-- A name made of an address is a place: it may be shown where the address may, and not where nothing lets the place be.
SELECT placed.audience, placed.partner_id, placed.record_id, placed.version_id, placed.dataset_id,
       placed.rights & CASE WHEN placed.name_composed
                             AND (placed.precision <> 'exact' OR placed.rights & location.cells = 0)
                            THEN ~commons.cells('{identity}', '{display,reuse}') ELSE -1 END,
       placed.precision, placed.licence, placed.expires_at
  FROM placed
 CROSS JOIN location;
END
$$;

-- The same for one reader: of a named partner, what all partners have where it is not named.
CREATE OR REPLACE FUNCTION commons.permitted(
    for_audience reference.audience, for_partner bigint, for_purpose reference.purpose, record_ids bigint[], as_of timestamptz
)
RETURNS TABLE (
    record_id bigint, version_id bigint, dataset_id bigint, rights bigint, "precision" reference.precision, licence text,
    expires_at timestamptz
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
SELECT DISTINCT ON (p.record_id) p.record_id, p.version_id, p.dataset_id, p.rights, p.precision, p.licence, p.expires_at
  FROM commons.permissions(record_ids, for_purpose, as_of) p
 WHERE (p.audience = for_audience AND p.partner_id = for_partner) OR (for_audience = 'partner' AND p.audience = 'partners')
 ORDER BY p.record_id, p.partner_id DESC
$$;
