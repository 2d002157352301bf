DROP TABLE IF EXISTS pg_temp.incoming_decision;
CREATE TEMPORARY TABLE incoming_decision (
    left_record_id bigint NOT NULL,
    right_record_id bigint NOT NULL,
    score float8 NOT NULL,
    reason jsonb NOT NULL,
    PRIMARY KEY (left_record_id, right_record_id)
) ON COMMIT DROP;
