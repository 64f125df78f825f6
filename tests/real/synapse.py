"""A bare Synapse on loopback, without Kring's own rules: for tests of the clients alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

START_SECONDS = 60
STOP_SECONDS = 20
UNLIMITED = {"per_second": 1000, "burst_count": 1000}


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the homeserver."""

    user_id: str
    password: str


class BareSynapse:
    """Starts in `folder` on a free port; ended by its own process id."""

    def __init__(self, folder: Path, server_name: str = "bare.localhost") -> None:
        self.folder = folder
        self.server_name = server_name
        self.port = _free_port()
        self._secret = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Writes the configuration, starts, and returns when it serves."""
        config = self.folder / "homeserver.yaml"
        config.write_text(yaml.safe_dump(self._configuration()))
        command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(config)]
        subprocess.run([*command, "--generate-keys"], check=True, cwd=self.folder, timeout=START_SECONDS)
        with (self.folder / "output.log").open("wb") as output:
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=output, stderr=output)
        until = time.monotonic() + START_SECONDS
        while not self._serves():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"Synapse does not serve: {(self.folder / 'output.log').read_text()[-1500:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Asks it to end; kills it by its id when it does not."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)

    def register(self, name: str) -> Account:
        """A new user, by the shared-secret registration of Synapse."""
        password = secrets.token_urlsafe(12)
        nonce = self._call("GET", "/_synapse/admin/v1/register")["nonce"]
        signed = "\0".join((nonce, name, password, "notadmin")).encode()
        mac = hmac.new(self._secret.encode(), signed, hashlib.sha1).hexdigest()  # what Synapse's API asks for
        body = {"nonce": nonce, "username": name, "password": password, "admin": False, "mac": mac}
        return Account(self._call("POST", "/_synapse/admin/v1/register", body)["user_id"], password)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
            return answer

    def _serves(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/health", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _configuration(self) -> dict[str, Any]:
        return {
            "server_name": self.server_name,
            "listeners": [
                {
                    "port": self.port,
                    "type": "http",
                    "bind_addresses": ["127.0.0.1"],
                    "resources": [{"names": ["client"]}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "synapse.db")}},
            "registration_shared_secret": self._secret,
            "macaroon_secret_key": secrets.token_hex(16),
            "form_secret": secrets.token_hex(16),
            "signing_key_path": str(self.folder / "signing.key"),
            "media_store_path": str(self.folder / "media"),
            "report_stats": False,
            "trusted_key_servers": [],
            "suppress_key_server_warning": True,
            "federation_domain_whitelist": [],
            "presence": {"enabled": False},
            "bcrypt_rounds": 4,
            "rc_message": UNLIMITED,
            "rc_joins": {"local": UNLIMITED, "remote": UNLIMITED},
            "rc_invites": {"per_room": UNLIMITED, "per_user": UNLIMITED, "per_issuer": UNLIMITED},
            "rc_login": {"address": UNLIMITED, "account": UNLIMITED, "failed_attempts": UNLIMITED},
            "rc_registration": UNLIMITED,
        }


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
