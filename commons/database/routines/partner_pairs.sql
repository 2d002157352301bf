-- Of which pairs a partner may speak, and its word: docs/decisions/0024-a-partner-decides.md.
-- Indexes used: uq_match_decision_live, ix_match_decision_right_record_id, the primary key of contribution.

-- What is open or was said of pairs that a partner may be told of: one record is its own; the other is its own too, or supplies
-- something of what all partners see. A pair of two of its own stands here once.
CREATE OR REPLACE VIEW commons.partner_pair AS
SELECT own.partner_id, side.own_record_id, side.other_record_id, d.decision_id, own.dataset_id AS own_dataset_id,
       theirs.dataset_id AS other_dataset_id, own.partner_id = theirs.partner_id AS is_all_own,
       seen.version_id AS seen_version_id, seen.rights, seen.precision
  FROM commons.match_decision d
 CROSS JOIN LATERAL (VALUES (d.left_record_id, d.right_record_id), (d.right_record_id, d.left_record_id))
            AS side (own_record_id, other_record_id)
  JOIN commons.source_record mine ON mine.record_id = side.own_record_id AND mine.gone_at IS NULL
  JOIN commons.dataset own ON own.dataset_id = mine.dataset_id
  JOIN commons.source_record other ON other.record_id = side.other_record_id AND other.gone_at IS NULL
  JOIN commons.dataset theirs ON theirs.dataset_id = other.dataset_id
  LEFT JOIN commons.contribution seen
    ON seen.record_id = side.other_record_id AND seen.audience = 'partners' AND seen.partner_id = 0
   AND seen.rank IS NOT NULL AND seen.expires_at > now()
 WHERE d.retired_at IS NULL
   AND CASE WHEN own.partner_id = theirs.partner_id THEN side.own_record_id < side.other_record_id
            ELSE seen.record_id IS NOT NULL END
   AND (d.is_human OR EXISTS (SELECT FROM commons.waiting_pair w
                               WHERE w.left_record_id = d.left_record_id AND w.right_record_id = d.right_record_id));

-- Keeps what somebody says for a partner of a pair of records: of one that waits, of one of which the partner has spoken before,
-- or a no to what another partner took for the same. Whatever else it is asked is refused in the same words, so that nobody learns
-- here which records there are. The caller holds the lock of the merges.
CREATE OR REPLACE FUNCTION commons.say_for_partner(
    for_partner bigint, of_own bigint, of_other bigint, said reference.verdict, said_by text, note text
)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (said IN ('same', 'different') AND btrim(said_by) <> '' AND EXISTS (
        SELECT FROM commons.partner_pair p
          JOIN commons.match_decision d USING (decision_id)
         WHERE p.partner_id = for_partner AND of_own IN (p.own_record_id, p.other_record_id)
           AND of_other IN (p.own_record_id, p.other_record_id) AND of_own <> of_other
           AND (NOT d.is_human OR d.partner_id = for_partner
                OR (d.partner_id IS NOT NULL AND d.verdict = 'same' AND said = 'different')))) IS NOT TRUE
    THEN
        RAISE EXCEPTION 'no pair of which this partner may speak' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE commons.match_decision d
       SET retired_at = clock_timestamp()
     WHERE d.left_record_id = least(of_own, of_other) AND d.right_record_id = greatest(of_own, of_other)
       AND d.is_human AND d.retired_at IS NULL;
    INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, reason, decided_by, is_human, partner_id)
    VALUES (least(of_own, of_other), greatest(of_own, of_other), said,
            CASE WHEN btrim(note) <> '' THEN jsonb_build_object('note', btrim(note)) ELSE '{}' END, btrim(said_by), true,
            for_partner);
END
$$;

GRANT EXECUTE ON FUNCTION commons.say_for_partner(bigint, bigint, bigint, reference.verdict, text, text) TO commons_ingest;
