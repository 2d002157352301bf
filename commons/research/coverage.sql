-- Alternatives active on a day, and those among them in a mutualisation, by district and resource kind (null: any).
-- Run as the audience's role. Inputs: level, day.
WITH place AS (
    SELECT code, name_fr, name_nl, name_en, residential
      FROM reference.district
     WHERE is_current AND level = %(level)s::reference.district_level
     UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL
),
kind AS (
    SELECT unnest(enum_range(NULL::reference.resource_kind)) AS resource_kind
     UNION ALL
    SELECT NULL
),
active AS (
    SELECT public_id,
           CASE %(level)s::text WHEN 'region' THEN (SELECT code FROM place WHERE code IS NOT NULL)
                                WHEN 'commune' THEN commune
                                WHEN 'neighbourhood' THEN neighbourhood
                                WHEN 'sector' THEN sector END AS code
      FROM alternative
     WHERE counted AND (founded_on IS NULL OR founded_on <= %(day)s) AND (ended_on IS NULL OR ended_on > %(day)s)
),
pooled AS (
    SELECT DISTINCT public_id, resource_kind
      FROM participation
     WHERE (since_on IS NULL OR since_on <= %(day)s) AND (until_on IS NULL OR until_on > %(day)s)
)
SELECT place.code, place.name_fr, place.name_nl, place.name_en, place.residential, kind.resource_kind::text,
       count(active.public_id) AS alternatives,
       count(active.public_id) FILTER (WHERE EXISTS (
           SELECT FROM pooled
            WHERE pooled.public_id = active.public_id
              AND (kind.resource_kind IS NULL OR pooled.resource_kind = kind.resource_kind))) AS participating
  FROM place
 CROSS JOIN kind
  LEFT JOIN active ON active.code IS NOT DISTINCT FROM place.code
 GROUP BY place.code, place.name_fr, place.name_nl, place.name_en, place.residential, kind.resource_kind
 ORDER BY place.code NULLS LAST, kind.resource_kind NULLS FIRST;
