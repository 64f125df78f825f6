"""Post a handover where its audience may read it, and give everybody else who needs it their own part."""

from bots.dossier.turn import Turn
from bots.handover.summary import handover_text, sections_shown
from hub.application.context import RequestContext
from hub.application.identify import identify
from hub.application.use_cases.dossier import read_dossier
from hub.domain.handover import Handover
from hub.domain.people import Person
from hub.domain.vocabulary import Channel, Section


async def deliver_handover(turn: Turn, handover: Handover, receiver: Person | None) -> None:
    """To the room when all may read it, otherwise to the maker in private; a named receiver always gets what their own
    role may see in their private room, so that a handover never depends on who else is in the room.
    """
    await turn.reply(*await _for(turn, turn.context, handover))
    if receiver is not None:
        theirs = await identify(
            turn.unit,
            receiver,
            turn.circle,
            channel=Channel.ROOM,
            initiator=f"bot:dossier for {turn.context.actor.id}",
            correlation_id=turn.context.correlation_id,
            now=turn.now,
            room_id=turn.context.room_id,
        )
        body, sections = await _for(turn, theirs, handover)
        await turn.hub.speaker.private(turn.unit, turn.context, receiver, body, sections)
    named = f" voor {receiver.name.full}" if receiver is not None else ""
    await turn.reply(
        f"Overdracht {handover.number} naar {handover.destination.value}{named} staat open tot iemand zegt: "
        f"!ontvangen {handover.number}"
    )


async def _for(turn: Turn, reader: RequestContext, handover: Handover) -> tuple[str, frozenset[Section]]:
    view = await read_dossier(turn.unit, turn.hub.guard, reader)
    people = dict(await turn.authors(view.entries))
    people.setdefault(turn.context.actor.id, turn.context.actor)
    text = handover_text(handover, await turn.patient(), view, await turn.members(), people)
    return text, sections_shown(view)
