"""The bots as a process of the test's own, on the data of a running hub, by way of a proxy; killed at will."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from bots.runtime.crash_points import STATUS, VARIABLE
from tests.faults.mutants_of_roads import IN_BOTS

_ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120.0
GONE_SECONDS = 60.0


def _program() -> str:
    """The bots, or the bots with a cure switched off when it is the turn of such a mutant."""
    return "tests.faults.mutated_bots" if os.environ.get("KRING_MUTANT") in IN_BOTS else "bots"


class BotsProcess:
    """``python -m bots``. ``port`` is where the bots think that the homeserver is."""

    def __init__(self, data: Path, port: int, portal_port: int) -> None:
        self._data = data
        self._ports = {"KRING_MATRIX_PORT": str(port), "KRING_PORTAL_PORT": str(portal_port)}
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = threading.Event()
        self._reader: threading.Thread | None = None
        self._began = 0.0
        self._ready_at: float | None = None
        self.log = data / "logs" / "bots.log"
        self.starts: list[float] = []
        """Seconds from each start of the process until it said that it was ready."""

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def launch(self, crash_at: str | None = None) -> None:
        """Starts, and does not wait. ``crash_at``: label, or label:nth, of a crash point."""
        assert not self.runs, "the bots run already"
        # A machine where the packages are compiled, as they are wherever Kring was installed.
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = inherited | self._ports | ({VARIABLE: crash_at} if crash_at else {})
        self._ready, self._ready_at, self._began = threading.Event(), None, time.monotonic()
        with self.log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _program(), "--data", str(self._data)],
                cwd=_ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self._reader = threading.Thread(target=self._listen, args=(self._process,), name="bots-reader")
        self._reader.start()

    def start(self, crash_at: str | None = None) -> float | None:
        """Starts and waits for "ready"; returns the seconds, or None when the process ended before."""
        self.launch(crash_at)
        return self.wait_until_ready()

    def wait_until_ready(self) -> float | None:
        """Seconds from start to "ready"; None when the process ended before."""
        assert self._ready.wait(READY_SECONDS), "the bots are neither ready nor gone"
        if self._ready_at is None:
            return None
        self.starts.append(self._ready_at - self._began)
        return self.starts[-1]

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(b"ready"):
                self._ready_at = time.monotonic()
                self._ready.set()
        process.stdout.close()
        self._ready.set()

    def kill(self) -> None:
        """``kill -9``."""
        if self._process is not None:
            self._process.kill()
            self.wait_until_gone()

    def kill_soon(self) -> None:
        """``kill -9`` without waiting: for a thread that has something to do first."""
        if self._process is not None:
            self._process.kill()

    def terminate(self) -> int:
        """SIGTERM; the exit status."""
        assert self._process is not None
        self._process.terminate()
        return self.wait_until_gone()

    def wait_until_gone(self, seconds: float = GONE_SECONDS) -> int:
        """The exit status.

        :raises subprocess.TimeoutExpired: it still runs
        """
        assert self._process is not None
        status = self._process.wait(seconds)
        if self._reader is not None:
            self._reader.join(GONE_SECONDS)
        self._process = None
        return status

    def died_at_its_point(self, seconds: float) -> bool:
        """Whether it ended at the crash point within so many seconds."""
        try:
            status = self.wait_until_gone(seconds)
        except subprocess.TimeoutExpired:
            return False
        assert status == STATUS, f"the bots ended with {status}; see {self.log}"
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
