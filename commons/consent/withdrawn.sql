-- What a withdrawal has taken from each audience: alternatives no longer shown, and those of which less is shown.
SELECT audience.name::text,
       count(b.alternative_id) FILTER (WHERE r.alternative_id IS NULL),
       count(b.alternative_id) FILTER (WHERE r.alternative_id IS NOT NULL
                                         AND (to_jsonb(r) - 'geom' <> b.content OR r.geom::text <> b.geom::text))
  FROM unnest('{public,partners,researchers}'::reference.audience[]) AS audience (name)
  LEFT JOIN shown_before b ON b.audience = audience.name
  LEFT JOIN commons.released_alternative r ON r.partner_id = 0 AND r.audience = b.audience AND r.public_id = b.public_id
 GROUP BY audience.name
 ORDER BY audience.name;
