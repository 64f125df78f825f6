"""Ask the running hub over its unix socket. Standard library only, so that the command line answers at once."""

import http.client
import json
import socket
from pathlib import Path
from typing import Any

from hub.domain.errors import KringError, StartRefused

_ASK_SECONDS = 120.0


class Told(KringError):
    """The hub's own refusal, passed on as it came: ``{"code", "message"}`` and, for a policy's no, ``"rules"``."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("hub", timeout=_ASK_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def ask(data: Path, command: str, arguments: dict[str, Any], actor: str | None) -> dict[str, Any]:
    """The hub's answer.

    :raises StartRefused: no hub listens on this data directory
    :raises Told: the hub refuses
    """
    body = json.dumps({"command": command, "arguments": arguments, "actor": actor})
    connection = _UnixConnection(data.resolve() / "run" / "admin.sock")
    try:
        connection.request("POST", "/command", body, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise StartRefused("De hub antwoordt niet. Start hem met: kring up.") from error
    finally:
        connection.close()
    if "error" in answer:
        raise Told(answer["error"])
    return dict(answer)
