-- The records of a dataset that all partners see as one with another dataset's, with the model's or a person's reason. Of the other
-- record, which groups all partners may see: more of a reason is not told. Inputs: dataset_id, most.
SELECT own_version.name, other.fields ->> 'name', d.attribution, pair.reason, pair.decided_by, pair.is_human,
       theirs.rights & commons.cells('{contact_organisation}', '{display}') <> 0,
       theirs.rights & commons.cells('{description}', '{display}') <> 0, theirs.precision = 'exact'
  FROM commons.source_record own
  JOIN commons.contribution ours
    ON ours.record_id = own.record_id AND ours.audience = 'partners' AND ours.partner_id = 0 AND ours.rank IS NOT NULL
   AND ours.expires_at > now()
  JOIN commons.contribution theirs
    ON theirs.alternative_id = ours.alternative_id AND theirs.anchor_id = ours.anchor_id AND theirs.audience = 'partners'
   AND theirs.partner_id = 0 AND theirs.rank IS NOT NULL AND theirs.expires_at > now() AND theirs.dataset_id <> own.dataset_id
  JOIN commons.match_decision pair
    ON pair.left_record_id = least(own.record_id, theirs.record_id)
   AND pair.right_record_id = greatest(own.record_id, theirs.record_id)
   AND pair.verdict = 'same' AND pair.retired_at IS NULL
  JOIN commons.record_version own_version ON own_version.version_id = ours.version_id
  JOIN commons.asserted asserted ON asserted.version_id = theirs.version_id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN commons.may_show_contacts(theirs.rights, asserted.fields) THEN asserted.fields
                   ELSE commons.without_contacts(asserted.fields) END AS fields) other
  JOIN commons.dataset d ON d.dataset_id = theirs.dataset_id
 WHERE own.dataset_id = %(dataset_id)s
 ORDER BY own_version.name, own.partner_key, d.attribution, pair.is_human DESC
 LIMIT %(most)s;
