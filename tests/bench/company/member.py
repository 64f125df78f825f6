"""One bot of the company: its process, what it is told and what it says."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.bench.company.door import Door
from tests.bench.installation import Installation
from tests.bench.peers import sign_device
from tests.real.node_process import install

REPOSITORY = Path(__file__).parents[3]
PEERS_PYTHON = REPOSITORY / ".venv-bench" / "bin" / "python"
ALL_AT_ONCE = 5000
"""A timeline limit that leaves nothing out, for peers that fill no gaps. The homeserver allows no more."""
_READY_SECONDS = 60.0


class NotHere(Exception):
    """This peer cannot be made to run on this machine; the text says why."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``command``: the program for a URL, a user and a folder. ``signs``: it signs its device itself."""

    name: str
    command: Callable[[str, str, Path], list[str]]
    signs: bool


def _module(name: str, python: Path | None = None) -> list[str]:
    return [str(python or sys.executable), "-m", f"tests.bench.company.{name}"]


def _mautrix(url: str, user: str, store: Path) -> list[str]:
    if not PEERS_PYTHON.exists():
        raise NotHere(
            "its packages are not installed (.venv-bench; make bench makes it, building libolm needs cmake and g++)"
        )
    return [*_module("mautrix_bot", PEERS_PYTHON), url, user, str(store), str(ALL_AT_ONCE)]


def _js(url: str, user: str, _store: Path) -> list[str]:
    return [str(install()), str(Path(__file__).parent / "js_bot.mjs"), url, user, str(ALL_AT_ONCE)]


KRING = Kind("Kring", lambda url, user, store: [*_module("kring_bot"), url, user, str(store)], True)
NIO = Kind("nio", lambda url, user, store: [*_module("nio_bot"), url, user, str(store), str(ALL_AT_ONCE)], False)
NIO_AS_IT_IS = Kind("nio as it is", lambda url, user, store: [*_module("nio_bot"), url, user, str(store)], False)
MAUTRIX = Kind("mautrix", _mautrix, False)
JS = Kind("js-sdk", _js, True)
COMPANY = (KRING, NIO, NIO_AS_IT_IS, MAUTRIX, JS)


class Member:
    """Start with :meth:`start`, then give orders. ``user_id`` and ``person`` are who it is in the circle."""

    def __init__(self, kind: Kind, person: str, user_id: str, password: str, folder: Path) -> None:
        self.kind = kind
        self.person = person
        self.user_id = user_id
        self._password = password
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.door: Door | None = None

    async def start(self, installation: Installation) -> None:
        """:raises NotHere: it does not run here"""
        url = installation.settings.homeserver_url
        self.door = Door(url)
        await self.door.open()
        self._folder.mkdir()
        command = self.kind.command(self.door.url, self.user_id, self._folder)
        with (self._folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=REPOSITORY
            )
        try:
            async with asyncio.timeout(_READY_SECONDS):
                ready = await self.told(self._password, "ready")
        except (TimeoutError, EOFError) as error:
            raise NotHere(f"it does not start: {(self._folder / 'log').read_text()[-300:].strip()}") from error
        if not self.kind.signs:
            await sign_device(url, self.user_id, self._password, ready["device"])

    async def told(self, order: str, answer: str) -> dict[str, Any]:
        """Give an order and wait for the answer that belongs to it."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n".encode())
        return await self.says(answer)

    async def says(self, what: str) -> dict[str, Any]:
        """:raises EOFError: the process ended"""
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            said: dict[str, Any] = json.loads(line)
            if said["say"] == what:
                return said
        raise EOFError

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self.door is not None:
            await self.door.close()
