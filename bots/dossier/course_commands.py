"""The course of a complaint and of the care, asked for in a room: ``!verloop`` and ``!tijdlijn``."""

from bots.dossier import course_views
from bots.dossier.command import CommandSpec
from bots.dossier.turn import Turn
from hub.adapters.picture import FONT
from hub.application.use_cases.dossier import read_dossier
from hub.application.use_cases.timeline import read_timeline
from hub.charts import trend_chart
from hub.domain.trend import parse_item, trend
from hub.domain.vocabulary import Section
from hub.texts import N_


async def course(turn: Turn) -> None:
    """One complaint, as a picture with the same in words."""
    item = parse_item(turn.argument)
    view = await read_dossier(turn.unit, turn.hub.guard, turn.context, Section.S5)
    found = trend(view.entries, item)
    heading = trend_chart.title(found, turn.words)
    body = f"{heading}\n{trend_chart.in_words(found, turn.words)}"
    # Where the answer goes must not tell what is there: an empty one has the same label.
    drawing = str(trend_chart.drawing(found, turn.words, font=FONT, fixed=True)) if found.series else None
    await turn.hub.speaker.reply(turn.unit, turn.context, body, (Section.S5,), drawing)


async def timeline(turn: Turn) -> None:
    """Place, complexity, lead, phase and handovers, in order."""
    found = await read_timeline(turn.unit, turn.hub.guard, turn.context)
    await turn.reply(course_views.timeline(found, turn.words), found.label)


COURSE_COMMANDS: dict[str, CommandSpec] = {
    "verloop": CommandSpec("!verloop [klacht]", N_("het verloop van een klacht, als plaatje en in woorden"), course),
    "tijdlijn": CommandSpec("!tijdlijn", N_("plek, complexiteit, regie, fase en overdrachten op volgorde"), timeline),
}
"""Word → command, for the table of commands."""
