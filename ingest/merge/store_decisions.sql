-- Makes the model's live decisions about changed_record those of incoming_decision: what it no longer finds, or finds otherwise,
-- is retired, never deleted; what it still finds stands as it was. People's decisions are not touched. Fills touched_record with
-- what must be clustered anew, and returns how many decisions were added and retired. Indexes used: uq_match_decision_live,
-- ix_match_decision_right_record_id.
ANALYZE changed_record;
ANALYZE incoming_decision;

DROP TABLE IF EXISTS pg_temp.retired_decision, pg_temp.added_decision;
CREATE TEMPORARY TABLE retired_decision ON COMMIT DROP AS
SELECT d.decision_id, d.left_record_id, d.right_record_id
  FROM (SELECT d.* FROM commons.match_decision d JOIN changed_record c ON c.record_id = d.left_record_id
         UNION
        SELECT d.* FROM commons.match_decision d JOIN changed_record c ON c.record_id = d.right_record_id) d
 WHERE NOT d.is_human AND d.retired_at IS NULL
   AND NOT EXISTS (SELECT FROM incoming_decision i
                    WHERE i.left_record_id = d.left_record_id AND i.right_record_id = d.right_record_id
                      AND i.verdict = d.verdict AND i.score = d.score AND i.reason = d.reason AND d.decided_by = %(decided_by)s);

UPDATE commons.match_decision d
   SET retired_at = now()
  FROM retired_decision
 WHERE d.decision_id = retired_decision.decision_id;

CREATE TEMPORARY TABLE added_decision ON COMMIT DROP AS
WITH added AS (
    INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, score, reason, decided_by, is_human)
    SELECT i.left_record_id, i.right_record_id, i.verdict, i.score, i.reason, %(decided_by)s, false
      FROM incoming_decision i
     WHERE NOT EXISTS (SELECT FROM commons.match_decision d
                        WHERE d.left_record_id = i.left_record_id AND d.right_record_id = i.right_record_id
                          AND NOT d.is_human AND d.retired_at IS NULL)
    RETURNING left_record_id, right_record_id
)
SELECT * FROM added;

INSERT INTO touched_record
SELECT record_id FROM changed_record
 UNION
SELECT unnest(ARRAY[left_record_id, right_record_id]) FROM retired_decision
 UNION
SELECT unnest(ARRAY[left_record_id, right_record_id]) FROM added_decision;
ANALYZE touched_record;

SELECT (SELECT count(*) FROM added_decision), (SELECT count(*) FROM retired_decision);
