-- Each reader, whether it is shown values of the record now, and whether others supply the same alternative to it. A named
-- partner has of an alternative that does not name it what all partners have.
SELECT reader.audience::text, reader.partner_id, p.name,
       coalesce(bool_or(c.record_id = %(record_id)s), false), coalesce(bool_or(c.record_id <> %(record_id)s), false)
  FROM commons.reader
  LEFT JOIN commons.partner p USING (partner_id)
  LEFT JOIN (
       commons.membership m
       JOIN commons.contribution c ON c.alternative_id = m.alternative_id AND c.rank IS NOT NULL
                                    AND c.expires_at > now()
       ) ON m.record_id = %(record_id)s AND m.until_at IS NULL
        AND c.audience = CASE
            WHEN reader.partner_id <> 0 AND NOT EXISTS (
                 SELECT FROM commons.contribution own
                  WHERE own.alternative_id = m.alternative_id AND own.partner_id = reader.partner_id) THEN 'partners'
            ELSE reader.audience END
        AND c.partner_id IN (0, reader.partner_id)
 GROUP BY reader.audience, reader.partner_id, p.name
 ORDER BY reader.audience, p.name NULLS FIRST;
