"""De spoedset op papier: one page for the fridge or the front of the folder, with a code that tells if it is old."""

from collections.abc import Iterable
from datetime import datetime

from hub.domain.emergency_page import minute
from hub.domain.emergency_set import MadeSet
from hub.domain.paper import Chapter, Paper
from hub.domain.vocabulary import Section

FORM = "spoedset"
_LEFT_OUT = "Staat niet op deze afdruk."


def emergency_paper(made: MadeSet, opened: Iterable[Section], maker: str, now: datetime, address: str) -> Paper:
    """The paper. ``address``: what the QR on it opens."""
    sections = frozenset(opened)
    who, *others = made.content.parts
    checked = f", gecontroleerd op {minute(made.checked_at)}" if made.checked_at else ""
    return Paper(
        title="Spoedset",
        about=" ".join(who.lines) if who.section in sections else _LEFT_OUT,
        remarks=(
            f"Versie {made.version}, gemaakt op {minute(made.made_at)}{checked}.",
            "Controleer of dit papier nog klopt: scan de code, of bel. Bij levensgevaar: bel 112.",
        ),
        chapters=tuple(
            Chapter(
                part.title,
                (*part.lines, *(said for caution in part.cautions if (said := caution.to(sections))))
                if part.section in sections
                else (_LEFT_OUT,),
            )
            for part in others
        ),
        foot=f"Afgedrukt door {maker} op {minute(now)}. Een nieuwe versie? Gooi dit papier dan weg.",
        check=address,
    )
