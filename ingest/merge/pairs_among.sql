-- What was decided of the pairs of an alternative's records, as far as it holds. Input: alternative_id.
SELECT l.slug || '/' || one.partner_key, r.slug || '/' || other.partner_key, d.left_record_id, d.right_record_id, d.verdict,
       d.score, d.decided_by, d.is_human, d.reason
  FROM commons.membership here
  JOIN commons.match_decision d ON d.left_record_id = here.record_id AND d.retired_at IS NULL
  JOIN commons.membership there ON there.record_id = d.right_record_id AND there.until_at IS NULL
   AND there.alternative_id = here.alternative_id
  JOIN commons.source_record one ON one.record_id = d.left_record_id
  JOIN commons.source_record other ON other.record_id = d.right_record_id
  JOIN commons.dataset l ON l.dataset_id = one.dataset_id
  JOIN commons.dataset r ON r.dataset_id = other.dataset_id
 WHERE here.alternative_id = %(alternative_id)s AND here.until_at IS NULL
 ORDER BY d.is_human DESC, d.score DESC, 1, 2;
