-- Widening takes two people, narrowing one (docs/decisions/0006-two-people.md). What one person's name alone would open is
-- refused here, whoever asks: a page, a command, psql.

-- What of a name tells people apart: its letters and digits, whatever the case, accents, spaces and points.
CREATE OR REPLACE FUNCTION commons.name_key(name text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN regexp_replace(lower(normalize(name, NFKD) COLLATE "und-x-icu"), '[^[:alnum:]]', '', 'g');

CREATE OR REPLACE FUNCTION commons.are_two(one text, other text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN coalesce(commons.name_key(one) <> '' AND commons.name_key(other) <> ''
                AND commons.name_key(one) <> commons.name_key(other), false);

CREATE OR REPLACE FUNCTION commons.refuse_alone() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'widening a consent takes two people' USING ERRCODE = 'insufficient_privilege';
END
$$;

-- A file's flags stay within the agreement, which took two people.
CREATE OR REPLACE TRIGGER allowed_by_two BEFORE INSERT ON commons.consent FOR EACH ROW
    WHEN (NEW.effect = 'allow' AND NEW.evidence_kind <> 'import flag' AND NOT commons.are_two(NEW.given_by, NEW.approved_by))
    EXECUTE FUNCTION commons.refuse_alone();
ALTER TABLE commons.consent ENABLE ALWAYS TRIGGER allowed_by_two;

CREATE OR REPLACE TRIGGER lifted_by_two BEFORE UPDATE ON commons.consent FOR EACH ROW
    WHEN (OLD.effect <> 'allow' AND OLD.evidence_kind <> 'import flag' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
          AND OLD.valid_until > now() AND NOT commons.are_two(NEW.ended_by, NEW.end_approved_by))
    EXECUTE FUNCTION commons.refuse_alone();
ALTER TABLE commons.consent ENABLE ALWAYS TRIGGER lifted_by_two;

-- What an agreement lets each reader do for each purpose, and how finely it may know the place then.
CREATE OR REPLACE FUNCTION commons.agreed(agreement_ids bigint[])
RETURNS TABLE (agreement_id bigint, audience reference.audience, partner_id bigint, purpose reference.purpose, cells bigint,
               finest reference.precision)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
WITH reader AS (
    SELECT unnest('{public,partners,researchers}'::reference.audience[]) AS audience, 0 AS partner_id
     UNION
    SELECT 'partner', t.named_partner_id
      FROM commons.agreement_term t
     WHERE t.agreement_id = ANY (agreement_ids) AND t.named_partner_id IS NOT NULL
),
purpose AS (
    SELECT purpose, commons.cells(enum_range(NULL::reference.field_group), ARRAY[purpose]) AS cells,
           commons.cells('{location}', ARRAY[purpose]) AS location
      FROM unnest(enum_range(NULL::reference.purpose)) AS purpose
)
SELECT t.agreement_id, reader.audience, reader.partner_id, purpose.purpose, bit_or(t.cells & purpose.cells),
       min(t.precision) FILTER (WHERE t.cells & purpose.location <> 0)
  FROM commons.agreement_term t
  JOIN reader ON t.audience = ANY (commons.allowed_by(reader.audience))
                 AND (t.named_partner_id IS NULL OR t.named_partner_id = reader.partner_id)
 CROSS JOIN purpose
 WHERE t.agreement_id = ANY (agreement_ids)
 GROUP BY t.agreement_id, reader.audience, reader.partner_id, purpose.purpose
$$;

-- Whether one agreement opens anything that another does not: to a reader, for a purpose, more finely, longer, by default, or
-- under another licence (a copy taken under an open one cannot be recalled).
CREATE OR REPLACE FUNCTION commons.opens_more(agreement_id bigint, than_agreement_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
WITH told AS (
    SELECT * FROM commons.agreed(ARRAY[opens_more.agreement_id, than_agreement_id])
)
SELECT a.valid_until > b.valid_until OR a.licence <> b.licence
       OR (a.stance = 'allow' AND b.stance = 'ask')
       OR EXISTS (
           SELECT FROM (SELECT * FROM told WHERE told.agreement_id = a.agreement_id) more
             LEFT JOIN (SELECT * FROM told WHERE told.agreement_id = b.agreement_id) less
                    ON less.purpose = more.purpose AND less.audience = more.audience AND less.partner_id = more.partner_id
            WHERE more.cells & ~coalesce(less.cells, 0) <> 0 OR more.finest < less.finest)
  FROM commons.agreement a, commons.agreement b
 WHERE a.agreement_id = opens_more.agreement_id AND b.agreement_id = than_agreement_id
$$;

-- An agreement begins and ends at the time at which that is written down: by these the check below knows which one was in
-- force until now.
CREATE OR REPLACE FUNCTION commons.date_agreement() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.signed_at := now();
    END IF;
    IF NEW.ended_at IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.ended_at <> now()) THEN
        RAISE EXCEPTION 'an agreement ends when it is ended, not before or after' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER dated BEFORE INSERT OR UPDATE ON commons.agreement
    FOR EACH ROW EXECUTE FUNCTION commons.date_agreement();
ALTER TABLE commons.agreement ENABLE ALWAYS TRIGGER dated;

-- Checked of an agreement and of each of its terms, which are given in the same transaction.
CREATE OR REPLACE FUNCTION commons.check_agreement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    signed commons.agreement;
    before bigint;
BEGIN
    SELECT * INTO STRICT signed FROM commons.agreement a WHERE a.agreement_id = NEW.agreement_id;
    IF signed.signed_at <> now() THEN
        RAISE EXCEPTION 'the terms of an agreement are given when it is signed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF commons.are_two(signed.signed_by, signed.approved_by) THEN
        RETURN NULL;
    END IF;
    -- The one in force until this transaction ended it.
    SELECT a.agreement_id INTO before
      FROM commons.agreement a
     WHERE a.dataset_id = signed.dataset_id AND a.version < signed.version AND a.ended_at = now()
       AND a.valid_from <= now() AND a.valid_until > now()
     ORDER BY a.version DESC
     LIMIT 1;
    IF before IS NULL OR commons.opens_more(signed.agreement_id, before) THEN
        RAISE EXCEPTION 'widening an agreement takes two people' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS widened_by_two ON commons.agreement;
CREATE CONSTRAINT TRIGGER widened_by_two AFTER INSERT ON commons.agreement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commons.check_agreement();
ALTER TABLE commons.agreement ENABLE ALWAYS TRIGGER widened_by_two;
DROP TRIGGER IF EXISTS widened_by_two ON commons.agreement_term;
CREATE CONSTRAINT TRIGGER widened_by_two AFTER INSERT ON commons.agreement_term
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commons.check_agreement();
ALTER TABLE commons.agreement_term ENABLE ALWAYS TRIGGER widened_by_two;

-- A proposal is decided once, and approved by another than who made it; nothing else of it ever changes.
CREATE OR REPLACE FUNCTION commons.decide_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    may_differ CONSTANT text[] := '{decided_at,decision,decided_by}';
BEGIN
    IF OLD.decided_at IS NOT NULL OR to_jsonb(OLD) - may_differ <> to_jsonb(NEW) - may_differ THEN
        RAISE EXCEPTION 'a proposal may only be decided, once' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.decision = 'approved' AND NOT commons.are_two(NEW.proposed_by, NEW.decided_by) THEN
        RAISE EXCEPTION 'widening a consent takes two people' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER decide_once BEFORE UPDATE ON commons.consent_proposal
    FOR EACH ROW EXECUTE FUNCTION commons.decide_once();
ALTER TABLE commons.consent_proposal ENABLE ALWAYS TRIGGER decide_once;

CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON commons.egress
    FOR EACH ROW EXECUTE FUNCTION commons.refuse();
ALTER TABLE commons.egress ENABLE ALWAYS TRIGGER refuse_change;

GRANT INSERT ON commons.consent_proposal, commons.consent_link, commons.egress TO commons_ingest;
GRANT UPDATE (decided_at, decision, decided_by) ON commons.consent_proposal TO commons_ingest;
GRANT UPDATE (revoked_at) ON commons.consent_link TO commons_ingest;
GRANT UPDATE (end_approved_by) ON commons.consent TO commons_ingest;
GRANT EXECUTE ON FUNCTION commons.name_key(text), commons.are_two(text, text), commons.agreed(bigint[]),
    commons.opens_more(bigint, bigint) TO commons_ingest;
