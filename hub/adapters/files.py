"""What came as a file: is it what it says, and may it be kept? (threats-and-faults D4: lies, bombs, traces of a place)

Photos are drawn anew, so that nothing of the camera (place, name, device) and nothing hidden behind the picture stays.
A PDF is kept as it is and never shown by Kring itself.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from hub.domain.errors import CommandRejected

LARGEST = 15 * 1024 * 1024
"""Bytes. What fits in a sealed row and in the memory of the bots."""
_MOST_PIXELS = 50_000_000
_LONGEST_SIDE = 2560
_PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_KEPT_AS_IT_IS = "application/pdf"
_WORDS = "Kring bewaart foto's (JPEG, PNG of WebP) en pdf-bestanden, hoogstens 15 MB."
_RUNS_SOMETHING = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/RichMedia")
# The agreed sign of a test virus; written in two parts, or a scanner would take this file for one.
_TEST_VIRUS = b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE"


@dataclass(frozen=True, slots=True)
class CleanFile:
    """Wat bewaard mag worden. ``media_type`` is what it is, not what the sender said it is."""

    media_type: str
    data: bytes


def clean_file(data: bytes) -> CleanFile:
    """The same file as it may be kept. A photo comes back upright, at most 2 560 pixels a side, without its traces.

    Takes seconds of computing for a large photo: call it in a thread.

    :raises CommandRejected: ``file-empty``, ``file-too-large``, ``file-kind`` (not one of ours, or broken) or
        ``file-active`` (a PDF that does something when it is opened)
    """
    if not data:
        raise CommandRejected("file-empty", "Dit bestand is leeg. %(words)s", {"words": _WORDS})
    if len(data) > LARGEST:
        raise CommandRejected("file-too-large", "Dit bestand is te groot. %(words)s", {"words": _WORDS})
    if _TEST_VIRUS in data:
        raise CommandRejected("file-kind", "Dit bestand wordt niet bewaard. %(words)s", {"words": _WORDS})
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    return _picture(data)


def _pdf(data: bytes) -> CleanFile:
    if b"%%EOF" not in data[-2048:]:
        raise CommandRejected("file-kind", "Dit pdf-bestand is niet heel. Stuur het opnieuw.")
    if any(sign in data for sign in _RUNS_SOMETHING):
        raise CommandRejected(
            "file-active", "Deze pdf kan bij het openen iets uitvoeren. Maak er een gewone afdruk van (print naar pdf)."
        )
    return CleanFile(_KEPT_AS_IT_IS, data)


def _picture(data: bytes) -> CleanFile:
    refused = CommandRejected(
        "file-kind", "Dit soort bestand bewaart Kring niet, of het is beschadigd. %(words)s", {"words": _WORDS}
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=list(_PICTURES)) as picture:
                form = picture.format or ""
                if picture.width * picture.height > _MOST_PIXELS:
                    raise CommandRejected(
                        "file-too-large", "Deze foto heeft te veel beeldpunten. %(words)s", {"words": _WORDS}
                    )
                # A JPEG is decoded at about the wanted size at once: a tenth of the memory.
                picture.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
                return CleanFile(_PICTURES[form], _drawn_anew(picture, form))
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, Warning, Image.DecompressionBombError) as error:
        raise refused from error


def _drawn_anew(picture: Image.Image, form: str) -> bytes:
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    colours = "RGB" if form == "JPEG" or "A" not in upright.getbands() else "RGBA"
    bare = Image.new(colours, upright.size)
    bare.paste(upright.convert(colours))
    drawn = io.BytesIO()
    bare.save(drawn, form, quality=88) if form != "PNG" else bare.save(drawn, form, optimize=False)
    return drawn.getvalue()
