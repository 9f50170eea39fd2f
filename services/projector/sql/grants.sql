-- Who may read the read model. Run at every start of the projector, so that a role made later gets
-- its rights, too. Nobody but the owner writes. Roles that are not there are passed over.
DO $$
DECLARE
    reader text;
BEGIN
    FOREACH reader IN ARRAY ARRAY['gateway', 'importer', 'operator'] LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = reader) THEN
            EXECUTE format('GRANT USAGE ON SCHEMA read TO %I', reader);
            EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA read TO %I', reader);
        END IF;
    END LOOP;
END
$$;
