"""A drawing (SVG) as a picture (PNG), for clients that show no SVG. By Typst, which brings its own fonts along.

The drawing comes in as data, never as Typst's own language: what somebody typed cannot become a command or open a file.
"""

from hub.domain.errors import IntegrityBroken

FONT = "Libertinus Serif"
"""Inside Typst: the picture is the same on every machine, also on one without fonts."""
_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.drawing), format: "svg", width: float(sys.inputs.width) * 1pt)
"""
_PIXELS_PER_INCH = 216.0
SCALE = 3
"""Pixels of the picture for each unit of the drawing."""


def png(drawing: str, width: int) -> bytes:
    """The picture, ``SCALE`` times as large as the drawing. Takes some thirty milliseconds: call it in a thread.

    :param width: of the drawing
    :raises IntegrityBroken: no drawing
    """
    import typst  # noqa: PLC0415 -- 81 MB that nobody needs before the first picture

    try:
        drawn: bytes = typst.compile(
            _PAGE,
            format="png",
            ppi=_PIXELS_PER_INCH,
            ignore_system_fonts=True,
            sys_inputs={"drawing": drawing, "width": str(width)},
        )
    except RuntimeError as error:
        raise IntegrityBroken("Deze tekening kan niet als plaatje worden gemaakt.") from error
    return drawn
