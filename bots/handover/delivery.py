"""Make what a handover says, for each reader within their own rights, and bring it where its audience may read it."""

from dataclasses import replace

from bots.dossier.turn import Turn
from bots.handover.summary import Around, handover_part, handover_text, label_of_handover
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.ports import labels
from hub.application.use_cases.dossier import read_dossier
from hub.application.use_cases.handover_signing import request_of
from hub.application.use_cases.handover_texts import stays_open
from hub.application.use_cases.handovers import keep_letter
from hub.domain.errors import CommandRejected
from hub.domain.handover import Handover, Letter
from hub.domain.people import Person
from hub.domain.reading import BRIEF
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import Section


async def deliver_handover(turn: Turn, handover: Handover, receiver: Person | None, letter: Letter) -> None:
    """To the room when all may read it, otherwise to the maker in private; a named receiver always gets what their own
    role may see in their private room, so that a handover never depends on who else is in the room.

    The encrypted command is the signature: the log has its event beside the hash of what was said.

    :raises CommandRejected: the receiver may read nothing, so that nothing would be handed over
    """
    made = await compose(turn, handover, receiver, letter)
    await keep_letter(turn.unit, turn.context, handover, made, signed=True)
    await turn.reply(made.text, sections_of(made.sections))
    if receiver is not None:
        label = sections_of(made.their_sections)
        await turn.hub.speaker.private(turn.unit, turn.context, receiver, verbatim(made.theirs), label)
    said = stays_open(handover, receiver.name.full if receiver is not None else None)
    await turn.reply(said.said(turn.words))


async def compose(turn: Turn, handover: Handover, receiver: Person | None, letter: Letter) -> Letter:
    """The letter with its two texts, made from the dossier of this moment: the sender's and the receiver's.

    :raises CommandRejected: the receiver may read nothing of it
    """
    text, sections = await text_for(turn, turn.context, handover, letter)
    made = replace(letter, text=text, sections=_names(sections))
    if receiver is None:
        return made
    theirs = await request_of(turn.unit, turn.context, receiver)
    try:
        text, sections = await text_for(turn, theirs, handover, letter)
    except Refused as refused:
        # Why is between the patient and the receiver; the maker hears that somebody else must take over.
        raise CommandRejected(
            "receiver-cannot-read",
            "Deze persoon kan de overdracht niet ontvangen. Kies iemand anders, of overleg met de coach.",
        ) from refused
    return replace(made, theirs=text, their_sections=_names(sections))


async def text_for(
    turn: Turn, reader: RequestContext, handover: Handover, letter: Letter
) -> tuple[str, frozenset[Section]]:
    """The handover as this reader may have it, and the sections that it comes from. It is logged as their reading.

    :raises Refused: nothing of the dossier is open to them
    """
    view = handover_part(await read_dossier(turn.unit, turn.hub.guard, reader, amount=BRIEF))
    label = label_of_handover(view)
    made_here = await turn.unit.handovers.of_circle(handover.circle_id)
    still_open = [made for made in made_here if made.open and made.number != handover.number]
    whole = label - view.limited
    tasks = [
        task
        for task in await turn.unit.tasks.of_circle(handover.circle_id)
        if task.done_at is None and task.sections <= whole
    ]
    people = dict(await turn.authors(view.entries))
    named = {handover.made_by, handover.receiver_id, *(made.made_by for made in still_open)}
    named |= {task.owner_id for task in tasks}
    for person_id in named - {None, *people}:
        people[str(person_id)] = await turn.unit.people.get(str(person_id))
    around = Around(still_open, tasks, turn.circle.deputy_id, letter.advice, letter.worry)
    text = handover_text(handover, await turn.patient(), view, await turn.members(), people, around)
    return text, label


def sections_of(names: tuple[str, ...]) -> frozenset[Section]:
    return frozenset(Section(name) for name in names)


def _names(sections: frozenset[Section]) -> tuple[str, ...]:
    return tuple(name for name in labels(sections).split(",") if name)
