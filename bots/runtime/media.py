"""Attachments: encrypted before they leave, checked before they are used (specification, "Sending encrypted
attachments").
"""

import hashlib
import re
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

from bots.runtime.crypto.signing import from_base64, to_base64
from bots.runtime.http import MatrixHttp
from bots.runtime.rendering import clean
from bots.runtime.untrusted import JsonObject, object_at, text_at
from hub.domain.errors import IntegrityBroken

LONGEST = 25 * 1024 * 1024
_ADDRESS = re.compile(r"mxc://([A-Za-z0-9.:\[\]-]{1,255})/([A-Za-z0-9_=-]{1,255})")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it was before encryption. ``name`` is for people; never a path."""

    name: str
    media_type: str
    data: bytes


def encrypt_attachment(data: bytes) -> tuple[bytes, JsonObject]:
    """Ciphertext, and the ``file`` object without its ``url`` (AES-256-CTR, version v2)."""
    key = secrets.token_bytes(32)
    counter = secrets.token_bytes(8) + bytes(8)
    ciphertext = _ctr(key, counter, data)
    web_key = {
        "kty": "oct",
        "key_ops": ["encrypt", "decrypt"],
        "alg": "A256CTR",
        "k": to_base64(key).replace("+", "-").replace("/", "_"),
        "ext": True,
    }
    digest = hashlib.sha256(ciphertext).digest()
    return ciphertext, {"v": "v2", "key": web_key, "iv": to_base64(counter), "hashes": {"sha256": to_base64(digest)}}


def decrypt_attachment(ciphertext: bytes, file: JsonObject) -> bytes:
    """:raises IntegrityBroken: the hash is another one, or key, counter or version are not right"""
    try:
        key = from_base64((text_at(file, "key", "k") or "").replace("-", "+").replace("_", "/"))
        counter = from_base64(text_at(file, "iv") or "")
        expected = from_base64(text_at(file, "hashes", "sha256") or "")
    except ValueError as error:
        raise IntegrityBroken("De sleutel van een bijlage heeft een verkeerde vorm.") from error
    proper = file.get("v") == "v2" and text_at(file, "key", "alg") == "A256CTR"
    if not proper or len(key) != 32 or len(counter) != 16:
        raise IntegrityBroken("De sleutel van een bijlage heeft een verkeerde vorm.")
    if not secrets.compare_digest(hashlib.sha256(ciphertext).digest(), expected):
        raise IntegrityBroken("Een bijlage is onderweg veranderd.")
    return _ctr(key, counter, ciphertext)


def _ctr(key: bytes, counter: bytes, data: bytes) -> bytes:
    # Counter mode: encrypting and decrypting are the same act.
    transform = Cipher(AES256(key), CTR(counter)).encryptor()
    return transform.update(data) + transform.finalize()


def media_address(address: object) -> tuple[str, str] | None:
    """(server name, media id) of an ``mxc://`` address, or None when it is none."""
    match = _ADDRESS.fullmatch(address) if isinstance(address, str) else None
    return None if match is None else (match[1], match[2])


async def upload_attachment(http: MatrixHttp, attachment: Attachment) -> JsonObject:
    """Encrypt, upload, and return the content of the message that carries it.

    :raises IntegrityBroken: larger than ``LONGEST``
    """
    if len(attachment.data) > LONGEST:
        raise IntegrityBroken("Een bijlage is te groot.")
    ciphertext, file = encrypt_attachment(attachment.data)
    address = await http.upload_media(ciphertext)
    return {
        "msgtype": "m.file",
        "body": clean(attachment.name),
        "filename": clean(attachment.name),
        "info": {"mimetype": attachment.media_type, "size": len(attachment.data)},
        "file": {**file, "url": address},
        "m.mentions": {},
    }


async def download_attachment(http: MatrixHttp, content: JsonObject, own_server: str) -> Attachment:
    """The file of a trusted message. Name and type are what the sender says, not what it is.

    :raises IntegrityBroken: no encrypted file, of another server, too large, or altered
    :raises DeliveryFailed: the homeserver does not give it
    """
    file = object_at(content, "file")
    address = media_address(file.get("url"))
    if address is None or address[0] != own_server:
        raise IntegrityBroken("Dit bericht heeft geen versleutelde bijlage van onze eigen server.")
    ciphertext = await http.download_media(*address, longest=LONGEST)
    name = text_at(content, "filename") or text_at(content, "body") or "bijlage"
    media_type = text_at(content, "info", "mimetype") or "application/octet-stream"
    return Attachment(name, media_type, decrypt_attachment(ciphertext, file))
