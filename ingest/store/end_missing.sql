-- A full list says what is no longer there: ends the dataset's records that it did not tell of.
UPDATE commons.source_record r
   SET gone_at = now()
 WHERE r.dataset_id = %(dataset_id)s AND r.gone_at IS NULL
   AND NOT EXISTS (SELECT FROM seen_record s WHERE s.record_id = r.record_id);
