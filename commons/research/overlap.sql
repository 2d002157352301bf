-- How many of the alternatives that may be counted each two sources both tell something of, today; with oneself, how many one
-- tells of at all. Run as the audience's role, whose search path names its released tables. No inputs.
WITH told AS MATERIALIZED (
    SELECT public_id, unnest(attributions) AS source
      FROM alternative
     WHERE alternative.counted AND (ended_on IS NULL OR ended_on > current_date)
)
SELECT one.source, other.source AS other, count(*) AS both_tell
  FROM told one
  JOIN told other USING (public_id)
 GROUP BY one.source, other.source
 ORDER BY one.source, other.source;
