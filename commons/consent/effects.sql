-- What has vanished, appeared and changed for each reader since shown_before was kept. Whoever asks has released the change
-- (SET CONSTRAINTS ALL IMMEDIATE).
SELECT reader.audience::text, p.slug,
       count(*) FILTER (WHERE s.was AND NOT s.is), count(*) FILTER (WHERE s.is AND NOT s.was),
       count(*) FILTER (WHERE s.was AND s.is AND s.differs)
  FROM commons.reader
  LEFT JOIN commons.partner p USING (partner_id)
  LEFT JOIN (
       SELECT coalesce(b.audience, a.audience) AS audience, coalesce(b.partner_id, a.partner_id) AS partner_id,
              b.public_id IS NOT NULL AS was, a.public_id IS NOT NULL AS is, a.content <> b.content AS differs
         FROM shown_before b
         FULL JOIN (SELECT shown.* FROM touched, commons.shown(touched.ids) shown) a
           ON a.audience = b.audience AND a.partner_id = b.partner_id AND a.public_id = b.public_id
       ) s USING (audience, partner_id)
 GROUP BY reader.audience, p.slug
 ORDER BY reader.audience, p.slug NULLS FIRST;
