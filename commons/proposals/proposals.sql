-- Proposals of the last twelve months, oldest first. Of a partner: errors of what its records supplied, and all additions.
--
-- Inputs: reference, null for all; partner_id, null for everyone's; waiting, whether only those that nobody has decided.
-- Indexes used: ix_proposal_received_at.
SELECT p.reference, p.kind, p.language, p.received_at, p.field, p.told, p.why, p.name, p.category, p.address, p.lon, p.lat,
       p.website, p.description, p.contact, p.decided_at, p.decision, p.decided_by, p.note, p.public_id::text,
       coalesce(p.name, (SELECT a.name FROM commons.released_alternative a
                          WHERE a.public_id = p.public_id AND a.audience = 'public' AND a.expires_at > now())) AS title
  FROM commons.proposal p
 WHERE p.received_at > now() - interval '12 months'
   AND (%(reference)s::text IS NULL OR p.reference = %(reference)s)
   AND (NOT %(waiting)s OR p.decided_at IS NULL)
   AND (%(partner_id)s::bigint IS NULL OR p.kind = 'addition'
        OR EXISTS (SELECT FROM commons.source_record r JOIN commons.dataset d USING (dataset_id)
                    WHERE r.record_id = ANY (p.record_ids) AND d.partner_id = %(partner_id)s))
 ORDER BY p.received_at, p.reference
