-- What a record lets each reader do now, a row for each purpose (commons/database/routines/permissions.sql).
SELECT purpose::text, p.audience::text, p.partner_id, p.rights, p.precision::text, p.licence,
       nullif(p.expires_at, 'infinity')
  FROM unnest(enum_range(NULL::reference.purpose)) AS purpose
 CROSS JOIN LATERAL commons.permissions(ARRAY[%(record_id)s::bigint], purpose, clock_timestamp()) p;
