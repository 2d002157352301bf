-- What people said of pairs, as far as it holds.
SELECT left_record_id, right_record_id, verdict = 'same'
  FROM commons.match_decision
 WHERE is_human AND retired_at IS NULL AND verdict <> 'unsure';
