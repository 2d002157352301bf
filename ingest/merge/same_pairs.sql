SELECT p.left_record_id, p.right_record_id
  FROM commons.same_pair p
 WHERE EXISTS (SELECT FROM affected_record WHERE record_id = p.left_record_id)
   AND EXISTS (SELECT FROM affected_record WHERE record_id = p.right_record_id);
