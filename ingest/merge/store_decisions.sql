-- Makes the model's live decisions those of incoming_decision: what it no longer finds is retired, never deleted; what it
-- still finds stands as it was. People's decisions are not touched. Returns how many were added and retired.
UPDATE commons.match_decision d
   SET retired_at = now()
 WHERE NOT d.is_human AND d.retired_at IS NULL
   AND NOT EXISTS (SELECT FROM incoming_decision i
                    WHERE i.left_record_id = d.left_record_id AND i.right_record_id = d.right_record_id
                      AND d.decided_by = %(decided_by)s);

INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, score, reason, decided_by, is_human)
SELECT i.left_record_id, i.right_record_id, 'same', i.score, i.reason, %(decided_by)s, false
  FROM incoming_decision i
 WHERE NOT EXISTS (SELECT FROM commons.match_decision d
                    WHERE d.left_record_id = i.left_record_id AND d.right_record_id = i.right_record_id
                      AND NOT d.is_human AND d.retired_at IS NULL);

SELECT count(*) FILTER (WHERE d.decided_at = now() AND NOT d.is_human), count(*) FILTER (WHERE d.retired_at = now())
  FROM commons.match_decision d;
