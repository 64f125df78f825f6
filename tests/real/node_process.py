"""One Node process that carries many Element personas, and the wire to it (JSON lines; see client/main.mjs).

A thread reads the answers, so the process belongs to no event loop: a session-wide fixture can serve tests that each
have a loop of their own.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import subprocess
import threading
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import IO, Any

CLIENT = Path(__file__).parent / "client"
INSTALL_SECONDS = 300
READY_SECONDS = 90
END_SECONDS = 30


class ElementError(Exception):
    """A command failed inside the client: what it says, with errcode and HTTP status when the homeserver refused."""

    def __init__(self, message: str, code: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class ElementGoneError(Exception):
    """The Node process ended or fell silent; its standard error says why."""


def install() -> Path:
    """Path of a Node 22 binary, after installing the client from its lock file when needed.

    Raises `ElementGoneError` with npm's own words when that fails.
    """
    done = subprocess.run(
        ["sh", str(CLIENT / "install.sh")], capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    if done.returncode != 0:
        raise ElementGoneError(f"the Element client cannot be installed:\n{done.stderr[-2000:]}")
    return Path(done.stdout.strip().splitlines()[-1])


class ElementProcess:
    """The Node process: started once, ended by its own process id. Async or plain context manager."""

    def __init__(self, log: Path, *, node: Path | None = None) -> None:
        """`log` receives the standard error of the process; `node` replaces the installed Node 22 binary."""
        self._log = log
        self._node = node
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: dict[int, Future[Any]] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._ready: Future[dict[str, str]] = Future()
        self._reader: threading.Thread | None = None

    # --- beginning and end -------------------------------------------------------------------------------------

    def start(self) -> dict[str, str]:
        """Starts Node and waits until it listens; returns the versions of `node` and `sdk`. Blocks a second."""
        node = self._node or install()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(node), str(CLIENT / "main.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), name="element-reader")
        self._reader.start()
        try:
            return self._ready.result(READY_SECONDS)
        except TimeoutError as silent:
            self.close()
            raise ElementGoneError(f"Node did not say that it is ready within {READY_SECONDS} s") from silent
        except ElementGoneError:
            self.close()
            raise

    def close(self) -> None:
        """Closes the input, which ends the process; kills it by its id when it does not listen."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended already, which is what is asked
            process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(END_SECONDS)
        if self._reader is not None:
            self._reader.join(END_SECONDS)
        assert process.stdout is not None
        process.stdout.close()

    def __enter__(self) -> ElementProcess:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> ElementProcess:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.close)

    # --- the wire ----------------------------------------------------------------------------------------------

    async def call(self, persona: str, command: str, seconds: float, **details: Any) -> Any:
        """Runs one command as `persona`; `seconds` bounds the wait. Arguments that are None are left out.

        Raises `ElementError` when the command failed, `ElementGoneError` when no answer came.
        """
        number = next(self._numbers)
        request = {
            "id": number,
            "as": persona,
            "do": command,
            "with": {name: value for name, value in details.items() if value is not None},
        }
        answer: Future[Any] = Future()
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                raise ElementGoneError(f"the Element process does not run; see {self._log}")
            assert self._process.stdin is not None
            self._waiting[number] = answer
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(answer), seconds)
        except TimeoutError as silent:
            raise ElementGoneError(f"{persona}: no answer to {command} within {seconds} s; see {self._log}") from silent
        finally:
            with self._lock:
                self._waiting.pop(number, None)

    async def memory(self) -> int:
        """Resident memory of the process, in bytes."""
        used = await self.call("", "memory", READY_SECONDS)
        return int(used["rss"])

    def _read(self, output: IO[bytes]) -> None:
        for line in output:
            self._deliver(json.loads(line))
        gone = ElementGoneError(f"the Element process ended; see {self._log}: {self._last_words()}")
        if not self._ready.done():
            self._ready.set_exception(gone)
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
        for answer in waiting:
            _settle(answer, error=gone)

    def _deliver(self, message: dict[str, Any]) -> None:
        if "ready" in message:
            self._ready.set_result(message["ready"])
            return
        with self._lock:
            answer = self._waiting.pop(message["id"], None)
        if answer is None:
            return  # its asker gave up; the answer has no reader
        if "error" in message:
            _settle(answer, error=ElementError(**message["error"]))
        else:
            _settle(answer, result=message["result"])

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-500:].strip()


def _settle(answer: Future[Any], *, result: Any = None, error: Exception | None = None) -> None:
    # A wait that timed out has cancelled the future; setting it then would raise in the reader thread.
    if not answer.set_running_or_notify_cancel():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(result)
