-- The pairs of which a person is asked, the likeliest first. Input: dataset_id (or null), most.
SELECT w.left_record_id, w.right_record_id, w.score, w.reason, w.decided_by,
       l.slug || '/' || w.left_key, r.slug || '/' || w.right_key
  FROM commons.waiting_pair w
  JOIN commons.dataset l ON l.dataset_id = w.left_dataset_id
  JOIN commons.dataset r ON r.dataset_id = w.right_dataset_id
 WHERE %(dataset_id)s IS NULL OR %(dataset_id)s IN (w.left_dataset_id, w.right_dataset_id)
 ORDER BY w.score DESC, 6, 7
 LIMIT %(most)s;
