"""Telling a readable file from an encrypted one by its first bytes.

An attachment that a client has encrypted cannot be told from noise. A file that begins like a picture, a document or
plain text was not encrypted: a client with a fault, or a person who goes round the rooms. This is a net, not a proof: a
file without a known beginning passes. Noise meets a sign of three bytes once in 16 million files; sending again cures.
"""

_TEXT_SAMPLE = 256
_SHORTEST_TEXT = 16
_SIGNS = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",  # JPEG
    b"GIF8",
    b"RIFF",  # WebP, WAV, AVI
    b"%PDF",
    b"PK\x03\x04",  # zip, docx, odt
    b"\xd0\xcf\x11\xe0",  # doc, xls
    b"{\\rtf",
    b"OggS",
    b"ID3",
    b"fLaC",
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"II*\x00",
    b"MM\x00*",  # TIFF, DICOM preambles
)
_MEDIA_BOX = b"ftyp"  # mp4, m4a, heic: after four bytes of length


def looks_readable(start: bytes) -> bool:
    """True when a file that begins with ``start`` (its first block) is certainly not encrypted."""
    if start.startswith(_SIGNS) or start[4:8] == _MEDIA_BOX or start[128:132] == b"DICM":
        return True
    sample = start[:_TEXT_SAMPLE]
    return len(sample) >= _SHORTEST_TEXT and _is_text(sample)


def _is_text(sample: bytes) -> bool:
    try:
        text = sample.decode()
    except UnicodeDecodeError as error:
        # A sample may end inside a character; anything earlier is not text.
        if error.start < len(sample) - 3:
            return False
        text = sample[: error.start].decode()
    return all(sign.isprintable() or sign in "\n\r\t\ufeff" for sign in text)
