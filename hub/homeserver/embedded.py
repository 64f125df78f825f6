"""The homeserver on this machine: Synapse as a child process of the hub.

Synapse is AGPL: a program that we start, never a library that we link. It lives and dies with the hub. When the hub is
killed the kernel ends Synapse too (Linux); where that fails, the next start finds the old one by its pid file and ends
it first, so that nothing from before stands in the way.
"""

import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp

import hub
from hub.child_process import dies_with_parent
from hub.domain.errors import StartRefused
from hub.homeserver.configuration import (
    HomeserverOptions,
    as_yaml,
    homeserver_configuration,
    log_configuration,
)
from hub.homeserver.secret_files import make_private_folder, write_private
from hub.settings import read_secret

START_SECONDS = 90.0
STOP_SECONDS = 15.0
_POLL_SECONDS = 0.05
_PROGRAM = "synapse.app.homeserver"


class EmbeddedHomeserver:
    """Synapse on loopback, started, watched and stopped by the hub.

    ``interpreter`` is the Python with Synapse in it. :meth:`start` must be called in the main thread: the kernel ties
    the child's life to the thread that made it.
    """

    def __init__(self, options: HomeserverOptions, *, interpreter: Sequence[str] = (sys.executable,)) -> None:
        self.options = options
        self._interpreter = tuple(interpreter)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return self.options.base_url

    @property
    def registration_shared_secret(self) -> str:
        """:raises StartRefused: not made yet (:meth:`start` makes it) or not readable"""
        return read_secret(self.options.secrets.registration)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Configure, start and wait until the client API answers.

        :raises StartRefused: one sentence: port in use, data directory not writable, matrix-synapse absent,
            configuration refused by Synapse, or no answer in time
        """
        self._prepare_files()
        await self._end_leftover()
        self._refuse_taken_port()
        self._process = self._spawn()
        try:
            write_private(self.options.pid_file, f"{self._process.pid}\n")
            await self._wait_until_it_serves()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End Synapse: a polite signal, at most 15 s, then by force. Does nothing when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            try:
                await asyncio.to_thread(process.wait, STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait)
        self.options.pid_file.unlink(missing_ok=True)

    async def exited(self) -> int:
        """Wait until Synapse ends by itself; returns its exit status. For the hub, that must not go on without it."""
        return 0 if self._process is None else await asyncio.to_thread(self._process.wait)

    def _prepare_files(self) -> None:
        options = self.options
        try:
            for folder in (options.folder, options.log_file.parent, options.pid_file.parent):
                make_private_folder(folder)
            options.secrets.ensure()
            write_private(options.configuration_file, as_yaml(homeserver_configuration(options)))
            write_private(options.log_configuration_file, as_yaml(log_configuration(options)))
            write_private(options.start_log_file, "")
        except OSError as error:
            raise StartRefused(
                f"De gegevensmap {options.directory} is niet te beschrijven ({error.strerror}); "
                "kies een andere map met --data of geef uzelf schrijfrechten."
            ) from error

    async def _end_leftover(self) -> None:
        """End a Synapse of an earlier hub on the same data: two of them on one database would spoil it."""
        pid = _read_pid(self.options.pid_file)
        if pid is None or not _runs_with(pid, self.options.configuration_file):
            return
        deadline = time.monotonic() + STOP_SECONDS
        _signal(pid, signal.SIGTERM)
        while _runs_with(pid, self.options.configuration_file):
            if time.monotonic() > deadline:
                _signal(pid, signal.SIGKILL)
            await asyncio.sleep(_POLL_SECONDS)
        self.options.pid_file.unlink(missing_ok=True)

    def _refuse_taken_port(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.options.port))
            except OSError as error:
                raise StartRefused(self._port_sentence(error)) from error

    def _port_sentence(self, error: OSError) -> str:
        port = self.options.port
        if error.errno == errno.EADDRINUSE:
            return (
                f"Poort {port} voor de homeserver is al in gebruik; stop het programma dat haar gebruikt "
                "of kies een andere poort met --matrix-port."
            )
        return f"Poort {port} voor de homeserver gaat niet open ({error.strerror}); kies er een met --matrix-port."

    def _spawn(self) -> subprocess.Popen[bytes]:
        tie_to_the_hub = dies_with_parent(signal.SIGTERM)

        def before_exec() -> None:
            os.umask(0o077)
            tie_to_the_hub()

        # The guard is a module of this project: Synapse must be able to import it.
        paths = [str(Path(hub.__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUNBUFFERED": "1"}
        command = [*self._interpreter, "-m", _PROGRAM, "-c", str(self.options.configuration_file)]
        with self.options.start_log_file.open("wb") as log:
            # Its own session: Ctrl-C in the terminal reaches the hub, and the hub stops Synapse in good order.
            return subprocess.Popen(  # noqa: S603 — our own interpreter and module, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
                preexec_fn=before_exec,  # noqa: PLW1509 — system calls only, and no threads hold locks it needs
            )

    async def _wait_until_it_serves(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while time.monotonic() < deadline:
                if self._process.poll() is not None:
                    raise StartRefused(self._why_it_stopped())
                try:
                    async with session.get(f"{self.base_url}/_matrix/client/versions") as answer:
                        if answer.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass  # not listening yet
                await asyncio.sleep(_POLL_SECONDS)
        raise StartRefused(
            f"De homeserver antwoordde niet binnen {START_SECONDS:.0f} seconden; kijk in {self.options.log_file}."
        )

    def _why_it_stopped(self) -> str:
        said = self.options.start_log_file.read_text(errors="replace")
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        if "No module named 'synapse" in said or "No module named synapse" in said:
            return "Het pakket matrix-synapse ontbreekt; installeer Kring met de extra 'embedded' (kring[embedded])."
        if "Address already in use" in said:
            return self._port_sentence(OSError(errno.EADDRINUSE, ""))
        first = next((at for at, line in enumerate(lines) if line.startswith("Error in configuration")), len(lines) - 1)
        reason = " ".join(lines[first:])[:300] if lines else "zonder uitleg"
        return f"De homeserver stopte bij het starten: {reason} (zie {self.options.start_log_file})."


def _read_pid(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _runs_with(pid: int, configuration: Path) -> bool:
    """True when ``pid`` is a Synapse with this very configuration; a number that another program got is not."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return _PROGRAM.encode() in arguments and str(configuration).encode() in arguments


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # ended by itself in the meantime
