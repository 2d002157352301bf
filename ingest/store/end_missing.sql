-- A full list says what is no longer there: ends the dataset's records that it did not tell of. EXCEPT, for how many records a
-- dataset has is not known before its first autovacuum: a join planned for one record asks the whole list for each.
UPDATE commons.source_record
   SET gone_at = now()
 WHERE record_id IN (SELECT record_id FROM commons.source_record WHERE dataset_id = %(dataset_id)s AND gone_at IS NULL
                     EXCEPT SELECT record_id FROM seen_record);
