-- Stores the incoming figures over those of the same district and year. Input: %(scheme)s. Index used: pk_population.
INSERT INTO reference.population (scheme, level, code, revision, year, population, source)
SELECT %(scheme)s, level::reference.district_level, code, revision, year, population, source
  FROM incoming_population
ON CONFLICT (level, code, revision, year) DO UPDATE SET
    scheme = excluded.scheme, population = excluded.population, source = excluded.source
