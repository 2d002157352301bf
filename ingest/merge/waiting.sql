-- The pairs of which a person is asked, and nobody has said anything yet: the likeliest first. Input: dataset_id (or null), most.
SELECT d.left_record_id, d.right_record_id, d.score, d.reason, d.decided_by,
       l.slug || '/' || one.partner_key, r.slug || '/' || other.partner_key
  FROM commons.match_decision d
  JOIN commons.source_record one ON one.record_id = d.left_record_id AND one.gone_at IS NULL
  JOIN commons.source_record other ON other.record_id = d.right_record_id AND other.gone_at IS NULL
  JOIN commons.dataset l ON l.dataset_id = one.dataset_id
  JOIN commons.dataset r ON r.dataset_id = other.dataset_id
 WHERE d.verdict = 'unsure' AND d.retired_at IS NULL
   AND (%(dataset_id)s IS NULL OR %(dataset_id)s IN (one.dataset_id, other.dataset_id))
   AND NOT EXISTS (SELECT FROM commons.match_decision said
                    WHERE said.left_record_id = d.left_record_id AND said.right_record_id = d.right_record_id
                      AND said.is_human AND said.retired_at IS NULL)
 ORDER BY d.score DESC, 6, 7
 LIMIT %(most)s;
