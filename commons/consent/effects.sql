-- What has vanished, appeared and changed for each reader since shown_before was kept: for every audience, and for a partner that
-- is named. Whoever asks has released the change (SET CONSTRAINTS ALL IMMEDIATE).
SELECT reader.audience::text, p.slug,
       count(*) FILTER (WHERE s.was AND NOT s.is), count(*) FILTER (WHERE s.is AND NOT s.was),
       count(*) FILTER (WHERE s.was AND s.is AND s.differs)
  FROM commons.reader
  LEFT JOIN commons.partner p USING (partner_id)
  LEFT JOIN (
       SELECT coalesce(b.audience, a.audience) AS audience, coalesce(b.partner_id, a.partner_id) AS partner_id,
              b.shown_id IS NOT NULL AS was, a.shown_id IS NOT NULL AS is, a.content <> b.content AS differs
         FROM shown_before b
         FULL JOIN (SELECT shown.* FROM touched, commons.shown(touched.ids, touched.dataset_id, touched.record_id) shown) a
           ON a.audience = b.audience AND a.partner_id = b.partner_id AND a.shown_id = b.shown_id
       ) s USING (audience, partner_id)
 WHERE reader.partner_id = 0 OR s.partner_id IS NOT NULL
 GROUP BY reader.audience, p.slug
 ORDER BY reader.audience, p.slug NULLS FIRST;
