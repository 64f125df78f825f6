"""The operator of the demo: starts the hub as its own program and types ``kring`` commands."""

import asyncio
import json
import shutil
import signal
import socket
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from hub.domain.errors import KringError
from hub.domain.working_days import AMSTERDAM, is_working_day

_KRING = str(Path(sys.executable).with_name("kring"))
_START_SECONDS = 120
_STOP_SECONDS = 30
_WORKING_DAYS = 5


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
        self._ahead = timedelta(0)

    @property
    def now(self) -> datetime:
        """The hour of the play."""
        return datetime.now(UTC) + self._ahead

    @property
    def today(self) -> date:
        return self.now.astimezone(AMSTERDAM).date()

    def until(self, day: date, hour: int, minute: int = 0) -> datetime:
        """It becomes this moment, Dutch time, for the hub and the bots at once. Time only goes on.

        :raises CommandFailed: that moment is over
        """
        moment = datetime.combine(day, time(hour, minute), AMSTERDAM)
        wait = moment - self.now
        if wait < timedelta(0):
            raise CommandFailed(f"Het is al later dan {moment:%d-%m-%Y %H:%M}.")
        self._ahead += wait
        # Renamed over the old one: nobody ever reads half a number.
        written = self.data / "rehearsal-clock.new"
        written.write_text(str(self._ahead.total_seconds()))
        written.replace(self.data / "rehearsal-clock")
        return self.now

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
        (self.data / "kring.toml").write_text("login_rounds = 4\nrehearsal = true\n")
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


def first_monday(today: date) -> date:
    """The first Monday after ``today`` before two weeks without holidays: what people say about days is then true."""
    monday = today + timedelta(days=7 - today.weekday())
    week = [offset for offset in range(12) if offset % 7 < _WORKING_DAYS]
    while not all(is_working_day(monday + timedelta(days=offset)) for offset in week):
        monday += timedelta(days=7)
    return monday


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
