"""The timeline as people read it in a room. Pure."""

from bots.dossier.views import day
from hub.application.use_cases.timeline import Timeline
from hub.domain.timeline import Moment
from hub.texts import N_, SAY_DUTCH, Words

_EMPTY = N_("Er is nog niets gebeurd dat op de tijdlijn hoort.")
_PART = N_("(U ziet een deel van de tijdlijn.)")


def timeline(found: Timeline, words: Words = SAY_DUTCH) -> str:
    """``- 3-11-2026 Complexiteit: …, Carla Vermeer (S2-1)``, oldest first."""
    lines = ["# " + words("Tijdlijn")]
    lines += [words(_PART)] if found.limited else []
    lines += [f"- {_line(found, moment, words)}" for moment in found.moments]
    return "\n".join(lines) if found.moments else words(_EMPTY)


def _line(found: Timeline, moment: Moment, words: Words) -> str:
    when = day(moment.at) if moment.at is not None else words("datum niet vastgelegd")
    who = found.who(moment)
    by = f", {who}" if who else ""
    ref = f" ({moment.reference}{words('; hersteld') if moment.mended else ''})" if moment.reference else ""
    return f"{when} {words(moment.happening.title_nl)}: {found.said(moment)}{by}{ref}"
