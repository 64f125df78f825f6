"""Post a handover where its audience may read it, and give the named receiver their own part."""

from bots.dossier.turn import Turn
from bots.handover.summary import handover_part, handover_text, label_of_handover
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.identify import identify
from hub.application.use_cases.dossier import read_dossier
from hub.domain.errors import CommandRejected
from hub.domain.handover import Handover
from hub.domain.people import Person
from hub.domain.reading import BRIEF
from hub.domain.vocabulary import Channel, Section


async def deliver_handover(turn: Turn, handover: Handover, receiver: Person | None) -> None:
    """To the room when all may read it, otherwise to the maker in private; a named receiver always gets what their own
    role may see in their private room, so that a handover never depends on who else is in the room.

    :raises CommandRejected: the receiver may read nothing, so that nothing would be handed over
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
        try:
            body, sections = await _for(turn, theirs, handover)
        except Refused as refused:
            # Why is between the patient and the receiver; the maker hears that somebody else must take over.
            raise CommandRejected(
                "receiver-cannot-read",
                "Deze persoon kan de overdracht niet ontvangen. Kies iemand anders, of overleg met de coach.",
            ) from refused
        await turn.hub.speaker.private(turn.unit, turn.context, receiver, body, sections)
    named = f" voor {receiver.name.full}" if receiver is not None else ""
    who = receiver.name.full if receiver is not None else "een zorgverlener"
    await turn.reply(
        f"Overdracht {handover.number} naar {handover.destination.value}{named} staat open tot {who} zegt: "
        f"!ontvangen {handover.number}"
    )


async def _for(turn: Turn, reader: RequestContext, handover: Handover) -> tuple[str, frozenset[Section]]:
    view = handover_part(await read_dossier(turn.unit, turn.hub.guard, reader, amount=BRIEF))
    made_here = await turn.unit.handovers.of_circle(handover.circle_id)
    still_open = [made for made in made_here if made.open and made.number != handover.number]
    people = dict(await turn.authors(view.entries))
    for person_id in {handover.made_by, handover.receiver_id, *(made.made_by for made in still_open)} - {None, *people}:
        people[str(person_id)] = await turn.unit.people.get(str(person_id))
    text = handover_text(handover, await turn.patient(), view, await turn.members(), people, still_open)
    return text, label_of_handover(view)
