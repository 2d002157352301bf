-- The records found by the keys of looked_for, but for those looking: all that a key has, so that a key which a crowd shares is
-- seen to be one. Index used: pk_record_key.
ANALYZE looked_for;
ANALYZE looking;
SELECT DISTINCT found.record_id
  FROM looked_for
 CROSS JOIN LATERAL (SELECT k.record_id FROM commons.record_key k WHERE k.key = looked_for.key) found
 WHERE NOT EXISTS (SELECT FROM looking WHERE looking.record_id = found.record_id)
 ORDER BY 1;
