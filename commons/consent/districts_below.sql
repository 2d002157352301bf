-- In how many districts, of any level, the public saw at least as many alternatives as the threshold before and sees fewer now. Of
-- another audience it is not counted: what others show to it would be in the count.
WITH moved AS (
    SELECT d.level, d.code, sum(s.sign) AS gained
      FROM (SELECT -1 AS sign, b.* FROM shown_before b
             UNION ALL
            SELECT 1, shown.* FROM touched, commons.shown(touched.ids, touched.dataset_id, touched.record_id) shown) s
     CROSS JOIN LATERAL (VALUES ('commune', s.commune), ('neighbourhood', s.neighbourhood), ('sector', s.sector)) d (level, code)
     WHERE s.audience = 'public' AND d.code IS NOT NULL
     GROUP BY d.level, d.code
    HAVING sum(s.sign) < 0
),
present AS (
    SELECT d.level, d.code, count(*) AS now_shown
      FROM commons.released_alternative r
     CROSS JOIN LATERAL (VALUES ('commune', r.commune), ('neighbourhood', r.neighbourhood), ('sector', r.sector)) d (level, code)
     WHERE r.audience = 'public' AND r.expires_at > now() AND (d.level, d.code) IN (SELECT level, code FROM moved)
     GROUP BY d.level, d.code
)
SELECT count(*)
  FROM moved
  LEFT JOIN present USING (level, code)
 WHERE coalesce(now_shown, 0) < %(threshold)s AND coalesce(now_shown, 0) - gained >= %(threshold)s;
