-- A sentence of consent as bits: one bit for each field group x purpose, in the order of the enums (reordering an enum
-- would change the meaning of every stored consent: only append to them).
CREATE OR REPLACE FUNCTION commons.cells(groups reference.field_group[], purposes reference.purpose[])
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN coalesce(
    (SELECT bit_or(1::bigint << (5 * (array_position(enum_range(NULL::reference.field_group), field_group) - 1)
                                 + array_position(enum_range(NULL::reference.purpose), purpose) - 1))
       FROM unnest(groups) AS field_group, unnest(purposes) AS purpose),
    0);
