"""Secrets of the homeserver: made once, closed, never made again."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import StartRefused
from hub.homeserver.file_signs import looks_readable
from hub.homeserver.secret_files import HomeserverSecrets
from hub.settings import read_secret


def test_secrets_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    secrets = HomeserverSecrets(tmp_path / "data" / "secrets")
    secrets.ensure()
    first = {path.name: path.read_text() for path in secrets.folder.iterdir()}
    secrets.ensure()

    assert {path.name: path.read_text() for path in secrets.folder.iterdir()} == first
    assert len(set(first.values())) == len(first) == 5
    assert secrets.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in secrets.folder.iterdir()} == {0o600}


def test_the_signing_key_has_the_form_that_synapse_reads(tmp_path: Path) -> None:
    secrets = HomeserverSecrets(tmp_path)
    secrets.ensure()
    algorithm, name, seed = secrets.signing_key.read_text().split()

    assert (algorithm, name[:2]) == ("ed25519", "a_")
    assert len(base64.b64decode(seed + "=")) == 32


def test_a_secret_that_others_can_read_stops_the_start(tmp_path: Path) -> None:
    secrets = HomeserverSecrets(tmp_path)
    secrets.ensure()
    secrets.registration.chmod(0o644)

    with pytest.raises(StartRefused, match="0400 of 0600"):
        secrets.ensure()


def test_an_empty_secret_stops_the_start_and_is_not_filled_anew(tmp_path: Path) -> None:
    secrets = HomeserverSecrets(tmp_path)
    secrets.ensure()
    secrets.macaroon.write_text("")

    with pytest.raises(StartRefused, match="leeg"):
        secrets.ensure()
    assert secrets.macaroon.read_text() == ""


def test_an_absent_secret_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="niet leesbaar"):
        read_secret(tmp_path / "absent")


@pytest.mark.parametrize(
    "start",
    [
        b"\x89PNG\r\n\x1a\n....",
        b"\xff\xd8\xff\xe0 JFIF",
        b"%PDF-1.7",
        b"PK\x03\x04docx",
        b"\x00\x00\x00\x18ftypmp42",
        b"\x00" * 128 + b"DICM",
        "Cliënt slaapt slecht; dochter belt morgen.".encode(),
        ("é" * 200).encode()[:255],
    ],
)
def test_a_readable_file_is_known_by_its_beginning(start: bytes) -> None:
    assert looks_readable(start)


@given(st.binary(min_size=64, max_size=2000))
def test_judging_a_file_never_fails(start: bytes) -> None:
    assert looks_readable(start) in (True, False)


def test_noise_passes() -> None:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    stream = Cipher(algorithms.AES(bytes(32)), modes.CTR(bytes(16))).encryptor()
    noise = stream.update(bytes(4096 * 2000))

    assert not any(looks_readable(noise[at : at + 4096]) for at in range(0, len(noise), 4096))
