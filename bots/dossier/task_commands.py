"""``!taken``, ``!klaar`` and ``!versies``: what waits for somebody, and how an entry came to say what it says."""

import re
from collections.abc import Collection
from dataclasses import replace

from bots.dossier.command import CommandSpec
from bots.dossier.personal import calendar as own_calendar
from bots.dossier.personal import chosen, overview_now
from bots.dossier.turn import Turn
from bots.dossier.version_views import history
from hub.application.use_cases.digests import as_lines, say_personally, waiting_for
from hub.application.use_cases.dossier import View
from hub.application.use_cases.tasks import day_nl, finish_task, my_tasks
from hub.application.use_cases.triggers import reacted
from hub.application.use_cases.versions import read_versions
from hub.domain.circle import RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.freshness import known_to
from hub.domain.identifiers import EntryRef
from hub.domain.task import Task
from hub.domain.vocabulary import Role, Section
from hub.texts import N_

_NUMBER = re.compile(r"^[0-9]{1,4}$", re.ASCII)


async def tasks(turn: Turn) -> None:
    """Only to the asker: whose work it is, is for nobody else, and what it is about even less."""
    found = await my_tasks(turn.unit, turn.hub.guard, turn.context)
    words = turn.own_words
    lines = ["# " + words("Uw taken in deze kring")]
    for task in found:
        late = words("TE LAAT: ") if task.due_at <= turn.now else ""
        what = " ".join(task.what.replace("\n- ", " | ").removeprefix("- ").split())
        said = words("%(late)staak %(number)s, uiterlijk %(day)s: %(what)s")
        if task.accepted_at is None:
            said += words(" (nog geen ja: !accepteer taak %(number)s)")
        facts = {"late": late, "number": task.number, "day": day_nl(task.due_at), "what": what}
        lines.append(f"- {said % facts}")
    if not found:
        lines.append(words("U heeft geen open taken."))
    else:
        lines.append(words("Klaar? Typ: !klaar <nummer>"))
    lines += await _elsewhere(turn)
    await turn.only_to_asker(
        "\n".join(lines), _label(found), turn.words("U vindt uw taken in uw privékamer met Kring.")
    )


async def _elsewhere(turn: Turn) -> list[str]:
    """How much waits in this person's other circles, by pseudonym: the list of all is in their own room."""
    if not (turn.context.role or Role.RELATIVE).is_professional or not await turn.in_private():
        return []
    unit, guard, person = turn.unit, turn.hub.guard, turn.context.actor
    found = await waiting_for(unit, guard, person, turn.now, why="own-list", today_only=False, but=turn.circle.id)
    if not found:
        return []
    return ["# " + turn.own_words("In uw andere kringen"), *as_lines(found, turn.own_words)]


async def done(turn: Turn) -> None:
    if not _NUMBER.match(turn.argument):
        raise CommandRejected("bad-number", "Schrijf: !klaar <nummer>. De nummers staan bij !taken.")
    task = await finish_task(turn.unit, turn.hub.guard, turn.context, int(turn.argument))
    await reacted(turn.unit, turn.context, task)
    await turn.reply(turn.words("Taak %(number)s is klaar.") % {"number": task.number})


async def versions(turn: Turn) -> None:
    found = await read_versions(turn.unit, turn.hub.guard, turn.context, EntryRef.parse(turn.argument))
    seen = [step.entry for step in found.steps] + list(found.beside)
    body = history(found, await turn.authors(seen), turn.words)
    # As !dossier: the section is the label, whatever stands there.
    await turn.reply(body, (found.ref.section,))


async def heard_in(turn: Turn, view: View, label: Collection[Section]) -> tuple[View, frozenset[Section]]:
    """The view as the room may hear it, and its label. Why something is stale may come from another section.

    Among professionals that section joins the label. In a room with the patient or relatives such a reason is left
    out: where the answer goes must not tell them that there is something to tell (BW 7:448).
    """
    place = await turn.unit.rooms.place(turn.message.room_id)
    if place is not None and place.kind in {RoomKind.TEAM, RoomKind.PRIVATE}:
        because = [one for entry in view.entries if entry.freshness for one in entry.freshness.because]
        return view, frozenset(label) | {one.section for one in because if one.section is not None}
    return replace(view, entries=known_to(view.entries, frozenset(label), others_generally=False)), frozenset(label)


def _label(found: list[Task]) -> frozenset[Section]:
    return frozenset(section for task in found for section in task.sections)


async def overview(turn: Turn) -> None:
    """``!overzicht``: when to hear what waits today; the overview itself is said in one's own room."""
    unit, person, words = turn.unit, turn.context.actor, turn.own_words
    if not (turn.context.role or Role.RELATIVE).is_professional:
        raise CommandRejected("no-overview", "Een overzicht van de ochtend is er voor zorgverleners. Uw taken: !taken")
    if turn.argument:
        said = await chosen(unit, person, turn.argument, turn.hub, words)
        await turn.only_to_asker(said, (), turn.words("Het antwoord staat in uw privékamer met Kring."))
        return
    await say_personally(
        unit, person, await overview_now(unit, person, turn.hub, words), turn.now, turn.message.event_id
    )
    await turn.reply(
        turn.words("Uw overzicht staat in uw eigen kamer ‘Kring · voor u’. Nieuw? Neem de uitnodiging aan.")
    )


async def calendar(turn: Turn) -> None:
    made = await own_calendar(
        turn.unit, turn.context.actor, turn.argument, turn.hub, turn.own_words, turn.context.correlation_id
    )
    await turn.only_to_asker(made, (), turn.words("U vindt uw agenda-adres in uw privékamer met Kring."))


TASK_COMMANDS: dict[str, CommandSpec] = {
    "taken": CommandSpec("!taken", N_("wat u in deze kring nog te doen heeft"), tasks),
    "klaar": CommandSpec("!klaar <nr>", N_("zeggen dat een taak klaar is"), done),
    "agenda": CommandSpec("!agenda [weg]", N_("uw taken in uw eigen agenda, zonder wat en over wie"), calendar),
    "overzicht": CommandSpec(
        "!overzicht [aan|uit|om 8:00]", N_("'s ochtends horen wat er vandaag op u wacht, uit al uw kringen"), overview
    ),
    "versies": CommandSpec("!versies <verwijzing>", N_("hoe een regel veranderde: was, is nu, en waarom"), versions),
}
"""Word → command, for the table of commands."""
