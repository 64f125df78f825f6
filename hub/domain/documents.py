"""Bestand of foto in het dossier: wat het is en hoe het te herkennen is. The bytes are kept elsewhere, encrypted."""

import re
from dataclasses import dataclass

from hub.domain.values import check_optional_text, check_text, one_line

_MEDIA_TYPE = re.compile(r"^[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}$", re.ASCII)
_SHA256 = re.compile(r"^[0-9a-f]{64}$", re.ASCII)
_ATTACHMENT = re.compile(r"^[A-Za-z0-9_-]{1,64}$", re.ASCII)
LARGEST = 25 * 1024 * 1024
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Document:
    """Document of foto (zib TextResult, FHIR DocumentReference). Lives in the section where it was filed.

    ``sha256`` is of the plaintext, in lower-case hexadecimals; ``attachment_id`` finds the sealed bytes.
    """

    title: str
    media_type: str
    size: int
    """Bytes of the plaintext."""
    sha256: str
    attachment_id: str
    text: str | None = None
    """Reading text: what is on the picture, or in the file, for who cannot open it and for searching."""

    def __post_init__(self) -> None:
        check_text(self.title, 300)
        if not _MEDIA_TYPE.match(self.media_type):
            raise ValueError("geen soort bestand")
        if type(self.size) is not int or not 0 < self.size <= LARGEST:
            raise ValueError("een leeg of te groot bestand")
        if not _SHA256.match(self.sha256):
            raise ValueError("geen controlegetal")
        if not _ATTACHMENT.match(self.attachment_id):
            raise ValueError("geen bijlage")
        check_optional_text(self.text, 20_000)

    def topic(self) -> str:
        """A document replaces no other."""
        return "document"

    def sentence_nl(self) -> str:
        """One full sentence: title, kind and size; then the reading text."""
        kind = _KINDS.get(self.media_type, _KINDS.get(self.media_type.partition("/")[0], "bestand"))
        size = f"{max(1, round(self.size / 1024))} kB" if self.size < 1024 * 1024 else f"{self.size / 1048576:.1f} MB"
        read = f" Inhoud: {one_line(self.text)}." if self.text else ""
        return f"Document ({kind}, {size.replace('.', ',')}): {one_line(self.title)}.{read}"


_KINDS = {"image": "foto", "audio": "geluid", "video": "video", "application/pdf": "pdf", "text": "tekst"}
