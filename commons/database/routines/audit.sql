-- The audit log numbers its events in one chain: each event's hash covers the hash before it, so that a changed or removed
-- event is found by walking the chain (laboratory.md 5).
CREATE OR REPLACE FUNCTION commons.chain_audit_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('commons.audit_event'));
    NEW.previous_hash := coalesce((SELECT e.hash FROM commons.audit_event e ORDER BY e.event_id DESC LIMIT 1), ''::bytea);
    NEW.hash := sha256(NEW.previous_hash || convert_to(
        jsonb_build_array(NEW.event_id, NEW.at, NEW.actor, NEW.action, NEW.object_kind, NEW.object_id, NEW.detail)::text,
        'UTF8'));
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER chain BEFORE INSERT ON commons.audit_event
    FOR EACH ROW EXECUTE FUNCTION commons.chain_audit_event();
ALTER TABLE commons.audit_event ENABLE ALWAYS TRIGGER chain;
