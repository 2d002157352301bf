-- Rows that an upload holds back because they look like a record of their list that was closed or erased, and their readmission by
-- two people (docs/decisions/0031-what-was-withdrawn-stays-away.md). Callable by ingest, which can admit nothing by itself.

-- Keeps which rows an upload held back; one that was held before stays as far as it was asked for.
CREATE OR REPLACE FUNCTION commons.hold_rows(
    in_dataset bigint, by_upload bigint, with_key text, numbers integer[], row_hashes text[], key_hashes text[]
)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
INSERT INTO commons.held_row (dataset_id, row_hash, key_hash, key_id, upload_id, row_number)
SELECT in_dataset, held.row_hash, min(held.key_hash), with_key, by_upload, min(held.number)
  FROM unnest(numbers, row_hashes, key_hashes) AS held (number, row_hash, key_hash)
 GROUP BY held.row_hash
ON CONFLICT (dataset_id, row_hash) DO UPDATE
   SET upload_id = EXCLUDED.upload_id, row_number = EXCLUDED.row_number, held_at = EXCLUDED.held_at
$$;

-- Takes a row that was held back: proposed by one, in force when another asks for it too. It is known by its key or by its number in
-- the dataset's latest upload. Returns 'proposed', 'admitted' or 'unknown'.
CREATE OR REPLACE FUNCTION commons.readmit_row(in_dataset bigint, known_as text, at_row integer, by_person text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted text[];
    first_asked text;
    by_two boolean;
BEGIN
    SELECT array_agg(h.row_hash), min(h.asked_by)
      INTO wanted, first_asked
      FROM commons.held_row h
     WHERE h.dataset_id = in_dataset AND h.admitted_at IS NULL
       AND (h.key_hash = known_as
            OR (h.row_number = at_row
                AND h.upload_id = (SELECT max(u.upload_id) FROM commons.upload u WHERE u.dataset_id = in_dataset)));
    IF wanted IS NULL THEN
        RETURN 'unknown';
    END IF;
    by_two := commons.are_two(first_asked, by_person);
    UPDATE commons.held_row h
       SET asked_by = coalesce(first_asked, by_person),
           approved_by = CASE WHEN by_two THEN by_person END,
           admitted_at = CASE WHEN by_two THEN clock_timestamp() END
     WHERE h.dataset_id = in_dataset AND h.row_hash = ANY (wanted);
    RETURN CASE WHEN by_two THEN 'admitted' ELSE 'proposed' END;
END
$$;

GRANT EXECUTE ON FUNCTION commons.hold_rows(bigint, bigint, text, integer[], text[], text[]),
    commons.readmit_row(bigint, text, integer, text) TO commons_ingest;
