-- Who may do what. Everything not granted here is refused; tests/database/test_rights.py reads the catalogue as each role.
REVOKE ALL ON SCHEMA commons, released_named FROM PUBLIC;

GRANT USAGE ON SCHEMA reference TO commons_ingest, commons_public, commons_partner, commons_researcher;
GRANT SELECT ON ALL TABLES IN SCHEMA reference TO commons_ingest, commons_public, commons_partner, commons_researcher;

-- Ingest adds; what it may change is named column by column; it deletes nothing.
GRANT USAGE ON SCHEMA commons TO commons_ingest;
GRANT SELECT ON ALL TABLES IN SCHEMA commons TO commons_ingest;
REVOKE ALL ON commons.release_queue, commons.link_queue FROM commons_ingest;
GRANT INSERT ON commons.partner, commons.partner_token, commons.dataset, commons.dataset_category, commons.upload, commons.notice,
    commons.set_aside_row, commons.source_record, commons.record_version, commons.record_location,
    commons.location_source, commons.geocoder_answer, commons.participation, commons.mutualisation,
    commons.mutualisation_obstacle, commons.agreement, commons.agreement_term, commons.consent, commons.withdrawal,
    commons.narrowing, commons.saved_mapping, commons.alternative, commons.membership, commons.link_model,
    commons.linked_record, commons.linked_place, commons.record_key, commons.charter_assessment,
    commons.audit_event TO commons_ingest;
-- What is said for a partner goes through commons.say_for_partner.
REVOKE INSERT ON commons.match_decision FROM commons_ingest;
GRANT INSERT (left_record_id, right_record_id, verdict, score, reason, decided_by, is_human) ON commons.match_decision
    TO commons_ingest;
-- The ids of a first list's records are drawn before they are copied.
GRANT USAGE ON SEQUENCE commons.source_record_record_id_seq TO commons_ingest;
GRANT UPDATE (undone_at, rows_in, rows_stored, rows_set_aside) ON commons.upload TO commons_ingest;
GRANT INSERT (dataset_id, kind, address, added_by) ON commons.remote_source TO commons_ingest;
GRANT UPDATE (address, etag, last_modified, upload_id, last_tried_at, last_fetched_at, state, failures, problem, unreachable,
    lost, accepted_lost, accepted_by, removed_at, removed_by) ON commons.remote_source TO commons_ingest;
GRANT UPDATE (may_repeat) ON commons.dataset TO commons_ingest;
GRANT UPDATE (gone_at) ON commons.source_record TO commons_ingest;
GRANT UPDATE (superseded_at, sector_id, neighbourhood_id, commune_id) ON commons.record_version TO commons_ingest;
GRANT UPDATE (retired_at, sector_id, neighbourhood_id, commune_id) ON commons.record_location TO commons_ingest;
GRANT UPDATE (until_at) ON commons.membership TO commons_ingest;
GRANT UPDATE (retired_at) ON commons.match_decision TO commons_ingest;
GRANT UPDATE (ended_at) ON commons.agreement TO commons_ingest;
GRANT UPDATE (ended_at, ended_as, ended_by) ON commons.consent TO commons_ingest;
GRANT UPDATE (redirected_to) ON commons.alternative TO commons_ingest;
GRANT UPDATE (revoked_at) ON commons.partner_token TO commons_ingest;
GRANT UPDATE (contact, decided_at, decision, decided_by, note, upload_id) ON commons.proposal TO commons_ingest;
GRANT EXECUTE ON FUNCTION commons.cells(reference.field_group[], reference.purpose[]) TO commons_ingest;
GRANT EXECUTE ON FUNCTION commons.is_share_alike(text), commons.release_drift(), commons.sweep_release() TO commons_ingest;
GRANT EXECUTE ON FUNCTION commons.permitted(reference.audience, bigint, reference.purpose, bigint[], timestamptz),
    commons.permissions(bigint[], reference.purpose, timestamptz), commons.naming(bigint[], timestamptz),
    commons.reach(reference.audience), commons.allowed_by(reference.audience) TO commons_ingest;

DO $$
DECLARE
    kind regtype;
BEGIN
    FOR kind IN SELECT t.oid::regtype FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                 WHERE n.nspname = 'reference' AND t.typtype = 'e' LOOP
        EXECUTE format('GRANT USAGE ON TYPE %s TO commons_ingest, commons_public, commons_partner, commons_researcher', kind);
    END LOOP;
END
$$;
