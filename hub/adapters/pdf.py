"""Draw a paper as PDF/A-2a with Typst: tagged for screen readers, with its fonts inside, the same bytes each time.

The words come in as data, never as Typst's own language: what somebody typed cannot become a command or open a file.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import typst

from hub.domain.paper import Paper

_TEMPLATE = Path(__file__).with_name("paper.typ").read_bytes()


def draw(paper: Paper, made_at: datetime) -> bytes:
    """The PDF. Takes tens of milliseconds: call it in a thread.

    :param made_at: with time zone; stands in the document's own date
    """
    return typst.compile(
        _TEMPLATE,
        format="pdf",
        pdf_standards="a-2a",
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(asdict(paper), ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
    )
