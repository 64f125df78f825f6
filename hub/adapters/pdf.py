"""Draw a paper as PDF/A-2a with Typst: tagged for screen readers, with its fonts inside, the same bytes each time.

The words come in as data, never as Typst's own language: what somebody typed cannot become a command or open a file.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import category, normalize

from hub.adapters.qr import qr_svg
from hub.domain.paper import Paper

_TEMPLATE = Path(__file__).with_name("paper.typ").read_bytes()
_ONE_PAGE = Path(__file__).with_name("emergency.typ").read_bytes()
_NOT_PRINTED = "Een teken dat niet te drukken is (bijvoorbeeld een plaatje), staat hier als □."
_DRAWN = (range(0x20, 0x250), range(0x370, 0x460), range(0x2010, 0x2041), range(0x2190, 0x2194))
_DRAWN_TOO = frozenset("€™−≤≥≠≈□")
_NO_SIGN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})


def draw(paper: Paper, made_at: datetime) -> bytes:
    """The PDF. Takes tens of milliseconds: call it in a thread.

    PDF/A refuses a character without a glyph in its fonts; such a one becomes a box, and a remark says so.

    :param made_at: with time zone; stands in the document's own date
    """
    import typst  # noqa: PLC0415 -- 81 MB that nobody needs before the first paper

    said = json.dumps(asdict(paper), ensure_ascii=False)
    printable = _printable(said)
    if printable != normalize("NFC", said):
        asked: dict[str, Any] = json.loads(printable)
        asked["remarks"] = [*asked["remarks"], _NOT_PRINTED]
        printable = json.dumps(asked, ensure_ascii=False)
    if paper.check is not None:
        printable = json.dumps(json.loads(printable) | {"qr": qr_svg(paper.check)}, ensure_ascii=False)
    drawn: bytes = typst.compile(
        _TEMPLATE if paper.check is None else _ONE_PAGE,
        format="pdf",
        pdf_standards="a-2a",
        ignore_system_fonts=True,
        sys_inputs={"paper": printable},
        timestamp=int(made_at.timestamp()),
    )
    return drawn


def _printable(text: str) -> str:
    return "".join(sign if _is_drawn(sign) else "□" for sign in normalize("NFC", text))


def _is_drawn(sign: str) -> bool:
    known = sign in _DRAWN_TOO or any(ord(sign) in part for part in _DRAWN)
    return known and category(sign) not in _NO_SIGN
