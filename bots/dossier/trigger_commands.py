"""``!drempel``: from which score somebody is asked to look; who reads the symptoms sees it, clinicians set it."""

from bots.dossier.command import CommandSpec
from bots.dossier.turn import Turn
from hub.application.use_cases.thresholds import read_thresholds, set_threshold
from hub.domain.threshold_commands import thresholds_nl
from hub.domain.triggers import Thresholds
from hub.domain.vocabulary import Section
from hub.domain.working_days import AMSTERDAM
from hub.texts import N_, Words

_TOLD = N_("De drempels staan in uw privékamer met Kring.")


async def threshold(turn: Turn) -> None:
    words = turn.own_words
    if turn.argument:
        made = await set_threshold(turn.unit, turn.hub.guard, turn.context, turn.argument)
        heading = words("De drempels zijn aangepast (versie %(version)s). Zo staan ze nu") % {"version": made.version}
        await turn.only_to_asker(_said(made.rules, heading, words), (Section.S5,), turn.words(_TOLD))
        return
    shown = await read_thresholds(turn.unit, turn.hub.guard, turn.context)
    body = _said(shown.rules, words("Drempels: vanaf hier vraagt Kring iemand om te kijken"), words)
    if shown.by is None or shown.at is None:
        body += "\n" + words("Dit zijn de gewone drempels. Een zorgverlener kan ze voor u veranderen: !drempel pijn 5")
    else:
        day = shown.at.astimezone(AMSTERDAM)
        body += "\n" + words("Ingesteld door %(who)s op %(day)s.") % {
            "who": shown.by.name.full,
            "day": f"{day.day}-{day.month}-{day.year}",
        }
    await turn.only_to_asker(body, (Section.S5,), turn.words(_TOLD))


def _said(rules: Thresholds, heading: str, words: Words) -> str:
    return "\n".join([f"# {heading}", *(f"- {words(line) % facts}" for line, facts in thresholds_nl(rules))])


TRIGGER_COMMANDS: dict[str, CommandSpec] = {
    "drempel": CommandSpec(
        "!drempel [<klacht> [ernstig] <1-10>|uit|standaard | stijging <1-10> | dagboek aan|uit]",
        N_("vanaf welke score iemand moet kijken: zien, en voor zorgverleners veranderen"),
        threshold,
    ),
}
"""Word → command, for the table of commands."""
