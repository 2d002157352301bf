-- What holds records together, and what keeps them apart: docs/decisions/0019-apart-for-each-reader.md.
-- Indexes used: uq_match_decision_live, ix_match_decision_right_record_id.

-- The pairs that stand as the same, and how surely: a person's yes most; or a model's, where no person said no.
CREATE OR REPLACE VIEW commons.same_pair AS
SELECT d.left_record_id, d.right_record_id, CASE WHEN d.is_human THEN 'infinity' ELSE coalesce(d.score, 0) END AS strength
  FROM commons.match_decision d
 WHERE d.verdict = 'same' AND d.retired_at IS NULL
   AND NOT EXISTS (SELECT FROM commons.match_decision no
                    WHERE no.left_record_id = d.left_record_id AND no.right_record_id = d.right_record_id
                      AND no.verdict = 'different' AND no.is_human AND no.retired_at IS NULL);

-- The pairs of which a person is asked, and nobody has said anything yet. The verdict as text: where the migration that brought it
-- is part of this transaction, PostgreSQL refuses the new word itself.
CREATE OR REPLACE VIEW commons.waiting_pair AS
SELECT d.left_record_id, d.right_record_id, d.score, d.reason, d.decided_by,
       one.dataset_id AS left_dataset_id, other.dataset_id AS right_dataset_id,
       one.partner_key AS left_key, other.partner_key AS right_key
  FROM commons.match_decision d
  JOIN commons.source_record one ON one.record_id = d.left_record_id AND one.gone_at IS NULL
  JOIN commons.source_record other ON other.record_id = d.right_record_id AND other.gone_at IS NULL
 WHERE d.verdict::text = 'unsure' AND d.retired_at IS NULL
   AND NOT EXISTS (SELECT FROM commons.match_decision said
                    WHERE said.left_record_id = d.left_record_id AND said.right_record_id = d.right_record_id
                      AND said.is_human AND said.retired_at IS NULL);

-- Of groups of records, the pairs that are never one alternative: those of which a person says so, and two of one list,
-- where the list does not repeat itself and no person takes them for the same.
CREATE OR REPLACE FUNCTION commons.apart(group_ids bigint[], record_ids bigint[])
RETURNS TABLE (group_id bigint, one bigint, other bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
WITH piece AS MATERIALIZED (
    SELECT p.group_id, p.record_id, r.dataset_id, d.may_repeat
      FROM unnest(group_ids, record_ids) AS p (group_id, record_id)
      JOIN commons.source_record r USING (record_id)
      JOIN commons.dataset d USING (dataset_id)
)
SELECT a.group_id, a.record_id, b.record_id
  FROM piece a
  JOIN piece b ON b.group_id = a.group_id AND b.dataset_id = a.dataset_id AND b.record_id > a.record_id
 WHERE NOT a.may_repeat
   AND NOT EXISTS (SELECT FROM commons.match_decision yes
                    WHERE yes.left_record_id = a.record_id AND yes.right_record_id = b.record_id
                      AND yes.verdict = 'same' AND yes.is_human AND yes.retired_at IS NULL)
 UNION
SELECT a.group_id, no.left_record_id, no.right_record_id
  FROM commons.match_decision no
  JOIN piece a ON a.record_id = no.left_record_id
  JOIN piece b ON b.record_id = no.right_record_id AND b.group_id = a.group_id
 WHERE no.verdict = 'different' AND no.is_human AND no.retired_at IS NULL
$$;

-- The parts of groups that hold records which are apart (`torn_ids`, `ones`, `others`: their pairs): pairs are followed from the
-- surest down, and one that would join what is apart is left out. Few groups are such: they go one by one.
CREATE OR REPLACE FUNCTION commons.torn_parts(
    group_ids bigint[], record_ids bigint[], torn_ids bigint[], ones bigint[], others bigint[]
)
RETURNS TABLE (group_id bigint, record_id bigint, part bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
SET enable_nestloop = on
AS $$
#variable_conflict use_column
DECLARE
    torn record;
    pair record;
    part_of bigint[];
    here bigint;
    there bigint;
BEGIN
FOR torn IN
    SELECT p.group_id, array_agg(p.record_id ORDER BY p.record_id) AS records, a.ones, a.others
      FROM unnest(group_ids, record_ids) AS p (group_id, record_id)
      JOIN (SELECT apart.group_id, array_agg(apart.one) AS ones, array_agg(apart.other) AS others
              FROM unnest(torn_ids, ones, others) AS apart (group_id, one, other)
             GROUP BY apart.group_id) a USING (group_id)
     GROUP BY p.group_id, a.ones, a.others
LOOP
    part_of := torn.records;
    -- Two equally sure go by what their partners call them: ids tell who came first, which must not matter.
    FOR pair IN
        WITH called AS MATERIALIZED (
            SELECT r.record_id, d.slug || ' ' || r.partner_key AS called
              FROM commons.source_record r JOIN commons.dataset d USING (dataset_id)
             WHERE r.record_id = ANY (torn.records)
        )
        SELECT p.left_record_id, p.right_record_id
          FROM commons.same_pair p
          JOIN called l ON l.record_id = p.left_record_id
          JOIN called r ON r.record_id = p.right_record_id
         WHERE p.left_record_id = ANY (torn.records) AND p.right_record_id = ANY (torn.records)
         ORDER BY p.strength DESC, least(l.called, r.called) COLLATE "C", greatest(l.called, r.called) COLLATE "C"
    LOOP
        here := part_of[array_position(torn.records, pair.left_record_id)];
        there := part_of[array_position(torn.records, pair.right_record_id)];
        CONTINUE WHEN here = there OR EXISTS (
            SELECT FROM unnest(torn.ones, torn.others) AS a (one, other)
             WHERE (part_of[array_position(torn.records, a.one)], part_of[array_position(torn.records, a.other)])
                   IN ((here, there), (there, here)));
        part_of := array_replace(part_of, greatest(here, there), least(here, there));
    END LOOP;
    RETURN QUERY SELECT torn.group_id, p.record_id, p.part FROM unnest(torn.records, part_of) AS p (record_id, part);
END LOOP;
END
$$;

-- Splits groups of records into parts: what pairs within the group hold together, known by the smallest record of each. Where
-- pairs would bring together two that are apart, the least sure give way. A record that is not in the group has no say in it.
CREATE OR REPLACE FUNCTION commons.parts(group_ids bigint[], record_ids bigint[])
RETURNS TABLE (group_id bigint, record_id bigint, part bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    torn bigint[];
    ones bigint[];
    others bigint[];
BEGIN
SELECT coalesce(array_agg(a.group_id), '{}'), array_agg(a.one), array_agg(a.other)
  INTO torn, ones, others
  FROM commons.apart(group_ids, record_ids) a;

RETURN QUERY
WITH RECURSIVE piece AS MATERIALIZED (
    SELECT p.group_id, p.record_id
      FROM unnest(group_ids, record_ids) AS p (group_id, record_id)
     WHERE p.group_id NOT IN (SELECT unnest(torn))
),
link AS MATERIALIZED (
    SELECT a.group_id, pair.left_record_id AS one, pair.right_record_id AS other
      FROM commons.same_pair pair
      JOIN piece a ON a.record_id = pair.left_record_id
      JOIN piece b ON b.record_id = pair.right_record_id AND b.group_id = a.group_id
     WHERE pair.left_record_id IN (SELECT piece.record_id FROM piece)
),
step AS MATERIALIZED (
    SELECT link.group_id, link.one, link.other FROM link UNION ALL SELECT link.group_id, link.other, link.one FROM link
),
walk AS (
    SELECT piece.group_id, piece.record_id, piece.record_id AS reached FROM piece
     UNION
    SELECT walk.group_id, walk.record_id, step.other
      FROM walk
      JOIN step ON step.group_id = walk.group_id AND step.one = walk.reached
)
SELECT walk.group_id, walk.record_id, min(walk.reached) FROM walk GROUP BY walk.group_id, walk.record_id;

IF cardinality(torn) > 0 THEN
    RETURN QUERY SELECT t.* FROM commons.torn_parts(group_ids, record_ids, torn, ones, others) t;
END IF;
END
$$;
