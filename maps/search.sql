-- The alternatives that a text finds among those that the reader sees, best first.
--
-- First those that have every word of it, the last perhaps still being typed, in their names, texts, street, or in the words of their
-- category, neighbourhood or commune. Where there are none: those that have every word when each may also be a known word (of a
-- category or a district) that looks like it, and those that have all words but one. Where there are none: those whose names or
-- street look like the text. Where there are still none: those that have one of the words.
--
-- Inputs: text, folded as commons.folded does; words, the text's words; every, but_one and some, tsquery texts made of them by
-- maps/search.py; language; most, how many to return. Of more candidates than {many} the rest is not ranked. 
-- Filters are made of constants by maps/filters.py. Indexes used: ix_released_alternative_words, ix_released_alternative_title.
WITH having_all AS MATERIALIZED (
    SELECT public_id FROM place WHERE words @@ to_tsquery('simple', %(every)s) {filters} LIMIT {many}
),
known_word AS MATERIALIZED (
    SELECT DISTINCT regexp_split_to_table(lower(unaccent(told)), '[^[:alnum:]]+') AS word
      FROM (SELECT term FROM category_synonym
             UNION ALL
            SELECT concat_ws(' ', name_fr, name_nl, name_en) FROM district
             WHERE is_current AND level IN ('commune', 'neighbourhood')) AS open_data (told)
     WHERE NOT EXISTS (SELECT FROM having_all)
),
mended AS MATERIALIZED (
    SELECT string_agg('(' || part || ')', ' & ') AS query
      FROM (SELECT word || coalesce((SELECT string_agg(' | ' || k.word, '') FROM known_word k
                                              WHERE length(k.word) > 2 AND similarity(k.word, asked.word) >= {like}), '') AS part
              FROM unnest(%(words)s::text[]) AS asked (word)) parts
     WHERE NOT EXISTS (SELECT FROM having_all)
),
having_mended AS MATERIALIZED (
    SELECT public_id FROM place, mended WHERE words @@ to_tsquery('simple', mended.query) {filters} LIMIT {many}
),
having_all_but_one AS MATERIALIZED (
    SELECT public_id FROM place
     WHERE words @@ to_tsquery('simple', %(but_one)s) AND NOT EXISTS (SELECT FROM having_all) {filters}
     LIMIT {many}
),
alike AS MATERIALIZED (
    SELECT public_id FROM place
     WHERE title %%> %(text)s AND NOT EXISTS (SELECT FROM having_all) AND NOT EXISTS (SELECT FROM having_mended)
       AND NOT EXISTS (SELECT FROM having_all_but_one) {filters}
     LIMIT {many}
),
having_one AS MATERIALIZED (
    SELECT public_id FROM place
     WHERE words @@ to_tsquery('simple', %(some)s) AND NOT EXISTS (SELECT FROM having_all)
       AND NOT EXISTS (SELECT FROM having_mended) AND NOT EXISTS (SELECT FROM having_all_but_one)
       AND NOT EXISTS (SELECT FROM alike) {filters}
     LIMIT {many}
)
SELECT p.public_id::text AS id,
       coalesce(CASE %(language)s WHEN 'fr' THEN p.name_fr WHEN 'nl' THEN p.name_nl ELSE p.name_en END, p.name) AS name,
       p.category, p.precision::text AS precision, p.commune, p.neighbourhood, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat
  FROM place p
 WHERE p.public_id = ANY (ARRAY(TABLE having_all UNION TABLE having_mended UNION TABLE having_all_but_one UNION TABLE alike
                             UNION TABLE having_one))
 ORDER BY 2 * word_similarity(%(text)s, p.title) + similarity(%(text)s, p.title)
          + ts_rank('{{0, 0.1, 0.4, 1}}', p.words, to_tsquery('simple', coalesce((SELECT query FROM mended), %(some)s))) DESC,
       p.title, p.public_id
 LIMIT %(most)s
