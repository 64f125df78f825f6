"""``!taak``: ask somebody in the circle to do something, or hand a task on."""

import re
from dataclasses import replace
from datetime import datetime

from bots.dossier.command import CommandSpec
from bots.dossier.turn import Turn
from bots.runtime.untrusted import list_at
from hub.application.use_cases.people import display_name
from hub.application.use_cases.task_acts import ask_task, hand_on_task
from hub.application.use_cases.tasks import day_nl
from hub.domain.dutch_dates import parse_due, split_due
from hub.domain.errors import CommandRejected
from hub.domain.people import Person
from hub.domain.spelling import plain
from hub.domain.task import Task
from hub.texts import N_

_HAND_ON = re.compile(r"^(?P<number>[0-9]{1,4}) +(?:geef +)?(?:door +)?aan +(?P<who>.+)$", re.ASCII | re.IGNORECASE)
_AT = re.compile(r"(?:^|(?<=\s))@(?=\S)")
_MOST_WORDS = 4
_MYSELF = frozenset({"mij", "me", "ik", "mezelf", "mijzelf"})
_A_DATE = re.compile(r"^(?:v[oó][oó]r|uiterlijk|t/m|tot en met|binnen) ", re.IGNORECASE)
_HOW = N_(
    "Schrijf: !taak <wat> @wie voor <datum>. Bijvoorbeeld: !taak apotheek bellen @thuiszorg voor morgen 12:00. "
    "Doorgeven: !taak <nummer> aan @wie."
)


async def task(turn: Turn) -> None:
    text = turn.argument.strip()
    if match := _HAND_ON.match(text):
        await _hand_on(turn, int(match["number"]), match["who"])
        return
    if not text:
        raise CommandRejected("nothing-to-do", _HOW)
    before, person, after = await _who(turn, text)
    what, due_at = split_due(after, turn.now)
    if due_at is None and what:
        due_at = _bare_date(what, turn.now)
        what = "" if due_at is not None else what
    what = " ".join(part for part in (before, what) if part)
    if due_at is None:
        what, due_at = split_due(what, turn.now)
    source = (turn.message.room_id, turn.message.reply_to) if turn.message.reply_to else None
    made = await ask_task(turn.unit, turn.hub.guard, turn.context, what, to=person, due_at=due_at, source=source)
    await _say_whose(turn, made, person, turn.words("Taak %(number)s is voor %(who)s, klaar uiterlijk %(due)s."))


def _bare_date(text: str, now: datetime) -> datetime | None:
    """After who it is for comes when, with or without ``voor``; or it is a part of what is to be done."""
    try:
        return parse_due(text, now)
    except CommandRejected as refused:
        if refused.code == "unclear-date" and not _A_DATE.match(text):
            return None
        raise


async def _hand_on(turn: Turn, number: int, who: str) -> None:
    _, person, _ = await _who(turn, who if who.startswith("@") else f"@{who}")
    if person is None:
        raise CommandRejected("nothing-to-do", _HOW)
    made = await hand_on_task(turn.unit, turn.hub.guard, turn.context, number, person)
    await _say_whose(turn, made, person, turn.words("Taak %(number)s is nu van %(who)s, klaar uiterlijk %(due)s."))


async def _say_whose(turn: Turn, made: Task, asked: Person | None, sentence: str) -> None:
    owner = await turn.unit.people.get(made.owner_id)
    who = turn.words("uzelf") if owner.id == turn.context.actor.id else owner.name.full
    lines = [sentence % {"number": made.number, "who": who, "due": day_nl(made.due_at)}]
    if asked is not None and asked.id != owner.id:
        lines.append(turn.words("%(who)s is nu afwezig.") % {"who": asked.name.full})
    if made.accepted_at is None:
        lines.append(turn.words("Zegt deze persoon niet op tijd ja? Dan is de taak van wie de regie heeft."))
    await turn.reply(" ".join(lines))


async def _who(turn: Turn, text: str) -> tuple[str, Person | None, str]:
    """What stands before who it is for, who that is, and what stands after.

    :raises CommandRejected: nobody, or more than one, fits
    """
    if at := _AT.search(text):
        words = text[at.end() :].split()
        for count in range(min(_MOST_WORDS, len(words)), 0, -1):
            name = " ".join(words[:count]).rstrip(".,:;")
            found = await _named(turn, name, last=count == 1)
            if found is not None:
                return text[: at.start()].strip(" ,"), found, " ".join(words[count:]).strip(" ,")
    mentioned = list_at(turn.message.content, "m.mentions", "user_ids")
    for member in await turn.members():
        # A mention counts where its name stands: an answer mentions whom it answers, which asks nobody anything.
        for name in (display_name(member.person), member.person.matrix_id or "-"):
            if member.person.matrix_id in mentioned and name in text:
                before, _, after = text.partition(name)
                return before.strip(" ,:"), member.person, after.strip(" ,:")
    return text, None, ""


async def _named(turn: Turn, name: str, *, last: bool) -> Person | None:
    actor = turn.context.actor
    if plain(name) in _MYSELF or plain(name) in {plain(actor.name.full), plain(actor.name.family)}:
        return actor
    without_mentions = replace(turn, message=replace(turn.message, content={}))
    try:
        return await without_mentions.named_member(name)
    except CommandRejected:
        if last:
            raise
        return None


ASKING_COMMANDS: dict[str, CommandSpec] = {
    "taak": CommandSpec(
        "!taak <wat> @wie [voor <datum>] | <nr> aan @wie",
        N_("iemand vragen iets te doen, ook als antwoord op een bericht; of een taak doorgeven"),
        task,
    ),
}
"""Word → command, for the table of commands."""
