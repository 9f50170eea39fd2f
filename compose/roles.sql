-- One role per daemon and the database, where they are not there yet; for psql, as superuser.
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER', name)
FROM unnest(ARRAY['projector', 'gateway', 'importer', 'operator']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT 'CREATE DATABASE referral OWNER projector'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'referral') \gexec
GRANT CREATE ON DATABASE referral TO gateway;
-- Schema edge is theirs together: the importer works in the gateway's role.
GRANT gateway TO importer;
