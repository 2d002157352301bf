-- The databases of others in this cluster, by name; none where it is the commons' own. Ours are known by what commons_owner may
-- do in them. A cluster whose first superuser (10 in every PostgreSQL) is commons_admin was made for the commons: the embedded
-- one, that of docker-compose.yml.
SELECT d.datname
  FROM pg_database d
 WHERE d.datallowconn AND NOT d.datistemplate AND d.datname NOT IN ('postgres', current_database())
   AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = 10 AND r.rolname = 'commons_admin')
   AND NOT EXISTS (SELECT FROM aclexplode(d.datacl) a JOIN pg_roles r ON r.oid = a.grantee WHERE r.rolname = 'commons_owner')
 ORDER BY d.datname;
