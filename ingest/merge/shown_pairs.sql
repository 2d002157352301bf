-- The pairs, taken for the same or left to a person, of a dataset's records with another dataset's that supply something of what
-- all partners see: as many as its partner may be told of. Input: dataset_id. Indexes used: uq_match_decision_live,
-- ix_match_decision_right_record_id, the primary key of contribution.
SELECT own.record_id, seen.record_id
  FROM commons.source_record own
 CROSS JOIN LATERAL (
       SELECT d.right_record_id AS record_id FROM commons.match_decision d
        WHERE d.left_record_id = own.record_id AND d.retired_at IS NULL AND d.verdict <> 'different'
        UNION
       SELECT d.left_record_id FROM commons.match_decision d
        WHERE d.right_record_id = own.record_id AND d.retired_at IS NULL AND d.verdict <> 'different'
       ) other
  JOIN commons.contribution seen
    ON seen.record_id = other.record_id AND seen.audience = 'partners' AND seen.partner_id = 0 AND seen.rank IS NOT NULL
   AND seen.expires_at > now() AND seen.dataset_id <> own.dataset_id
 WHERE own.dataset_id = %(dataset_id)s AND own.gone_at IS NULL;
