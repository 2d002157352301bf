-- What an upload remarked, a line per code and column, with how many rows and the first of them. Index used:
-- ix_notice_upload_id. Inputs: upload_id, first_rows.
SELECT n.code, n.column_name, count(n.row_number) AS rows,
       coalesce((array_agg(n.row_number ORDER BY n.row_number) FILTER (WHERE n.row_number IS NOT NULL))[1:%(first_rows)s], '{}')
  FROM commons.notice n
 WHERE n.upload_id = %(upload_id)s
 GROUP BY n.code, n.column_name
 ORDER BY count(n.row_number) DESC, min(n.row_number), n.code, n.column_name;
