-- What visitors propose, on its way in and out. A proposal never changes what is shown: people decide on it (commons/proposals).

-- Takes a proposal and returns its reference, null where `about` is nothing that everyone sees at this moment: hidden, gone and
-- never there are answered the same. This is all that the public's login may write. Refuses what is out of bounds, and any more
-- than so many that wait, and than so many within the hour.
CREATE OR REPLACE FUNCTION released_public.propose(
    kind text, language text, about uuid, field text, told text, why text, name text, category text, address text,
    lon double precision, lat double precision, website text, description text, contact text
)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- The last defence, against many at once: dashboard/web/propose_gate.py lets no visitor alone send as many.
    most_waiting CONSTANT integer := 20000;
    most_an_hour CONSTANT integer := 1000;
    suppliers bigint[] := '{}';
    given CONSTANT text := upper(regexp_replace(gen_random_uuid()::text, '^(.{5})(...)-(..).*$', '\1-\2\3'));
BEGIN
    IF kind = 'error' THEN
        SELECT array_agg(c.record_id ORDER BY c.record_id)
          INTO suppliers
          FROM released_public.alternative_row a
          JOIN commons.contribution c USING (audience, partner_id, alternative_id, anchor_id)
         WHERE a.public_id = about AND a.expires_at > now() AND c.rank IS NOT NULL;
        IF suppliers IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    -- Counted one after the other, or many at once would each be the last that is taken.
    PERFORM pg_advisory_xact_lock(hashtext('commons proposals'));
    IF (SELECT count(*) FROM commons.proposal p WHERE p.decided_at IS NULL) >= most_waiting
       OR (SELECT count(*) FROM commons.proposal p WHERE p.received_at > clock_timestamp() - interval '1 hour') >= most_an_hour THEN
        RAISE EXCEPTION 'no more proposals are taken for now' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    INSERT INTO commons.proposal (reference, kind, language, received_at, public_id, record_ids, field, told, why, name, category,
                                  address, lon, lat, website, description, contact)
    VALUES (given, kind, language, clock_timestamp(), about, suppliers, field, told, why, name, category,
            address, lon, lat, website, description, contact);
    RETURN given;
EXCEPTION WHEN check_violation OR not_null_violation THEN
    -- PostgreSQL's own words would quote the row.
    RAISE EXCEPTION 'a proposal is out of bounds' USING ERRCODE = 'check_violation';
END
$$;

-- Deletes what is twelve months old, decided or not, and returns how many.
CREATE OR REPLACE FUNCTION commons.forget_proposals()
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
WITH gone AS (
    DELETE FROM commons.proposal p WHERE p.received_at <= now() - interval '12 months' RETURNING 1
)
SELECT count(*) FROM gone
$$;

GRANT EXECUTE ON FUNCTION released_public.propose(text, text, uuid, text, text, text, text, text, text, double precision,
    double precision, text, text, text) TO commons_public;
GRANT EXECUTE ON FUNCTION commons.forget_proposals() TO commons_ingest;
