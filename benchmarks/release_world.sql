-- A commons of %(datasets)s datasets of %(size)s records each: nine in ten alternatives known to one partner, the others to two of them;
-- six in ten records public and exact, the others coarse, for partners only or withheld.
INSERT INTO commons.partner (slug, name) SELECT 'partner-' || n, 'Partner ' || n FROM generate_series(1, %(datasets)s) n;

INSERT INTO commons.dataset (partner_id, slug, title, attribution, priority)
SELECT p.partner_id, 'list-' || n, 'List ' || n, '© Partner ' || n, n
  FROM generate_series(1, %(datasets)s) n JOIN commons.partner p ON p.slug = 'partner-' || n;

INSERT INTO commons.agreement (dataset_id, version, stance, licence, signed_by, approved_by, signed_on, valid_from, valid_until)
SELECT dataset_id, 1, 'ask', 'CC-BY-4.0', 'one', 'two', '2026-01-01', '2026-01-01', '2100-01-01' FROM commons.dataset;

INSERT INTO commons.agreement_term (agreement_id, audience, field_groups, purposes, precision)
SELECT agreement_id, 'public', '{existence,identity,description,location,resources,contact_organisation}',
       '{display,reuse,statistics,matching}', 'exact' FROM commons.agreement;

INSERT INTO commons.upload (dataset_id, sha256, file_name, format, mode, mapping, rows_in, rows_stored, rows_set_aside, uploaded_by)
SELECT dataset_id, '', 'list.csv', 'csv', 'full', '{}', %(size)s, %(size)s, 0, 'benchmark' FROM commons.dataset;

INSERT INTO commons.source_record (dataset_id, partner_key)
SELECT d.dataset_id, n::text FROM commons.dataset d CROSS JOIN generate_series(1, %(size)s) n;

CREATE TEMPORARY TABLE spot ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY s.code) - 1 AS spot, s.label_point, s.district_id AS sector_id, n.district_id AS neighbourhood_id,
       c.district_id AS commune_id
  FROM reference.district s
  JOIN reference.district n ON n.level = 'neighbourhood' AND n.is_current AND ST_Intersects(n.geom, s.label_point)
  JOIN reference.district c ON c.level = 'commune' AND c.is_current AND ST_Intersects(c.geom, s.label_point)
 WHERE s.level = 'sector' AND s.is_current;

INSERT INTO commons.record_version (record_id, upload_id, row_number, content_hash, name, name_composed, name_fr, description, website,
       category, street, house_number, postcode, phone, subject, founded_on, geom, sector_id, neighbourhood_id, commune_id)
SELECT r.record_id, u.upload_id, r.partner_key::int, '', 'Alternative ' || r.record_id, false, 'Alternative ' || r.record_id,
       'A text of a sentence or two, such as partners write of an initiative ' || r.record_id, 'https://example.org/' || r.record_id,
       (ARRAY['food', 'mobility', 'repair', 'shelter'])[1 + r.record_id %% 4], 'rue Longue', (r.record_id %% 200)::text, '1050',
       '+32 2 555 01 ' || r.record_id %% 100, 'organisation', '2010-01-01'::date + (r.record_id %% 5000)::int,
       ST_Translate(spot.label_point, (r.record_id %% 97 - 48) * 3e-5, (r.record_id %% 89 - 44) * 2e-5),
       spot.sector_id, spot.neighbourhood_id, spot.commune_id
  FROM commons.source_record r
  JOIN commons.upload u USING (dataset_id)
  JOIN spot ON spot.spot = r.record_id * 7919 %% (SELECT count(*) FROM spot);

INSERT INTO commons.consent (dataset_id, record_id, upload_id, effect, audience, field_groups, purposes, precision, given_by,
                             evidence_kind, valid_from, valid_until)
SELECT r.dataset_id, r.record_id, u.upload_id, 'allow', said.audience::reference.audience,
       said.field_groups::reference.field_group[], said.purposes::reference.purpose[],
       CASE r.record_id %% 5 WHEN 0 THEN 'neighbourhood' ELSE 'exact' END::reference.precision, 'partner', 'import flag', now(), '2099-01-01'
  FROM commons.source_record r
  JOIN commons.upload u USING (dataset_id)
 CROSS JOIN (VALUES ('partners', '{existence,identity,location}', '{matching}', 10),
                    ('public', '{existence,identity,description,location,resources}', '{display,reuse,statistics}', 8),
                    ('partners', '{existence,identity,description,location,resources,contact_organisation}', '{display}', 9))
            AS said (audience, field_groups, purposes, share)
 WHERE r.record_id %% 10 < said.share;

-- The last tenth of each odd list is the same as the last tenth of the next.
INSERT INTO commons.alternative (created_at) SELECT now() FROM commons.source_record;
INSERT INTO commons.membership (alternative_id, record_id)
SELECT CASE WHEN d.dataset_id %% 2 = 0 AND r.partner_key::int > %(size)s * 0.9 THEN twin.record_id ELSE r.record_id END, r.record_id
  FROM commons.source_record r
  JOIN commons.dataset d USING (dataset_id)
  LEFT JOIN commons.source_record twin ON twin.dataset_id = d.dataset_id - 1 AND twin.partner_key = r.partner_key;
INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, score, reason, decided_by, is_human)
SELECT alternative_id, record_id, 'same', 1, '{}', 'benchmark', false FROM commons.membership WHERE alternative_id <> record_id;
