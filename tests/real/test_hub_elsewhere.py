"""A hub whose homeserver runs elsewhere and whose database is PostgreSQL: an installation of ``docker-compose.yml``."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.runtime.client import MatrixClient
from hub.homeserver.configuration import HomeserverOptions
from hub.homeserver.embedded import EmbeddedHomeserver
from tests.databases import EMPTY, PostgresServer
from tests.homeserver.world import free_port
from tests.real.hub_process import HubProcess, HubRefusedError

pytestmark = pytest.mark.real


def secret(path: Path, value: str, mode: int = 0o600) -> Path:
    path.write_text(value)
    path.chmod(mode)
    return path


@pytest.fixture
async def homeserver_elsewhere(tmp_path: Path) -> AsyncIterator[EmbeddedHomeserver]:
    """Synapse with the guard, started by somebody else than the hub."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    server = EmbeddedHomeserver(HomeserverOptions(directory=folder, port=free_port(), bcrypt_rounds=4))
    await server.start()
    yield server
    await server.stop()


def external(server: EmbeddedHomeserver, registration: Path, database: Path | None = None) -> str:
    lines = [f'database_url_file = "{database}"'] if database else []
    lines += [
        "[homeserver]",
        'mode = "external"',
        f'url = "{server.base_url}"',
        f'registration_secret_file = "{registration}"',
    ]
    return "\n".join(lines) + "\n"


async def test_a_nurse_files_a_score_while_homeserver_and_database_run_elsewhere(
    tmp_path: Path, homeserver_elsewhere: EmbeddedHomeserver, postgresql: PostgresServer
) -> None:
    registration = secret(tmp_path / "registration", homeserver_elsewhere.registration_shared_secret)
    async with postgresql.database(EMPTY) as url:
        database = secret(tmp_path / "database-url", url)
        with HubProcess(tmp_path, settings=external(homeserver_elsewhere, registration, database)) as hub:
            hub.start()
            assert not (hub.data / "kring.db").exists()
            coach = hub.kring("person", "add", "--role", "coach", "--given-name", "Carla", "--family-name", "Vermeer")
            # Whoever runs the homeserver elsewhere also decides how people log in there.
            assert "login" not in coach.json
            nurse = hub.kring(
                "person", "add", "--role", "home_care", "--given-name", "Samira", "--family-name", "Bakker"
            ).json
            patient = hub.kring(
                "patient", "add", "--given-name", "Anna", "--family-name", "de Wit", "--birth-date", "1952-03-14"
            ).json["patient"]
            opened = hub.kring("circle", "open", patient, "--coach", coach.json["person"]).json
            hub.kring("circle", "admit", patient, nurse["person"])
            samira = await log_in(hub, homeserver_elsewhere, nurse["matrix_id"])
            async with samira:
                team = opened["rooms"]["team"]
                await samira.bootstrap_cross_signing(password="een-lang-genoeg-wachtwoord")
                await samira.sync_once()
                for room in list(samira.invites):
                    await samira.join(room)
                samira.start()
                async with asyncio.timeout(60):
                    while len([m for m in (await samira.members(team)).values() if m == "join"]) < 3:
                        await samira.sync_once()
                await samira.send_text(team, "!pijn 4 bij het opstaan")
                answer = await samira.next_message(lambda m: "Vastgelegd" in m.body)
            assert answer.body == "Vastgelegd als S5-1."
            shown = hub.kring("dossier", "show", patient, "--as", nurse["person"]).json["entries"]
            assert [entry["ref"] for entry in shown] == ["S5-1"]
            assert hub.kring("audit", "verify").json["ok"] is True
            assert hub.terminate() == 0


async def log_in(hub: HubProcess, server: EmbeddedHomeserver, matrix_id: str) -> MatrixClient:
    """As the identity provider of that homeserver would let her in."""
    from hub.homeserver.provisioning import AdminCredentials, Provisioning

    password = "een-lang-genoeg-wachtwoord"
    localpart = matrix_id.removeprefix("@").partition(":")[0]
    credentials = AdminCredentials(hub.data / "secrets")
    async with Provisioning(server.base_url, "kring.localhost", credentials) as provisioning:
        await provisioning.ensure_account(localpart, password, "S. Bakker")
    return await MatrixClient.login(server.base_url, localpart, password)


async def test_a_registration_secret_that_others_may_read_stops_the_start(
    tmp_path: Path, homeserver_elsewhere: EmbeddedHomeserver
) -> None:
    open_secret = secret(tmp_path / "registration", "geheim", mode=0o644)
    with HubProcess(tmp_path, settings=external(homeserver_elsewhere, open_secret)) as hub:
        with pytest.raises(HubRefusedError) as refused:
            hub.start()
        assert refused.value.status == 1
        assert refused.value.errors.strip() == (
            "Het geheim registration is leesbaar voor anderen; zet de rechten op 0400 of 0600."
        )


def test_a_homeserver_elsewhere_without_an_address_stops_the_start(tmp_path: Path) -> None:
    with HubProcess(tmp_path, settings='[homeserver]\nmode = "external"\n') as hub:
        with pytest.raises(HubRefusedError) as refused:
            hub.start()
        assert refused.value.status == 1
        assert len(refused.value.errors.strip().splitlines()) == 1
    assert not (hub.data / "kring.db").exists()
