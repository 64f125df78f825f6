"""Secrets of the homeserver: made once, mode 0600, never made again.

A secret that came back different would log everybody out (macaroon), lock the hub out (registration) or change the
server's identity (signing key). So a file that exists is used as it is, and one that cannot be trusted stops the start.
"""

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from hub.settings import read_secret

_SECRET_BYTES = 32
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class HomeserverSecrets:
    """Where each secret of the homeserver lives; Synapse reads the files itself, its configuration holds no secret."""

    folder: Path

    @property
    def registration(self) -> Path:
        """Shared secret with which the hub makes its own administrator account."""
        return self.folder / "synapse_registration"

    @property
    def macaroon(self) -> Path:
        return self.folder / "synapse_macaroon"

    @property
    def form(self) -> Path:
        return self.folder / "synapse_form"

    @property
    def signing_key(self) -> Path:
        return self.folder / "synapse_signing_key"

    @property
    def guard_question(self) -> Path:
        """Shared secret with which ``kring_guard`` asks the hub whether somebody may be invited or may join."""
        return self.folder / "synapse_guard_question"

    def ensure(self) -> None:
        """Make the secrets that are absent; keep the others.

        :raises StartRefused: a file is empty or readable for others
        :raises OSError: the folder cannot be written
        """
        make_private_folder(self.folder)
        for path in (self.registration, self.macaroon, self.form, self.guard_question):
            ensure_secret(path, secrets.token_urlsafe(_SECRET_BYTES))
        ensure_secret(self.signing_key, new_signing_key())


def new_signing_key() -> str:
    """A line in the form that Synapse reads: algorithm, key id, Ed25519 seed in unpadded base64."""
    seed = base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode().rstrip("=")
    return f"ed25519 a_{secrets.token_hex(2)} {seed}\n"


def make_private_folder(folder: Path) -> None:
    """Make ``folder`` (and its parents), closed for everybody but its owner."""
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    folder.chmod(_FOLDER_MODE)


def ensure_secret(path: Path, fresh: str) -> str:
    """The secret in ``path``; writes ``fresh`` first when there is none. Two processes at once agree on one of them.

    :raises StartRefused: the file is empty or readable for others
    """
    if not path.exists():
        # The name appears only when its content is on disk: a kill half-way leaves no empty secret behind.
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        write_private(draft, fresh)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            draft.unlink()
    return read_secret(path)


def write_private(path: Path, text: str) -> None:
    """Write ``text`` so that nobody else can ever read it and a power cut does not lose it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE_MODE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
