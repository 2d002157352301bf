-- The temporary tables that load.py copies frames into: empty at each load, gone with the transaction.
-- Inputs: none. Geometry arrives as hexadecimal WKB in EPSG:4326.
DROP TABLE IF EXISTS pg_temp.incoming_source, pg_temp.incoming_district, pg_temp.incoming_population,
    pg_temp.incoming_within;
CREATE TEMP TABLE incoming_source (
    source_key text, title text, publisher text, licence text, attribution text, url text
) ON COMMIT DROP;
CREATE TEMP TABLE incoming_district (
    level text, code text, revision text, name_fr text, name_nl text, name_en text, residential boolean,
    area_km2 double precision, is_current boolean, source text, geom text
) ON COMMIT DROP;
CREATE TEMP TABLE incoming_population (
    level text, code text, revision text, year integer, population integer, source text
) ON COMMIT DROP;
CREATE TEMP TABLE incoming_within (
    inner_level text, inner_code text, outer_level text, outer_code text
) ON COMMIT DROP;
