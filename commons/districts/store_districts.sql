-- Stores the incoming districts over those of the same scheme, level, code and revision, whose ids stay.
-- Inputs: %(scheme)s; %(sparse_below)s inhabitants, under which a sector or neighbourhood hides nobody, as does one whose
-- population is unknown. The latest stored figure counts: store the population first. Index used: uq_district_scheme.
-- label_point depends on the geometry only; uncertainty_m is measured in the territory's metric system.
WITH latest AS (
    SELECT DISTINCT ON (level, code, revision) level::text, code, revision, population
      FROM reference.population
     WHERE scheme = %(scheme)s
     ORDER BY level, code, revision, year DESC
)
INSERT INTO reference.district (
    scheme, level, code, revision, name_fr, name_nl, name_en, residential, area_km2, is_current, source,
    geom, label_point, uncertainty_m, sparse
)
SELECT %(scheme)s, level::reference.district_level, code, revision, i.name_fr, i.name_nl, i.name_en, i.residential,
       i.area_km2, i.is_current, i.source, shape.geom, label.point,
       ST_MaxDistance(ST_Transform(label.point, @metric_crs@), ST_Transform(shape.geom, @metric_crs@)),
       level IN ('sector', 'neighbourhood') AND coalesce(latest.population < %(sparse_below)s, true)
  FROM incoming_district i
 CROSS JOIN LATERAL (SELECT ST_SetSRID(i.geom::geometry, 4326) AS geom) AS shape
 CROSS JOIN LATERAL (SELECT ST_PointOnSurface(shape.geom) AS point) AS label
  LEFT JOIN latest USING (level, code, revision)
 ORDER BY level, code, revision
ON CONFLICT (scheme, level, code, revision) DO UPDATE SET
    name_fr = excluded.name_fr, name_nl = excluded.name_nl, name_en = excluded.name_en,
    residential = excluded.residential, area_km2 = excluded.area_km2, is_current = excluded.is_current,
    source = excluded.source, geom = excluded.geom, label_point = excluded.label_point,
    uncertainty_m = excluded.uncertainty_m, sparse = excluded.sparse
