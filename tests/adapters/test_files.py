"""What people send as a photo or a file: kept clean, or refused in one clear sentence (threats-and-faults D4)."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hub.adapters.files import LARGEST, clean_file
from hub.domain.errors import CommandRejected

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_ORIENTATION, _GPS, _MAKER = 0x0112, 0x8825, 0x010F


def photo(form: str = "JPEG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    picture = Image.new("RGB", size, (200, 30, 30))
    drawn = io.BytesIO()
    picture.save(drawn, form, **more)
    return drawn.getvalue()


def taken_at_home() -> bytes:
    """A photo of a wound, taken with a phone held upright, with the place of the house in it."""
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    exif[_MAKER] = "KOKMEEUW"
    exif.get_ifd(_GPS)[1] = "N"
    exif.get_ifd(_GPS)[2] = (51.0, 59.0, 0.0)
    return photo(exif=exif, comment=b"ZEEPAARD")


def test_a_photo_loses_place_and_camera_and_stands_upright() -> None:
    before = taken_at_home()
    assert b"KOKMEEUW" in before
    assert b"ZEEPAARD" in before
    kept = clean_file(before)
    with Image.open(io.BytesIO(kept.data)) as after:
        assert after.size == (40, 60), "held upright: the sides change places"
        assert not after.getexif()
        assert "comment" not in after.info
    assert b"KOKMEEUW" not in kept.data
    assert b"ZEEPAARD" not in kept.data
    assert kept.media_type == "image/jpeg"


@pytest.mark.parametrize(("form", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_what_it_is_counts_and_what_hides_behind_the_picture_goes(form: str, media_type: str) -> None:
    kept = clean_file(photo(form) + b"<script>KOKMEEUW</script>")
    assert kept.media_type == media_type
    assert b"KOKMEEUW" not in kept.data
    assert clean_file(kept.data).media_type == media_type, "what was kept can be kept again"


def test_a_large_photo_becomes_small_enough_to_read_on_a_phone() -> None:
    kept = clean_file(photo(size=(5000, 3000)))
    with Image.open(io.BytesIO(kept.data)) as after:
        assert max(after.size) == 2560


def test_a_plain_pdf_is_kept_as_it_is() -> None:
    kept = clean_file(PDF)
    assert (kept.media_type, kept.data) == ("application/pdf", PDF)


def bomb() -> bytes:
    """A PNG of a few bytes that says that it is 60 000 by 60 000."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("file-empty", b""),
        ("file-too-large", b"\xff\xd8" + bytes(LARGEST)),
        ("file-kind", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
        ("file-kind", b"MZ\x90\x00 a program"),
        ("file-kind", photo("GIF")),
        ("file-kind", photo("TIFF")),
        ("file-kind", photo()[:300]),
        ("file-kind", b"%PDF-1.7 half a file"),
        ("file-kind", photo() + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE"),
        ("file-active", PDF.replace(b"/Catalog", b"/Catalog/OpenAction 2 0 R")),
        ("file-active", PDF.replace(b"/Catalog", b"/Catalog/JavaScript 2 0 R")),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_can(code: str, data: bytes) -> None:
    with pytest.raises(CommandRejected) as refused:
        clean_file(data)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_opened() -> None:
    with pytest.raises(CommandRejected) as refused:
        clean_file(bomb())
    assert refused.value.code in {"file-too-large", "file-kind"}


@given(
    start=st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\x00\x00\x00WEBP", b"%PDF-", photo()]),
    rest=st.binary(max_size=400),
)
@settings(deadline=None, max_examples=150)
def test_whatever_comes_is_kept_clean_or_refused(start: bytes, rest: bytes) -> None:
    assert outcome(start + rest) in {
        "image/jpeg", "image/png", "image/webp", "application/pdf",
        "file-empty", "file-kind", "file-active", "file-too-large",
    }  # fmt: skip


def outcome(data: bytes) -> str:
    try:
        return clean_file(data).media_type
    except CommandRejected as refused:
        return refused.code
