-- The extensions, in a database that is to be a commons; idempotent. PostGIS can be installed by a superuser only.
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
