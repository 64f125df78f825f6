"""The whole hub as an operator starts it: ``kring up`` on a data directory of its own, killed and started at will.

    with HubProcess(folder) as hub:
        hub.start()
        coach = hub.kring("person", "add", "--role", "coach", …).json
        hub.kill()
        hub.start()

Only processes that were started here are ended, each by its own id.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tests.homeserver.world import free_port

PROGRAM = Path(sys.executable).parent / "kring"
READY_SECONDS = 180.0
STOP_SECONDS = 90.0
GONE_SECONDS = 60.0
ASK_SECONDS = 120.0
_GLANCE = 0.02


class HubRefusedError(Exception):
    """``kring up`` ended before it was ready: what it printed, and its exit status."""

    def __init__(self, status: int | None, output: str, errors: str) -> None:
        super().__init__(f"kring up ended with {status}\n{output}\n{errors}")
        self.status = status
        self.output = output
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Said:
    """What one run of the command line said."""

    status: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        """The answer of a run that went well."""
        assert self.status == 0, (self.status, self.output, self.errors)
        return json.loads(self.output)

    @property
    def error(self) -> dict[str, str]:
        """The error of a run that was refused."""
        assert self.status == 1, (self.status, self.output, self.errors)
        return dict(json.loads(self.output)["error"])


@dataclass(frozen=True, slots=True)
class Running:
    """One process, told apart from a later one with the same number by when it started."""

    pid: int
    started: str
    command: str

    @property
    def alive(self) -> bool:
        """True while this very process runs; one that has ended and waits to be noticed does not."""
        stat = _stat(self.pid)
        return stat is not None and stat[0] != "Z" and stat[1] == self.started


def descendants(pid: int) -> list[Running]:
    """All processes below ``pid``, as the kernel has them now."""
    found: list[Running] = []
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        numbers = [int(number) for thread in threads for number in (thread / "children").read_text().split()]
    except OSError:
        return []  # it has ended
    for number in numbers:
        stat = _stat(number)
        if stat is None:
            continue
        words = _read(Path(f"/proc/{number}/cmdline")).replace("\0", " ").strip()
        found += [Running(number, stat[1], words), *descendants(number)]
    return found


def _stat(pid: int) -> tuple[str, str] | None:
    """State and start time (``proc(5)``, fields 3 and 22)."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return (fields[0], fields[19]) if fields else None


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


class HubProcess:
    """``kring up`` in a process of its own. ``settings``: more lines for ``kring.toml``. Without ``bots`` it is
    ``kring serve``: the test starts (and kills) them itself.
    """

    def __init__(self, folder: Path, *, settings: str = "", bots: bool = True) -> None:
        self.data = folder / "kring"
        self.port = free_port()
        self.matrix_port = free_port()
        self._process: subprocess.Popen[str] | None = None
        self._children: list[Running] = []
        self._lines: list[str] = []
        self._ended = False
        self._said = threading.Condition()
        self._reader: threading.Thread | None = None
        self._errors = folder / "kring-up.stderr"
        self.data.mkdir(mode=0o700, exist_ok=True)
        ports = f"portal_port = {self.port}\nmatrix_port = {self.matrix_port}\n"
        (self.data / "kring.toml").write_text(f"login_rounds = 4\n{ports if not bots else ''}{settings}")
        self._bots = bots

    @property
    def homeserver(self) -> str:
        return f"http://127.0.0.1:{self.matrix_port}"

    @property
    def portal(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def errors(self) -> str:
        """What ``kring up`` wrote on its standard error since the last start."""
        return _read(self._errors)

    # --- beginning and end -------------------------------------------------------------------------------------

    def launch(self) -> None:
        """Starts, and does not wait."""
        assert self._process is None, "this hub runs already"
        self._lines, self._ended = [], False
        ports = ("--port", str(self.port), "--matrix-port", str(self.matrix_port))
        command = ("up", *ports) if self._bots else ("serve",)
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [str(PROGRAM), *command, "--data", str(self.data)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._listen, args=(self._process.stdout,), name="hub-reader")
        self._reader.start()

    def start(self) -> float:
        """Starts and waits for "ready"; returns how many seconds that took.

        :raises HubRefusedError: it ended, or was not ready in time
        """
        began = time.monotonic()
        self.launch()
        self.wait_until_ready()
        return time.monotonic() - began

    def wait_until_ready(self) -> None:
        """:raises HubRefusedError: it ended, or was not ready in time"""
        process = self._process
        assert process is not None
        with self._said:
            self._said.wait_for(lambda: self._is_ready or self._ended, READY_SECONDS)
            ready = self._is_ready
        if not ready:
            output = "\n".join(self._lines)
            status = self._end_of(process, GONE_SECONDS if self._ended else 0)
            raise HubRefusedError(status, output, self.errors)
        self._children = descendants(process.pid)

    @property
    def _is_ready(self) -> bool:
        return any(line.startswith("ready") for line in self._lines)

    def kill(self) -> list[Running]:
        """``kill -9`` of the hub alone; returns the processes below it that were alive just before."""
        process = self._process
        assert process is not None
        children = descendants(process.pid)
        process.kill()
        self._end_of(process, GONE_SECONDS)
        self._children = children
        return children

    def terminate(self) -> int:
        """SIGTERM, as ``systemctl stop`` does; returns the exit status."""
        process = self._process
        assert process is not None
        process.terminate()
        status = self._end_of(process, STOP_SECONDS)
        assert status is not None, "the hub did not stop"
        return status

    def outlived(self, seconds: float = GONE_SECONDS) -> list[Running]:
        """The processes below the hub of just now that still live after ``seconds``; as soon as none does: none."""
        deadline = time.monotonic() + seconds
        while (left := [child for child in self._children if child.alive]) and time.monotonic() < deadline:
            time.sleep(_GLANCE)
        return left

    def close(self) -> None:
        """Ends the hub and what it left behind, by their ids."""
        process = self._process
        if process is not None:
            self._children = descendants(process.pid) or self._children
            process.terminate()
            self._end_of(process, STOP_SECONDS)
        for child in self.outlived():
            os.kill(child.pid, signal.SIGKILL)

    def __enter__(self) -> HubProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _end_of(self, process: subprocess.Popen[str], seconds: float) -> int | None:
        """Waits for the end, by force after ``seconds`` (then None); afterwards this hub can be started again."""
        status: int | None
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._children = descendants(process.pid)
            process.kill()
            process.wait()
            status = None
        self._process = None
        if self._reader is not None:
            self._reader.join(GONE_SECONDS)
        assert process.stdout is not None
        process.stdout.close()
        return status

    def _listen(self, output: IO[str]) -> None:
        for line in output:
            with self._said:
                self._lines.append(line.rstrip("\n"))
                self._said.notify_all()
        with self._said:
            self._ended = True
            self._said.notify_all()

    # --- the command line --------------------------------------------------------------------------------------

    def kring(self, *arguments: str, as_json: bool = True) -> Said:
        """One run of ``kring`` on this hub's data."""
        return kring(*arguments, "--data", str(self.data), *(["--json"] if as_json else []))


def kring(*arguments: str) -> Said:
    """One run of ``kring``, exactly so."""
    done = subprocess.run([str(PROGRAM), *arguments], capture_output=True, text=True, timeout=ASK_SECONDS, check=False)
    return Said(done.returncode, done.stdout, done.stderr)
