"""The operator of the demo: starts the hub as its own program and types ``kring`` commands."""

import asyncio
import json
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from hub.domain.errors import KringError

_KRING = str(Path(sys.executable).with_name("kring"))
_START_SECONDS = 120
_STOP_SECONDS = 30


class CommandFailed(KringError):
    """A ``kring`` command ended with a status other than 0."""

    code = "command-failed"


class Operator:
    """One hub on one fresh data directory."""

    def __init__(self, data: Path, portal_port: int, matrix_port: int) -> None:
        self.data = data
        self.portal_port = portal_port
        self.matrix_port = matrix_port
        self._hub: asyncio.subprocess.Process | None = None

    @property
    def homeserver(self) -> str:
        return f"http://127.0.0.1:{self.matrix_port}"

    @property
    def portal(self) -> str:
        return f"http://localhost:{self.portal_port}"

    async def start(self) -> None:
        """A fresh data directory and a running hub.

        :raises CommandFailed: the hub does not start; its one line says why
        """
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        # The demo signs in a dozen people within seconds; real passwords deserve the full cost.
        (self.data / "kring.toml").write_text("login_rounds = 4\n")
        arguments = ("up", "--data", str(self.data), "--port", str(self.portal_port))
        self._hub = await asyncio.create_subprocess_exec(
            _KRING,
            *arguments,
            "--matrix-port",
            str(self.matrix_port),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # Ctrl-C is for the demo, which then stops the hub in order.
            start_new_session=True,
        )
        assert self._hub.stdout is not None
        async with asyncio.timeout(_START_SECONDS):
            async for line in self._hub.stdout:
                if line.startswith(b"ready"):
                    return
        assert self._hub.stderr is not None
        raise CommandFailed((await self._hub.stderr.read()).decode().strip() or "De hub is niet gestart.")

    async def stop(self) -> int:
        """Stop the hub in order; its exit status."""
        if self._hub is None:
            return 0
        if self._hub.returncode is None:
            self._hub.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._hub.wait(), _STOP_SECONDS)
            except TimeoutError:
                self._hub.kill()
        return await self._hub.wait()

    async def kring(self, *arguments: str) -> dict[str, Any]:
        """One command with ``--json``; its answer.

        :raises CommandFailed: refused or failed, with the sentence it gave
        """
        status, answer, error = await self.try_kring(*arguments)
        if status != 0:
            raise CommandFailed(f"kring {' '.join(arguments[:2])}: {error}")
        return answer

    async def try_kring(self, *arguments: str) -> tuple[int, dict[str, Any], str]:
        """One command: exit status, JSON answer, what it said on stderr."""
        process = await asyncio.create_subprocess_exec(
            _KRING,
            *arguments,
            "--data",
            str(self.data),
            "--json",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate()
        answer = json.loads(output) if output.strip() else {}
        return process.returncode or 0, answer, errors.decode().strip()


def free_port(wanted: int) -> int:
    """``wanted`` when it is free on loopback, otherwise one that the system picks."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CommandFailed("Er is geen vrije poort op deze machine.")
