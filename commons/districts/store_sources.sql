-- Stores what is owed to whom, over what was said before. Inputs: none. Index used: pk_source.
INSERT INTO reference.source (source_key, title, publisher, licence, attribution, url)
SELECT source_key, title, publisher, licence, attribution, url
  FROM incoming_source
ON CONFLICT (source_key) DO UPDATE SET
    title = excluded.title, publisher = excluded.publisher, licence = excluded.licence,
    attribution = excluded.attribution, url = excluded.url
