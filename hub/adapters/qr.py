"""QR codes as drawings. The only importer of segno."""

import io

import segno

_QUIET_ZONE = 4
"""Modules of white around it; a reader needs them (ISO/IEC 18004)."""


def qr_svg(text: str) -> str:
    """A drawing without size: whoever places it says how large. A quarter of it may be stained (level Q)."""
    drawn = io.BytesIO()
    code = segno.make(text, error="q", micro=False, boost_error=False)
    code.save(drawn, kind="svg", border=_QUIET_ZONE, xmldecl=False, omitsize=True, dark="#000", light="#fff", nl=False)
    return drawn.getvalue().decode()
