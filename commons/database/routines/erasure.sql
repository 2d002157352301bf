-- Erasing a record: every value that was stored of it goes, rows that are history stay without values, and keyed hashes remain
-- so that the next upload does not bring it back. Callable by ingest, which can delete nothing itself.

-- Returns how many rows of each kind lost their values. Refuses unless this withdrawal took everything from the record.
CREATE OR REPLACE FUNCTION commons.erase_record(
    erased_id bigint, by_withdrawal bigint, with_key text, kinds text[], keyed_hashes text[]
)
RETURNS TABLE (what text, count bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    blank CONSTANT text := 'erased';
    second CONSTANT text := 'erased too';
    erased commons.source_record;
    its_dataset text;
    words text[];
    counted bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM commons.withdrawal w
                    WHERE w.withdrawal_id = by_withdrawal AND w.record_id = erased_id
                      AND w.field_groups @> enum_range(NULL::reference.field_group)) THEN
        RAISE EXCEPTION 'only a record that was withdrawn is erased' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO STRICT erased FROM commons.source_record r WHERE r.record_id = erased_id FOR UPDATE;
    SELECT d.slug INTO STRICT its_dataset FROM commons.dataset d WHERE d.dataset_id = erased.dataset_id;

    -- Rows of the same list that were set aside and speak of the same record: by its key, or by what is like no other's.
    words := ARRAY(
        SELECT DISTINCT lower(btrim(a.fields ->> f.field_name))
          FROM commons.record_version v
          JOIN commons.asserted a USING (version_id)
          JOIN commons.field f ON f.is_personal
         WHERE v.record_id = erased_id AND btrim(a.fields ->> f.field_name) <> '');
    UPDATE commons.set_aside_row s
       SET values = '{}'
      FROM commons.upload u
     WHERE s.upload_id = u.upload_id AND u.dataset_id = erased.dataset_id AND s.values <> '{}'
       AND (btrim(s.values ->> (u.mapping ->> 'partner_key')) = erased.partner_key
            OR EXISTS (SELECT FROM jsonb_each_text(s.values) cell WHERE lower(btrim(cell.value)) = ANY (words)));
    GET DIAGNOSTICS counted = ROW_COUNT;
    what := 'set_aside_row'; count := counted; RETURN NEXT;

    -- What visitors proposed about it, what they proposed that became it, and what has its name or contact.
    DELETE FROM commons.proposal p
     WHERE erased_id = ANY (p.record_ids)
        OR p.upload_id IN (SELECT v.upload_id FROM commons.record_version v WHERE v.record_id = erased_id)
        OR EXISTS (SELECT FROM unnest(ARRAY[p.name, p.website, p.contact, p.told]) AS its (word)
                    WHERE lower(btrim(its.word)) = ANY (words));
    GET DIAGNOSTICS counted = ROW_COUNT;
    what := 'proposal'; count := counted; RETURN NEXT;

    -- A mutualisation that only this record named keeps no title.
    UPDATE commons.mutualisation m
       SET title = blank, mutualisation_key = '~erased-' || gen_random_uuid()
     WHERE m.mutualisation_id IN (SELECT p.mutualisation_id FROM commons.participation p WHERE p.record_id = erased_id)
       AND NOT EXISTS (SELECT FROM commons.participation p
                        WHERE p.mutualisation_id = m.mutualisation_id AND p.record_id <> erased_id);
    DELETE FROM commons.participation p WHERE p.record_id = erased_id;
    GET DIAGNOSTICS counted = ROW_COUNT;
    what := 'participation'; count := counted; RETURN NEXT;

    -- A place found from it, or for it, is its place.
    WITH doomed AS MATERIALIZED (
        SELECT l.location_id FROM commons.record_location l
         WHERE l.record_id = erased_id
            OR EXISTS (SELECT FROM commons.location_source s WHERE s.location_id = l.location_id AND s.record_id = erased_id)
    ),
    unlinked AS (
        DELETE FROM commons.location_source s USING doomed WHERE s.location_id = doomed.location_id RETURNING 1
    )
    DELETE FROM commons.record_location l USING doomed WHERE l.location_id = doomed.location_id;
    GET DIAGNOSTICS counted = ROW_COUNT;
    what := 'record_location'; count := counted; RETURN NEXT;

    DELETE FROM commons.geocoder_answer a
     WHERE a.address_hash IN (SELECT p.address_hash FROM commons.place p WHERE p.record_id = erased_id);

    DELETE FROM commons.record_version v WHERE v.record_id = erased_id;
    GET DIAGNOSTICS counted = ROW_COUNT;
    what := 'record_version'; count := counted; RETURN NEXT;

    DELETE FROM commons.charter_assessment a WHERE a.record_id = erased_id;
    GET DIAGNOSTICS counted = ROW_COUNT;
    what := 'charter_assessment'; count := counted; RETURN NEXT;

    UPDATE commons.match_decision d
       SET reason = '{}', retired_at = coalesce(d.retired_at, clock_timestamp())
     WHERE erased_id IN (d.left_record_id, d.right_record_id);
    -- How many is not told: they may be with records that are hidden from whoever erases.
    PERFORM commons.forget_keys(ARRAY[erased_id]);

    -- These may only be ended or decided, never changed: their rows are put back without what people wrote in them.
    WITH gone AS (
        DELETE FROM commons.consent c WHERE c.record_id = erased_id RETURNING c.*
    )
    INSERT INTO commons.consent (
        consent_id, dataset_id, record_id, upload_id, effect, audience, named_partner_id, field_groups, purposes, precision,
        licence, given_by, approved_by, evidence_kind, given_at, valid_from, valid_until, ended_at, ended_as)
    OVERRIDING SYSTEM VALUE
    SELECT consent_id, dataset_id, record_id, upload_id, effect, audience, named_partner_id, field_groups, purposes, precision,
           licence, blank, second, evidence_kind, given_at, valid_from, valid_until, ended_at, ended_as
      FROM gone;
    GET DIAGNOSTICS counted = ROW_COUNT;
    what := 'consent'; count := counted; RETURN NEXT;
    WITH gone AS (
        DELETE FROM commons.consent_proposal p WHERE p.record_id = erased_id RETURNING p.*
    )
    INSERT INTO commons.consent_proposal (
        proposal_id, dataset_id, record_id, agreement_id, wanted, lifts, proposed_by, proposed_at, evidence_kind,
        decided_at, decision, decided_by)
    OVERRIDING SYSTEM VALUE
    SELECT proposal_id, dataset_id, record_id, agreement_id, wanted, lifts, blank, proposed_at, evidence_kind,
           coalesce(decided_at, clock_timestamp()), coalesce(decision, 'refused'), second
      FROM gone;

    UPDATE commons.withdrawal w
       SET withdrawn_by = blank
     WHERE w.record_id = erased_id AND w.withdrawal_id <> by_withdrawal;

    UPDATE commons.source_record r
       SET partner_key = '~erased-' || gen_random_uuid(), gone_at = coalesce(r.gone_at, clock_timestamp())
     WHERE r.record_id = erased_id;

    INSERT INTO commons.erased_key (dataset, kind, keyed_hash, key_id, record_id, withdrawal_id, erased_at)
    SELECT DISTINCT its_dataset, k.kind, k.keyed_hash, with_key, erased_id, by_withdrawal, clock_timestamp()
      FROM unnest(kinds, keyed_hashes) AS k (kind, keyed_hash)
    ON CONFLICT (dataset, kind, keyed_hash, record_id) DO UPDATE
       SET key_id = EXCLUDED.key_id, withdrawal_id = EXCLUDED.withdrawal_id,
           erased_at = EXCLUDED.erased_at, lifted_at = NULL, lifted_by = NULL, approved_by = NULL;
END
$$;

-- Bars a record that this database does not have, a withdrawal of which is in the ledger: a restored backup may be older.
CREATE OR REPLACE FUNCTION commons.bar_record(in_dataset text, with_key text, known_as text)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
INSERT INTO commons.erased_key (dataset, kind, keyed_hash, key_id, erased_at)
SELECT in_dataset, 'key', known_as, with_key, clock_timestamp()
 WHERE NOT EXISTS (SELECT FROM commons.erased_key e
                    WHERE e.dataset = in_dataset AND e.kind = 'key' AND e.keyed_hash = known_as)
$$;

-- Takes rows again that an erasure bars: proposed by one, in force when another asks for it too. Without known_as, those that
-- were barred with another secret than the present one, which nobody can know any more. Returns 'proposed', 'lifted' or
-- 'unknown'.
CREATE OR REPLACE FUNCTION commons.lift_erasure(in_dataset text, known_as text, present_key text, asked_by text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    barred text[];
    first_asked text;
    by_two boolean;
BEGIN
    SELECT array_agg(concat_ws(' ', e.kind, e.keyed_hash, e.record_id)), min(e.lifted_by)
      INTO barred, first_asked
      FROM commons.erased_key e
     WHERE e.dataset = in_dataset AND e.lifted_at IS NULL
       AND CASE WHEN known_as IS NULL THEN e.key_id <> present_key
                ELSE e.keyed_hash = known_as
                     OR e.record_id IN (SELECT k.record_id FROM commons.erased_key k
                                        WHERE k.dataset = in_dataset AND k.kind = 'key' AND k.keyed_hash = known_as
                                          AND k.lifted_at IS NULL) END;
    IF barred IS NULL THEN
        RETURN 'unknown';
    END IF;
    by_two := commons.are_two(first_asked, asked_by);
    UPDATE commons.erased_key e
       SET lifted_by = coalesce(first_asked, asked_by),
           approved_by = CASE WHEN by_two THEN asked_by END,
           lifted_at = CASE WHEN by_two THEN clock_timestamp() END
     WHERE e.dataset = in_dataset AND concat_ws(' ', e.kind, e.keyed_hash, e.record_id) = ANY (barred);
    RETURN CASE WHEN by_two THEN 'lifted' ELSE 'proposed' END;
END
$$;

-- What the planner remembers of the tables may quote a value: it is drawn anew from what is left.
CREATE OR REPLACE FUNCTION commons.forget_erased()
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    ANALYZE commons.record_version, commons.record_location, commons.geocoder_answer, commons.source_record, commons.participation,
        commons.mutualisation, commons.consent, commons.consent_proposal, commons.match_decision, commons.charter_assessment, commons.set_aside_row,
        commons.withdrawal, commons.released_alternative, commons.released_participation;
END
$$;

GRANT EXECUTE ON FUNCTION commons.erase_record(bigint, bigint, text, text[], text[]),
    commons.bar_record(text, text, text), commons.lift_erasure(text, text, text, text), commons.forget_erased() TO commons_ingest;
