-- In how many districts, of any level, an audience saw at least as many alternatives as the threshold before and sees fewer now.
WITH moved AS (
    SELECT s.audience, d.level, d.code, sum(s.sign) AS gained
      FROM (SELECT -1 AS sign, b.* FROM shown_before b
             UNION ALL
            SELECT 1, shown.* FROM touched, commons.shown(touched.ids) shown) s
     CROSS JOIN LATERAL (VALUES ('commune', s.commune), ('neighbourhood', s.neighbourhood), ('sector', s.sector)) d (level, code)
     WHERE s.partner_id = 0 AND d.code IS NOT NULL
     GROUP BY s.audience, d.level, d.code
    HAVING sum(s.sign) < 0
),
present AS (
    SELECT r.audience, d.level, d.code, count(*) AS now_shown
      FROM commons.released_alternative r
     CROSS JOIN LATERAL (VALUES ('commune', r.commune), ('neighbourhood', r.neighbourhood), ('sector', r.sector)) d (level, code)
     WHERE r.partner_id = 0 AND r.expires_at > now() AND (r.audience, d.level, d.code) IN (SELECT audience, level, code FROM moved)
     GROUP BY r.audience, d.level, d.code
)
SELECT audience::text, count(*)
  FROM moved
  LEFT JOIN present USING (audience, level, code)
 WHERE coalesce(now_shown, 0) < %(threshold)s AND coalesce(now_shown, 0) - gained >= %(threshold)s
 GROUP BY audience;
