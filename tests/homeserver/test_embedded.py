"""Starting and stopping the homeserver on this machine, and what people read when it does not start."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

from hub.domain.errors import StartRefused
from hub.homeserver.configuration import HomeserverOptions
from hub.homeserver.embedded import EmbeddedHomeserver
from hub.homeserver.provisioning import AdminCredentials, Provisioning
from tests.homeserver.world import FAST_BCRYPT, PASSWORD, free_port

ROOT = Path(__file__).parents[2]


def homeserver_in(folder: Path, port: int | None = None, **changes: str) -> EmbeddedHomeserver:
    options = HomeserverOptions(folder, port=port or free_port(), bcrypt_rounds=FAST_BCRYPT, **changes)  # type: ignore[arg-type]
    return EmbeddedHomeserver(options)


def provisioning_of(homeserver: EmbeddedHomeserver) -> Provisioning:
    options = homeserver.options
    credentials = AdminCredentials(options.secrets.folder, registration_secret=homeserver.registration_shared_secret)
    return Provisioning(homeserver.base_url, options.server_name, credentials)


def one_sentence(refused: pytest.ExceptionInfo[StartRefused]) -> str:
    said = str(refused.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


def runs(pid: int) -> bool:
    """True for a process that does something; one that has ended but is not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def readable_for_others(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]


@pytest.mark.real
async def test_after_a_kill_of_the_hub_the_next_start_goes_on_with_the_same_data(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "tests.homeserver.hub_that_starts_it", str(tmp_path), str(port)]
    first_hub = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert first_hub.stdout is not None
    synapse = int(await first_hub.stdout.readline())
    first_hub.kill()
    await first_hub.communicate()

    second = homeserver_in(tmp_path, port)
    await second.start()
    try:
        assert not runs(synapse), "the homeserver of the killed hub has ended"
        async with provisioning_of(second) as provisioning:
            await provisioning.ensure_account("k1a2b3c41", PASSWORD, "Bos, M. · Praktijk De Brug (huisarts)")

        # A hub that is gone without its homeserver (no kernel help): the one that stayed is found and ended.
        third = homeserver_in(tmp_path, port)
        await third.start()
        try:
            assert second.pid is not None
            assert not runs(second.pid)
            async with provisioning_of(third) as provisioning:
                assert await provisioning.login("k1a2b3c41", PASSWORD, "TELEFOON", "Telefoon van Marieke")
        finally:
            await third.stop()
        assert not third.options.pid_file.exists()
    finally:
        await second.stop()


@pytest.mark.real
async def test_a_pid_that_now_belongs_to_another_program_is_left_alone(tmp_path: Path) -> None:
    homeserver = homeserver_in(tmp_path, server_name="geen geldige naam")
    homeserver.options.pid_file.parent.mkdir(parents=True)
    homeserver.options.pid_file.write_text(str(os.getpid()))

    with pytest.raises(StartRefused):  # and this process, whose number it is, lives on
        await homeserver.start()


@pytest.mark.real
async def test_a_configuration_that_synapse_refuses_is_one_sentence(tmp_path: Path) -> None:
    homeserver = homeserver_in(tmp_path, server_name="geen geldige naam")

    with pytest.raises(StartRefused, match="stopte bij het starten") as refused:
        await homeserver.start()

    assert "'geen geldige naam' has an invalid format" in one_sentence(refused)
    assert homeserver.pid is None


async def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartRefused, match=f"Poort {port} .* is al in gebruik") as refused:
            await homeserver_in(tmp_path, port).start()

    assert "--matrix-port" in one_sentence(refused)


async def test_an_absent_package_is_one_sentence(tmp_path: Path) -> None:
    # -S: the same Python without any installed package.
    homeserver = EmbeddedHomeserver(HomeserverOptions(tmp_path, port=free_port()), interpreter=(sys.executable, "-S"))

    with pytest.raises(StartRefused, match="matrix-synapse ontbreekt") as refused:
        await homeserver.start()

    assert "embedded" in one_sentence(refused)


async def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "kring"
    in_the_way.write_text("een bestand, geen map")

    with pytest.raises(StartRefused, match="niet te beschrijven") as refused:
        await homeserver_in(in_the_way).start()

    assert "--data" in one_sentence(refused)


@pytest.mark.real
async def test_a_stopped_homeserver_answers_nobody_and_leaves_no_pid(tmp_path: Path) -> None:
    homeserver = homeserver_in(tmp_path)
    await homeserver.start()
    written = homeserver.options.pid_file.read_text()
    await homeserver.stop()
    await homeserver.stop()

    assert not runs(int(written))
    assert not homeserver.options.pid_file.exists()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(f"{homeserver.base_url}/health")
    assert readable_for_others(tmp_path) == []
