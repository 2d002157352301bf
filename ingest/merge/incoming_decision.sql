DROP TABLE IF EXISTS pg_temp.incoming_decision, pg_temp.changed_record, pg_temp.touched_record;
CREATE TEMPORARY TABLE incoming_decision (
    left_record_id bigint NOT NULL,
    right_record_id bigint NOT NULL,
    verdict reference.verdict NOT NULL,
    score float8 NOT NULL,
    reason jsonb NOT NULL,
    PRIMARY KEY (left_record_id, right_record_id)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE changed_record (record_id bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE touched_record (record_id bigint PRIMARY KEY) ON COMMIT DROP;
