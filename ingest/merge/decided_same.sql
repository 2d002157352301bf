SELECT left_record_id, right_record_id FROM commons.same_pair ORDER BY 1, 2;
