-- Runs once, as superuser, when the database is made (PostgreSQL's own entry point). Passwords come from secret files.
--
--   hub_migrate   owns the schema; used by `migrate` only, while it runs
--   hub_app       hub and bots: reads and writes rows, cannot change the shape of the database; audit rows only go in
--   synapse       its own database; sees nothing of the hub, and the hub sees nothing of it
\set ON_ERROR_STOP on
\set hub_app_password `cat "${SECRETS:-/run/secrets}/hub_app_password"`
\set hub_migrate_password `cat "${SECRETS:-/run/secrets}/hub_migrate_password"`
\set synapse_password `cat "${SECRETS:-/run/secrets}/synapse_db_password"`

CREATE ROLE hub_migrate LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'hub_migrate_password';
CREATE ROLE hub_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'hub_app_password';
CREATE ROLE synapse LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'synapse_password';

CREATE DATABASE hub OWNER hub_migrate TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
CREATE DATABASE synapse OWNER synapse TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
REVOKE ALL ON DATABASE hub FROM PUBLIC;
REVOKE ALL ON DATABASE synapse FROM PUBLIC;
GRANT CONNECT ON DATABASE hub TO hub_app;

ALTER ROLE hub_app SET statement_timeout = '5s';
ALTER ROLE hub_app SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE hub_app SET synchronous_commit = 'on';
-- A migration over a large dossier may take longer than a request may.
ALTER ROLE hub_migrate SET statement_timeout = 0;

\connect hub
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO hub_migrate;
GRANT USAGE ON SCHEMA public TO hub_app;

-- What hub_app may do with a table follows from the table's name, at the moment a migration makes it. A migration cannot
-- forget a grant, and a new audit table is append-only from its first second.
CREATE FUNCTION kring_grant() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE made record;
BEGIN
    FOR made IN SELECT objid, object_type, object_identity FROM pg_event_trigger_ddl_commands()
                WHERE schema_name = 'public' AND object_type IN ('table', 'sequence')
    LOOP
        IF made.object_type = 'sequence' THEN
            EXECUTE format('GRANT USAGE ON SEQUENCE %s TO hub_app', made.object_identity);
        ELSIF made.object_identity = 'public.alembic_version' THEN
            EXECUTE format('GRANT SELECT ON TABLE %s TO hub_app', made.object_identity);
        ELSIF made.object_identity = 'public.audit_head' THEN
            -- The end of the chain, moved by each new entry; a head that is turned back is what `kring audit verify` finds.
            EXECUTE format('GRANT SELECT, INSERT, UPDATE ON TABLE %s TO hub_app', made.object_identity);
        ELSIF made.object_identity LIKE 'public.audit%' THEN
            EXECUTE format('GRANT SELECT, INSERT ON TABLE %s TO hub_app', made.object_identity);
        ELSE
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %s TO hub_app', made.object_identity);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION kring_grant() FROM PUBLIC;
CREATE EVENT TRIGGER kring_grant ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'CREATE SEQUENCE') EXECUTE FUNCTION kring_grant();
