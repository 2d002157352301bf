-- What the database knows to be closed and the ledger has not noted, oldest first.
SELECT closed.uid, closed.kind, closed.at, d.slug, r.partner_key, closed.field_groups::text[], closed.wanted, e.keyed_hash, e.key_id
  FROM (SELECT w.uid, w.withdrawn_at AS at, w.dataset_id, w.record_id, w.field_groups, NULL::jsonb AS wanted,
               CASE WHEN EXISTS (SELECT FROM commons.erased_key k WHERE k.withdrawal_id = w.withdrawal_id)
                    THEN 'erasure' ELSE 'withdrawal' END AS kind
          FROM commons.withdrawal w
         UNION ALL
        SELECT n.uid, n.narrowed_at, n.dataset_id, n.record_id, '{}', n.wanted, 'narrowing'
          FROM commons.narrowing n) closed
  JOIN commons.dataset d USING (dataset_id)
  LEFT JOIN commons.source_record r USING (record_id)
  LEFT JOIN commons.erased_key e ON e.record_id = closed.record_id AND e.kind = 'key'
 WHERE NOT closed.uid = ANY (%(noted)s::uuid[])
 ORDER BY closed.at;
