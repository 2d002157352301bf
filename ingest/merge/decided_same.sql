-- The pairs that stand as the same: a person's yes, or a model's where no person said no.
SELECT d.left_record_id, d.right_record_id
  FROM commons.match_decision d
 WHERE d.verdict = 'same' AND d.retired_at IS NULL
   AND NOT EXISTS (SELECT FROM commons.match_decision no
                    WHERE no.left_record_id = d.left_record_id AND no.right_record_id = d.right_record_id
                      AND no.verdict = 'different' AND no.is_human AND no.retired_at IS NULL)
 ORDER BY 1, 2;
