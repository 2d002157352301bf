-- The pairs of which a partner may speak that hold a record of the dataset, with what it may be told of both: of the other record
-- what all partners see. Inputs: partner_id, dataset_id, most. One that waits has the verdict unsure.
SELECT p.own_record_id, p.other_record_id, d.verdict, d.reason, d.decided_by, speaker.partner_id, speaker.name,
       (d.decided_at AT TIME ZONE '@time_zone@')::timestamp(0),
       own.fields,
       CASE WHEN p.is_all_own OR commons.may_show_contacts(p.rights, theirs.fields) THEN theirs.fields
            ELSE commons.without_contacts(theirs.fields) END - coalesce(kept_back.names, '{}'), source.attribution,
       p.is_all_own OR p.rights & commons.cells('{contact_organisation}', '{display}') <> 0,
       p.is_all_own OR p.rights & commons.cells('{description}', '{display}') <> 0,
       p.is_all_own OR p.precision = 'exact', d.is_human
  FROM commons.partner_pair p
  JOIN commons.match_decision d USING (decision_id)
  JOIN commons.record_version mine ON mine.record_id = p.own_record_id AND mine.superseded_at IS NULL
  JOIN commons.asserted own ON own.version_id = mine.version_id
  JOIN commons.record_version other
    ON other.record_id = p.other_record_id
   AND CASE WHEN p.is_all_own THEN other.superseded_at IS NULL ELSE other.version_id = p.seen_version_id END
  JOIN commons.asserted theirs ON theirs.version_id = other.version_id
  JOIN commons.dataset source ON source.dataset_id = p.other_dataset_id
  LEFT JOIN commons.partner speaker ON speaker.partner_id = d.partner_id
 CROSS JOIN LATERAL (
       SELECT array_agg(f.field_name) AS names
         FROM commons.field f
        WHERE NOT p.is_all_own
          AND (p.rights & commons.cells(ARRAY[f.field_group], '{display}') = 0 OR (f.exact_only AND p.precision <> 'exact'))
       ) kept_back
 WHERE p.partner_id = %(partner_id)s AND %(dataset_id)s IN (p.own_dataset_id, CASE WHEN p.is_all_own THEN p.other_dataset_id END)
 ORDER BY own.fields ->> 'name', theirs.fields ->> 'name', p.own_record_id, p.other_record_id
 LIMIT %(most)s;
