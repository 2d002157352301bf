-- What the public sees of %(count)s invented alternatives, straight into its released table, beside the sectors of Brussels, with names
-- put together of %(kinds)s (a category and what it calls itself in two languages) and %(things)s.
WITH spot AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY code) - 1 AS n, count(*) OVER () AS number, label_point, code, sqrt(area_km2) * 0.004 AS reach
      FROM reference.district WHERE level = 'sector' AND is_current
),
area AS MATERIALIZED (
    SELECT s.n, s.number, s.label_point, s.reach, s.code,
           (SELECT max(c.code) FROM reference.district c WHERE c.level = 'commune' AND c.is_current AND ST_Intersects(c.geom, s.label_point)) AS commune,
           (SELECT max(q.code) FROM reference.district q WHERE q.level = 'neighbourhood' AND q.is_current AND ST_Intersects(q.geom, s.label_point)) AS neighbourhood
      FROM spot s
),
kind AS (SELECT row_number() OVER () - 1 AS n, * FROM jsonb_to_recordset(%(kinds)s) AS k (category text, fr text, nl text)),
thing AS (SELECT row_number() OVER () - 1 AS n, * FROM jsonb_to_recordset(%(things)s) AS t (fr text, nl text)),
made AS (
    SELECT i, gen_random_uuid() AS public_id, kind.category, area.*,
           format('%%s %%s %%s', kind.fr, thing.fr, CASE WHEN i >= 1000 THEN i::text END) AS name_fr,
           format('%%s %%s %%s', kind.nl, thing.nl, CASE WHEN i >= 1000 THEN i::text END) AS name_nl,
           CASE i %% 5 WHEN 0 THEN area.label_point
                ELSE ST_Translate(area.label_point, (random() - 0.5) * area.reach, (random() - 0.5) * area.reach * 0.64) END AS place
      FROM generate_series(1, %(count)s::bigint) i
      JOIN area ON area.n = (i * 7919) %% (SELECT count(*) FROM spot)
      JOIN kind ON kind.n = (i * 31) %% (SELECT count(*) FROM kind)
      JOIN thing ON thing.n = (i * 17 + i / 100) %% (SELECT count(*) FROM thing)
)
INSERT INTO commons.released_alternative (audience, partner_id, alternative_id, anchor_id, public_id, name, name_fr, name_nl, category,
       precision, uncertainty_m, commune, neighbourhood, counted, reusable, licences, attributions, provenance, updated_on, expires_at,
       geom, spot, title, words)
SELECT 'public', 0, i, i, public_id, name_fr, name_fr, name_nl, category, 'exact', 10, commune, neighbourhood, true, true, '{}', '{List}',
       '{}', current_date, 'infinity', place, commons.spot(place),
       CASE WHEN %(words)s THEN commons.folded(concat_ws(' ', name_fr, name_nl)) ELSE '' END,
       CASE WHEN %(words)s THEN setweight(to_tsvector('simple', commons.folded(concat_ws(' ', name_fr, name_nl))), 'A')
            || (SELECT setweight(to_tsvector('simple', string_agg(commons.folded(term), ' ')), 'B')
                  FROM reference.category_synonym s WHERE s.category = made.category) ELSE '' END
  FROM made
