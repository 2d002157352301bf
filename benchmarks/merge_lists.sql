-- Two lists whose agreements let everybody see everything, and all partners compare it.
INSERT INTO commons.partner (slug, name) SELECT 'p' || n, 'P' || n FROM generate_series(1, 2) n;
INSERT INTO commons.dataset (partner_id, slug, title, attribution)
SELECT partner_id, slug, slug, slug FROM commons.partner ORDER BY partner_id;
INSERT INTO commons.agreement (dataset_id, version, stance, licence, signed_by, approved_by, signed_on, valid_from, valid_until)
SELECT dataset_id, 1, 'allow', 'CC-BY-4.0', 'one', 'two', '2026-01-01', '2026-01-01', '2100-01-01' FROM commons.dataset;
INSERT INTO commons.agreement_term (agreement_id, audience, field_groups, purposes, precision)
SELECT agreement_id, 'public', '{existence,identity,description,location,resources,contact_organisation}',
       '{display,reuse,statistics,matching}', 'exact' FROM commons.agreement;
INSERT INTO commons.upload (dataset_id, sha256, file_name, format, mode, mapping, rows_in, rows_stored, rows_set_aside, uploaded_by)
SELECT dataset_id, '', 'list.csv', 'csv', 'full', '{}', 0, 0, 0, 'benchmark' FROM commons.dataset;
