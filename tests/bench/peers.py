"""Start the echo bot, and sign its device from outside: strict clients neither read nor write to an unsigned one."""

import asyncio
import secrets
import sys
from pathlib import Path

import psutil

from bots.runtime.crypto.cross_signing import CrossSigningIdentity, CrossSigningSeeds
from bots.runtime.http import MatrixHttp
from bots.runtime.untrusted import text_at
from tests.bench.installation import Installation


class EchoBot:
    """``user_id`` after :meth:`start`; joins every room that it is invited to."""

    def __init__(self, installation: Installation, store: Path) -> None:
        self._installation = installation
        self._store = store
        self._process: asyncio.subprocess.Process | None = None
        self.user_id = installation.settings.gatekeeper.replace("poortwachter", "kec0b0700")

    async def start(self) -> None:
        url, password = self._installation.settings.homeserver_url, secrets.token_urlsafe(24)
        localpart = self.user_id[1:].partition(":")[0]
        async with self._installation.provisioning() as provisioning:
            await provisioning.ensure_account(localpart, password, "Echo")
            await provisioning.override_ratelimit(self.user_id)
        self._store.mkdir()
        with (self._store / "echo.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.bench.echo_bot",
                url,
                self.user_id,
                str(self._store),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{password}\n".encode())
        async with asyncio.timeout(30):
            words = (await self._process.stdout.readline()).decode().split()
        if len(words) != 2:
            raise SystemExit(f"The echo bot did not start: {(self._store / 'echo.log').read_text()[-2000:]}")
        await sign_device(url, self.user_id, password, words[1])

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


async def sign_device(url: str, user_id: str, password: str, device_id: str) -> None:
    """Make this account an identity and sign the one device with it."""
    localpart = user_id[1:].partition(":")[0]
    identity = CrossSigningIdentity(user_id, CrossSigningSeeds.fresh())
    async with MatrixHttp(url) as http:
        await http.login(localpart, password, "signing")
        await http.upload_cross_signing(identity.upload_body())
        shown = await http.query_keys([user_id])
        fingerprint = text_at(shown, "device_keys", user_id, device_id, "keys", f"ed25519:{device_id}")
        signature = identity.device_signature(shown, device_id, fingerprint or "")
        assert signature is not None
        await http.upload_signatures(signature)
        await http.request("POST", "/_matrix/client/v3/logout", body={})
