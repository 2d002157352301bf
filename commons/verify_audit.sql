-- Returns how many events are linked, the number and hash of the last link, and the first fault of the chain (all null where
-- there is none): at which link, of which event, which fault. One pass over the primary key of audit_link.
WITH walked AS (
    SELECT l.number, l.event_id, l.hash,
           CASE
               WHEN l.number <> coalesce(lag(l.number) OVER chain, 0) + 1 THEN 'missing'
               WHEN l.previous_hash <> coalesce(lag(l.hash) OVER chain, '') THEN 'order'
               WHEN e.event_id IS NULL THEN 'missing'
               WHEN l.hash <> commons.audit_hash(l.previous_hash, e) THEN 'changed'
           END AS fault
      FROM commons.audit_link l
      LEFT JOIN commons.audit_event e USING (event_id)
    WINDOW chain AS (ORDER BY l.number)
),
fault AS (
    SELECT number, event_id, fault FROM walked WHERE fault IS NOT NULL
     UNION ALL
    SELECT NULL, e.event_id, 'unlinked' FROM commons.audit_event e
     WHERE NOT EXISTS (SELECT FROM commons.audit_link l WHERE l.event_id = e.event_id)
     ORDER BY number NULLS LAST, event_id
     LIMIT 1
)
SELECT (SELECT count(*) FROM walked), head.number, encode(head.hash, 'hex'), fault.number, fault.event_id, fault.fault
  FROM (VALUES (1)) one
  LEFT JOIN (SELECT number, hash FROM walked ORDER BY number DESC LIMIT 1) head ON true
  LEFT JOIN fault ON true;
