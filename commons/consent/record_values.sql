-- What the record's version of now asserts, a row for each field that has a value, in the order of commons.field.
SELECT v.name, f.field_group::text, f.field_name, f.exact_only, a.fields -> f.field_name,
       commons.without_contacts(a.fields) -> f.field_name
  FROM commons.record_version v
  JOIN commons.asserted a ON a.version_id = v.version_id
  LEFT JOIN commons.field f ON a.fields ? f.field_name
 WHERE v.record_id = %(record_id)s AND v.superseded_at IS NULL;
