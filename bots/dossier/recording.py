"""What every command that files something does at last: record, and answer with the reference."""

from bots.dossier import views
from bots.dossier.turn import Turn
from hub.application.use_cases.dossier import NewEntry, record_entry
from hub.domain.dossier import Entry
from hub.domain.typed import TypedBy
from hub.domain.vocabulary import Section


def typed_by(turn: Turn) -> TypedBy:
    """Who types and on which Dutch day, as the parsers ask it."""
    return TypedBy(turn.reporter, turn.now.astimezone(views.AMSTERDAM).date(), turn.context.actor.name.full)


async def record(turn: Turn, new: NewEntry) -> Entry:
    """Record as the asker, and answer ``Vastgelegd als S5-1.`` in the room."""
    entry = await record_entry(turn.unit, turn.hub.guard, turn.context, new, turn.source)
    if entry.section is Section.S10 and not await _may_hear_number(turn):
        # The number would tell how much others said in confidence (BW 7:456; T38).
        await turn.reply(turn.words("In vertrouwen vastgelegd."))
    else:
        await turn.reply(views.recorded(entry, turn.words))
    return entry


async def _may_hear_number(turn: Turn) -> bool:
    """Whether this answer stays with somebody who may read the confidences."""
    return await turn.in_private() and await turn.hub.guard.may_read_all(turn.unit, turn.context, (Section.S10,))
