-- What people write about a record, and older assertions of it, each with the token: see test_erasure.py.
UPDATE commons.match_decision SET reason = jsonb_build_object('name', %(token)s::text);

INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by, approved_by, capacity,
                             evidence_kind, evidence, valid_from, valid_until, ended_at, ended_as, ended_by, end_approved_by)
VALUES (%(dataset_id)s, %(record_id)s, 'allow', 'public', '{identity}', '{display}', %(token)s || ' one',
        %(token)s || ' two', %(token)s, 'form', %(token)s, now(), 'infinity', now(), 'withdrawn', %(token)s, %(token)s);

INSERT INTO commons.consent_proposal (dataset_id, record_id, wanted, lifts, proposed_by, capacity, evidence_kind, evidence,
                                      decided_at, decision, decided_by)
SELECT %(dataset_id)s, %(record_id)s, '{}', '{}', %(token)s || ' one', %(token)s, 'mail', %(token)s,
       CASE WHEN decided THEN now() END, CASE WHEN decided THEN 'approved' END, CASE WHEN decided THEN %(token)s || ' two' END
  FROM (VALUES (false), (true)) p (decided);

INSERT INTO commons.charter_assessment (record_id, partner_id, grade, reasons, assessed_on)
VALUES (%(record_id)s, %(partner_id)s, 'C', %(token)s, current_date);

INSERT INTO commons.mutualisation (mutualisation_key, title) VALUES (%(token)s, %(token)s);
INSERT INTO commons.participation (version_id, mutualisation_id, record_id, title)
SELECT v.version_id, m.mutualisation_id, v.record_id, m.title
  FROM commons.record_version v, commons.mutualisation m
 WHERE v.record_id = %(record_id)s;

INSERT INTO commons.withdrawal (dataset_id, record_id, field_groups, withdrawn_by, receipt)
VALUES (%(dataset_id)s, %(record_id)s, '{contact_person}', %(token)s, '[]');

-- Rows that were set aside: of the same key, of its name in other letters, of its address for letters.
UPDATE commons.upload SET mapping = '{"partner_key": "id"}';
INSERT INTO commons.set_aside_row (upload_id, row_number, codes, values)
SELECT (SELECT max(upload_id) FROM commons.upload WHERE dataset_id = %(dataset_id)s), number, '{NAME_MISSING}', told
  FROM (VALUES (1, jsonb_build_object('id', format(' key %%s ', %(token)s))),
               (2, jsonb_build_object('x', upper(%(token)s) || ' Name', 'note', %(token)s)),
               (3, jsonb_build_object('mail', %(token)s || ' email'))) AS s (number, told);

-- An older version.
INSERT INTO commons.record_version (record_id, upload_id, row_number, superseded_at, content_hash, name, name_composed,
                                    category, subject, geom)
SELECT record_id, upload_id, 1, now(), '', %(token)s || ' before', false, category, subject, geom
  FROM commons.record_version WHERE record_id = %(record_id)s;

-- What visitors proposed: about it, what became it, what has its name, website or a contact of it.
INSERT INTO commons.proposal (reference, kind, language, public_id, record_ids, field, told, why, contact)
VALUES ('about', 'error', 'fr', gen_random_uuid(), ARRAY[%(record_id)s]::bigint[], 'name', %(token)s, %(token)s, %(token)s);
INSERT INTO commons.proposal (reference, kind, language, record_ids, name, category, address, website, description, why,
                              decided_at, decision, decided_by, note, upload_id)
SELECT 'became', 'addition', 'nl', '{}', %(token)s, %(token)s, %(token)s, %(token)s, %(token)s, %(token)s, now(), 'accepted',
       %(token)s, %(token)s, min(upload_id)
  FROM commons.record_version WHERE record_id = %(record_id)s;
INSERT INTO commons.proposal (reference, kind, language, record_ids, name, address, website, contact)
VALUES ('named', 'addition', 'en', '{}', upper(%(token)s) || ' Name ', 'x', 'x', 'x'),
       ('linked', 'addition', 'en', '{}', 'x', 'x', %(token)s || ' website', 'x'),
       ('written', 'addition', 'en', '{}', 'x', 'x', 'x', %(token)s || ' contact_email'),
       ('another', 'addition', 'en', '{}', 'Another', 'x', 'x', 'x');
