"""A whole Kring in a temporary directory, as ``kring up`` starts it, with random ports on loopback."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from bots.runtime.client import MatrixClient
from bots.runtime.http import MatrixHttp
from hub.admin.client import ask
from hub.homeserver.provisioning import AdminCredentials, Provisioning
from hub.settings import Settings, load
from tests.homeserver.world import free_port

_CREATE = "/_matrix/client/v3/createRoom"
_READY_SECONDS = 120.0
_STOP_SECONDS = 40.0


class Installation:
    """Start with :meth:`start`, end with :meth:`stop`; starting again uses the same data."""

    def __init__(self, directory: Path) -> None:
        self.data = directory / "kring"
        self.data.mkdir(mode=0o700)
        self._ports = {"portal_port": free_port(), "matrix_port": free_port()}
        # Cheap password hashes: signing in is not what is measured.
        chosen = {"login_rounds": 4, **self._ports}
        (self.data / "kring.toml").write_text("".join(f"{name} = {value}\n" for name, value in chosen.items()))
        self._process: asyncio.subprocess.Process | None = None
        self.settings: Settings = load(self.data)

    async def start(self, command: str = "up") -> float:
        """Start (``serve``: without bots) and wait for ``ready``; the seconds that took."""
        began = time.perf_counter()
        arguments = [command, "--data", str(self.data)]
        with (self.data.parent / "kring.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from hub.cli import main; main()",
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={name: value for name, value in os.environ.items() if not name.startswith("KRING_")},
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(_READY_SECONDS):
            async for line in self._process.stdout:
                if line.startswith(b"ready"):
                    return time.perf_counter() - began
        raise SystemExit(f"Kring did not start: {(self.data.parent / 'kring.log').read_text()[-2000:]}")

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """What the operator's command line asks of the hub."""
        return await asyncio.to_thread(ask, self.data, command, arguments, None)

    def processes(self) -> dict[str, psutil.Process]:
        """``hub``, ``bots`` and ``synapse``."""
        assert self._process is not None
        hub = psutil.Process(self._process.pid)
        found = {"hub": hub}
        for child in hub.children(recursive=True):
            command = " ".join(child.cmdline())
            if "-m bots" in command:
                found["bots"] = child
            elif "synapse.app.homeserver" in command:
                found["synapse"] = child
        return found

    def provisioning(self) -> Provisioning:
        """The administrator's API, with the hub's own token."""
        return Provisioning(
            self.settings.homeserver_url, self.settings.server_name, AdminCredentials(self.settings.secrets)
        )

    async def person(self, role: str, family_name: str) -> tuple[str, str, str]:
        """Somebody new, without limits on sending; (person id, login name, password)."""
        added = await self.ask("person.add", role=role, given_name="Proef", family_name=family_name)
        async with self.provisioning() as provisioning:
            await provisioning.override_ratelimit(added["matrix_id"])
        return added["person"], added["login"]["user"], added["login"]["password"]

    async def patient(self, family_name: str) -> str:
        added = await self.ask("patient.add", given_name="Proef", family_name=family_name, birth_date="1950-02-01")
        return str(added["patient"])

    async def gatekeeper(self) -> MatrixHttp:
        """The one account that may make rooms, on a device of its own beside that of the bots."""
        password = (self.settings.secrets / "poortwachter.password").read_text().strip()
        http = MatrixHttp(self.settings.homeserver_url)
        async with self.provisioning() as provisioning:
            http.access_token = await provisioning.login("poortwachter", password, "METING", "Meting")
        return http

    async def make_room(self, gatekeeper: MatrixHttp, body: dict[str, Any], *invited: str) -> str:
        room_id = str((await gatekeeper.request("POST", _CREATE, body=body))["room_id"])
        for user_id in invited:
            await gatekeeper.request("POST", f"/_matrix/client/v3/rooms/{room_id}/invite", body={"user_id": user_id})
        return room_id


async def until_joined(client: MatrixClient, room_id: str, *wanted: str) -> None:
    """Wait until these people have joined, as ``client`` sees it; at most 30 s."""
    deadline = time.monotonic() + 30.0
    while time.monotonic() < deadline:
        if room_id in client.invites:
            await client.join(room_id)
        members = await client.members(room_id)
        if all(members.get(user) == "join" for user in (client.user_id, *wanted)):
            return
        await asyncio.sleep(0.05)
    raise SystemExit(f"Not everybody joined in time: {members}")
