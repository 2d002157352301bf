-- The audit log: each event is linked, when its transaction commits, to the one that committed before it. A link's hash covers
-- the hash before it, so that a changed or removed event is found by walking the chain (laboratory.md 5).

-- The hash of an event after this one; in UTC, whatever the session's time zone.
CREATE OR REPLACE FUNCTION commons.audit_hash(previous_hash bytea, event commons.audit_event)
RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN sha256(previous_hash || convert_to(
    jsonb_build_array(event.event_id, event.at AT TIME ZONE 'UTC', event.actor, event.action, event.object_kind,
                      event.object_id, event.detail)::text, 'UTF8'));

-- Event numbers are drawn before any lock and so out of order: links are numbered under it, kept until the commit. A
-- transaction that has something to release takes the lock of the release first, as its drain does, or two could deadlock.
CREATE OR REPLACE FUNCTION commons.link_audit_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last commons.audit_link;
BEGIN
    IF EXISTS (SELECT FROM commons.release_queue) THEN
        PERFORM pg_advisory_xact_lock(hashtext('commons release'));
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('commons audit'));
    SELECT * INTO last FROM commons.audit_link l ORDER BY l.number DESC LIMIT 1;
    INSERT INTO commons.audit_link (number, event_id, linked_at, previous_hash, hash)
    SELECT coalesce(last.number, 0) + 1, e.event_id, clock_timestamp(), coalesce(last.hash, ''),
           commons.audit_hash(coalesce(last.hash, ''), e)
      FROM commons.audit_event e
     WHERE e.event_id = NEW.event_id;
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS link ON commons.audit_event;
CREATE CONSTRAINT TRIGGER link AFTER INSERT ON commons.audit_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commons.link_audit_event();
ALTER TABLE commons.audit_event ENABLE ALWAYS TRIGGER link;

CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON commons.audit_link
    FOR EACH ROW EXECUTE FUNCTION commons.refuse();
ALTER TABLE commons.audit_link ENABLE ALWAYS TRIGGER refuse_change;

GRANT EXECUTE ON FUNCTION commons.audit_hash(bytea, commons.audit_event) TO commons_ingest;
