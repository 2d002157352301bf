-- By what a released row is found: its place in the order of the tiles, and its words. Both are made of the row's own released
-- values and of open data, so that they hold nothing that its reader may not see, and go when it goes.

-- Where a published place lies on the Morton curve over the world's Mercator square, 2^24 by 2^24 (2.4 m at the equator): the
-- bits of x and y in turn, so that the places of a tile of zoom z are one range, and a shift to the right is a coarser grid.
CREATE OR REPLACE FUNCTION commons.spot(place public.geometry)
RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    -- Parentheses: to PostgreSQL | and << are of one rank.
    side CONSTANT double precision := 16777216;
    lat CONSTANT double precision := radians(ST_Y(place));
    x bigint := floor((ST_X(place) + 180) / 360 * side);
    y bigint := floor((0.5 - ln(tan(lat) + 1 / cos(lat)) / (2 * pi())) * side);
BEGIN
    x := (x | (x << 16)) & x'0000FFFF0000FFFF'::bigint;
    x := (x | (x << 8)) & x'00FF00FF00FF00FF'::bigint;
    x := (x | (x << 4)) & x'0F0F0F0F0F0F0F0F'::bigint;
    x := (x | (x << 2)) & x'3333333333333333'::bigint;
    x := (x | (x << 1)) & x'5555555555555555'::bigint;
    y := (y | (y << 16)) & x'0000FFFF0000FFFF'::bigint;
    y := (y | (y << 8)) & x'00FF00FF00FF00FF'::bigint;
    y := (y | (y << 4)) & x'0F0F0F0F0F0F0F0F'::bigint;
    y := (y | (y << 2)) & x'3333333333333333'::bigint;
    y := (y | (y << 1)) & x'5555555555555555'::bigint;
    RETURN x | (y << 1);
END
$$;

-- A text in lower case, without accents, its words parted by spaces where PostgreSQL's parser would take them for a file or a
-- host. maps/search.sql folds what is asked in the same way.
CREATE OR REPLACE FUNCTION commons.folded(told text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN lower(public.unaccent(translate(told, '/\.@_-’', '       ')));
