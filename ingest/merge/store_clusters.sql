-- Makes the memberships those of incoming_cluster, and returns how many records changed alternative.
-- An alternative keeps its id where its records stay: each goes to one cluster, the one with the smallest record of it, and a
-- cluster that several could name takes the oldest. One that has none takes that which its records left last, where nobody is
-- there any more: what is taken apart again is as it was. What is left without records redirects to where they went.
ANALYZE incoming_cluster;

DROP TABLE IF EXISTS pg_temp.named_cluster;
CREATE TEMPORARY TABLE named_cluster ON COMMIT DROP AS
WITH claim AS (
    SELECT DISTINCT ON (m.alternative_id) m.alternative_id, i.cluster
      FROM incoming_cluster i
      JOIN commons.membership m ON m.record_id = i.record_id AND m.until_at IS NULL
     ORDER BY m.alternative_id, i.cluster
),
kept AS (
    SELECT cluster, min(alternative_id) AS alternative_id FROM claim GROUP BY cluster
),
left_before AS (
    SELECT DISTINCT ON (i.cluster) i.cluster, m.alternative_id
      FROM incoming_cluster i
      JOIN commons.membership m ON m.record_id = i.record_id AND m.until_at IS NOT NULL
     WHERE NOT EXISTS (SELECT FROM kept WHERE kept.cluster = i.cluster)
       AND NOT EXISTS (SELECT FROM commons.membership now WHERE now.alternative_id = m.alternative_id AND now.until_at IS NULL)
     ORDER BY i.cluster, m.until_at DESC, m.membership_id DESC
),
taken_back AS (
    SELECT min(cluster) AS cluster, alternative_id FROM left_before GROUP BY alternative_id
),
nameless AS (
    SELECT cluster, row_number() OVER (ORDER BY cluster) AS n
      FROM (SELECT DISTINCT cluster FROM incoming_cluster EXCEPT SELECT cluster FROM kept EXCEPT SELECT cluster FROM taken_back) c
),
made AS (
    INSERT INTO commons.alternative (created_at) SELECT now() FROM nameless RETURNING alternative_id
)
SELECT cluster, alternative_id FROM kept
 UNION ALL
SELECT cluster, alternative_id FROM taken_back
 UNION ALL
SELECT nameless.cluster, fresh.alternative_id
  FROM nameless
  JOIN (SELECT alternative_id, row_number() OVER (ORDER BY alternative_id) AS n FROM made) fresh USING (n);

DROP TABLE IF EXISTS pg_temp.moved_record;
CREATE TEMPORARY TABLE moved_record ON COMMIT DROP AS
SELECT i.record_id, n.alternative_id, m.alternative_id AS left_alternative_id
  FROM incoming_cluster i
  JOIN named_cluster n USING (cluster)
  LEFT JOIN commons.membership m ON m.record_id = i.record_id AND m.until_at IS NULL
 WHERE m.alternative_id IS DISTINCT FROM n.alternative_id;

UPDATE commons.membership m
   SET until_at = now()
  FROM moved_record
 WHERE m.record_id = moved_record.record_id AND m.until_at IS NULL;

INSERT INTO commons.membership (alternative_id, record_id)
SELECT alternative_id, record_id FROM moved_record;

UPDATE commons.alternative a
   SET redirected_to = went.alternative_id
  FROM (SELECT left_alternative_id, min(alternative_id) AS alternative_id FROM moved_record GROUP BY 1) went
 WHERE a.alternative_id = went.left_alternative_id
   AND NOT EXISTS (SELECT FROM commons.membership m WHERE m.alternative_id = a.alternative_id AND m.until_at IS NULL);

UPDATE commons.alternative a
   SET redirected_to = NULL
  FROM moved_record
 WHERE a.alternative_id = moved_record.alternative_id AND a.redirected_to IS NOT NULL;

SELECT count(*) FROM moved_record;
