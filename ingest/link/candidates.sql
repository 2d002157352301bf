-- The pairs of a record that is looking with any other which ingest/link/candidates.py would compare: they share a key that no crowd
-- shares (by_key), or lie near each other and may be named at all alike. Of a crowd's cell or spot nothing is found by place. Whether
-- those found by place alone are near and alike enough is looked at again. Inputs: reach_m, touching_m, crowd, crowded_cell.
-- Cost grows with what is looking and what lies around it. Indexes used: those of record_key and linked_place.
ANALYZE looking;
ANALYZE looked_in;
DROP TABLE IF EXISTS pg_temp.found_pair;
CREATE TEMPORARY TABLE found_pair ON COMMIT DROP AS
WITH looked_by AS MATERIALIZED (
    SELECT k.key, k.record_id FROM looking JOIN commons.record_key k USING (record_id)
),
sharing AS MATERIALIZED (
    SELECT asked.key, found.record_ids
      FROM (SELECT DISTINCT key FROM looked_by) asked
     CROSS JOIN LATERAL (
           SELECT array_agg(k.record_id) AS record_ids
             FROM (SELECT r.record_id FROM commons.record_key r WHERE r.key = asked.key LIMIT %(crowd)s + 1) k) found
     WHERE cardinality(found.record_ids) BETWEEN 2 AND %(crowd)s
),
by_key AS (
    SELECT looked_by.record_id, other.record_id AS other_id
      FROM looked_by
      JOIN sharing USING (key)
     CROSS JOIN LATERAL unnest(sharing.record_ids) AS other (record_id)
),
open_cell AS MATERIALIZED (
    SELECT asked.cell
      FROM (SELECT DISTINCT cell FROM looked_in) asked
     WHERE (SELECT count(*)
              FROM (SELECT FROM commons.linked_place p WHERE p.cell = asked.cell LIMIT %(crowded_cell)s + 1) counted) <= %(crowded_cell)s
),
near AS MATERIALIZED (
    SELECT own.record_id, other.record_id AS other_id, own.spot, other.spot AS other_spot
      FROM looking
      JOIN commons.linked_place own USING (record_id)
      JOIN open_cell here ON here.cell = own.cell
      JOIN looked_in around ON around.record_id = own.record_id
      JOIN open_cell there ON there.cell = around.cell
      JOIN commons.linked_place other ON other.cell = there.cell AND other.record_id <> own.record_id
     CROSS JOIN LATERAL (SELECT (other.x - own.x) ^ 2 + (other.y - own.y) ^ 2 AS apart_m2) far
     WHERE far.apart_m2 <= %(reach_m)s ^ 2
       AND (far.apart_m2 <= %(touching_m)s ^ 2
            OR bit_count(other.letters & own.letters) >= %(least_shared)s * least(other.fewest, own.fewest))
),
crowded_spot AS MATERIALIZED (
    SELECT asked.spot
      FROM (SELECT spot FROM near UNION SELECT other_spot FROM near) asked
     WHERE (SELECT count(*) FROM (SELECT FROM commons.linked_place p WHERE p.spot = asked.spot LIMIT %(crowd)s + 1) counted) > %(crowd)s
),
found AS (
    SELECT record_id, other_id, true AS by_key FROM by_key WHERE record_id <> other_id
     UNION ALL
    SELECT record_id, other_id, false
      FROM near
     WHERE spot NOT IN (SELECT spot FROM crowded_spot) AND other_spot NOT IN (SELECT spot FROM crowded_spot)
)
SELECT least(record_id, other_id) AS left_record_id, greatest(record_id, other_id) AS right_record_id,
       bool_or(by_key)::int AS by_key
  FROM found
 GROUP BY 1, 2;
