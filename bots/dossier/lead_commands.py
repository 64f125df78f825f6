"""``!regie``, ``!plaatsvervanger``, ``!accepteer``, ``!weiger`` and ``!afwezig``: who leads, and who stands in."""

import re
from collections.abc import Awaitable, Callable

from bots.dossier.command import CommandSpec
from bots.dossier.turn import Turn
from bots.dossier.views import day
from hub.application.use_cases import lead_texts
from hub.application.use_cases.absence import NewAbsence, end_absence, say_absence
from hub.application.use_cases.lead_offers import accept_offer, clear_deputy, decline_offer, offer_for, offer_part
from hub.application.use_cases.lead_view import Holder, LeadView, read_lead
from hub.application.use_cases.task_acts import decline_task
from hub.application.use_cases.tasks import accept_task, task_to_accept
from hub.domain.absence_words import is_back, parse_absence, says_absent, says_back
from hub.domain.circle import RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.lead import Absence, LeadPart
from hub.domain.spelling import plain
from hub.texts import N_, Words

_OFFER = re.compile(r"^(?P<part>medisch(?:e regie)?\s+)?aan\s+(?P<who>.+)$", re.IGNORECASE)
_ANSWER = re.compile(r"^(?:(?P<what>regie|taak)\s+)?(?P<number>[0-9]{1,4})(?:[\s:,]+(?P<reason>.+))?$", re.I | re.S)
_NOBODY = frozenset({"niemand", "geen", "weg", "niet meer"})
_PARTS = {
    LeadPart.LEAD: N_("Regie: %(who)s%(since)s"),
    LeadPart.MEDICAL: N_("Medische regie: %(who)s%(since)s"),
    LeadPart.DEPUTY: N_("Plaatsvervanger: %(who)s%(since)s"),
}
_HOW = N_("Schrijf bijvoorbeeld: !afwezig t/m 24 november, waarnemer @huisarts. Er weer? Typ: !afwezig niet meer")
_NOBODY_ACTS = N_(
    "Er is niemand die de regie waarneemt. Spreek vandaag af wie dat doet, en bel bij twijfel de huisarts."
)
_BOTH = N_(
    "Nummer %(number)s is een aanbod en ook een taak. Typ: !%(word)s regie %(number)s of !%(word)s taak %(number)s"
)


async def lead(turn: Turn) -> None:
    match = _OFFER.match(turn.argument)
    if match is not None:
        await _offer(turn, LeadPart.MEDICAL if match["part"] else LeadPart.LEAD, match["who"])
        return
    if turn.argument:
        raise CommandRejected("bad-lead", "Schrijf: !regie, !regie aan @wie of !regie medisch aan @wie.")
    view = await read_lead(turn.unit, turn.context, turn.circle)
    place = await turn.unit.rooms.place(turn.message.room_id)
    among_carers = place is not None and place.kind in {RoomKind.TEAM, RoomKind.PRIVATE}
    await turn.reply("\n".join(_overview(view, turn.words, offers=among_carers)))


async def deputy(turn: Turn) -> None:
    named = re.sub(r"^aan\s+", "", turn.argument, flags=re.IGNORECASE)
    if plain(named) in _NOBODY:
        await clear_deputy(turn.unit, turn.hub.guard, turn.context)
        await turn.reply(turn.words("Er is geen plaatsvervanger meer."))
        return
    await _offer(turn, LeadPart.DEPUTY, named)


async def accept(turn: Turn) -> None:
    what, number, _ = await _answered(turn, "accepteer")
    if what == "regie":
        offer = await accept_offer(turn.unit, turn.hub.guard, turn.context, number)
        said = turn.words("U zei ja. Vanaf nu heeft u: %(what)s. Het team leest het ook.")
        await turn.reply(said % {"what": turn.words(offer.part.title_nl)})
        return
    task = await accept_task(turn.unit, turn.hub.guard, turn.context, number)
    await turn.reply(turn.words("U doet taak %(number)s. Klaar? Typ: !klaar %(number)s") % {"number": task.number})


async def decline(turn: Turn) -> None:
    what, number, reason = await _answered(turn, "weiger")
    if what == "regie":
        offer = await decline_offer(turn.unit, turn.hub.guard, turn.hub.speaker, turn.context, number, reason)
        await turn.reply(
            turn.words("U zei nee tegen aanbod %(number)s. Er verandert niets.") % {"number": offer.number}
        )
        return
    task = await decline_task(turn.unit, turn.hub.guard, turn.context, number, reason)
    await turn.reply(turn.words("Taak %(number)s gaat naar een ander.") % {"number": task.number})


async def absence(turn: Turn) -> None:
    if is_back(turn.argument):
        await end_absence(turn.unit, turn.context)
        await turn.reply(turn.words("U bent er weer. Uw kringen hebben het gehoord."))
        return
    if not turn.argument:
        mine = await turn.unit.absences.of(turn.context.actor.id, turn.now)
        lines = [_said(turn, one) for one in mine] or [turn.words("U staat niet als afwezig.")]
        await turn.reply("\n".join((*lines, turn.words(_HOW))))
        return
    wish = parse_absence(turn.argument, turn.now)
    locum = await turn.named_member(wish.locum)
    new = NewAbsence(wish.since, wish.until, locum.id if locum else None)
    said = await say_absence(turn.unit, turn.hub.guard, turn.hub.speaker, turn.context, new)
    lines = [_said(turn, said)]
    if locum is not None:
        lines.append(turn.words("%(who)s neemt voor u waar.") % {"who": locum.name.full})
    lines.append(turn.words("Dit geldt in al uw kringen. Eerder terug? Typ: !afwezig niet meer"))
    await turn.reply("\n".join(lines))


def said_plainly(body: str) -> tuple[str, Callable[[Turn], Awaitable[None]]] | None:
    """What somebody says in plain words in their own room: the argument, and the command that it means."""
    if says_back(body):
        return "niet meer", absence
    absent = says_absent(body)
    return (absent, absence) if absent is not None else None


async def _offer(turn: Turn, part: LeadPart, named: str) -> None:
    person = await turn.named_member(named)
    if person is None:
        raise CommandRejected("bad-lead", "Schrijf ook aan wie, bijvoorbeeld: @huisarts. Kijk met !wie wie er is.")
    offer = await offer_part(turn.unit, turn.hub.guard, turn.hub.speaker, turn.context, part, person.id)
    said = turn.words(
        "Aanbod %(number)s (%(what)s): %(who)s is gevraagd en krijgt een overzicht. Er verandert niets tot die ja zegt."
    )
    facts = {"number": offer.number, "what": turn.words(part.title_nl), "who": person.name.full}
    await turn.reply(said % facts)


async def _answered(turn: Turn, word: str) -> tuple[str, int, str]:
    """An offer or a task (``regie`` or ``taak``), its number, and the reason."""
    match = _ANSWER.match(turn.argument)
    if match is None:
        raise CommandRejected(
            "bad-number", "Schrijf: !accepteer <nummer>, of !weiger <nummer> <reden>. De nummers staan in mijn bericht."
        )
    number, reason = int(match["number"]), (match["reason"] or "").strip()
    if match["what"]:
        return plain(match["what"]), number, reason
    offered = await offer_for(turn.unit, turn.context, number) is not None
    asked = await task_to_accept(turn.unit, turn.hub.guard, turn.context, number) is not None
    if offered and asked:
        raise CommandRejected("which-number", _BOTH, {"number": number, "word": word})
    return ("regie" if offered else "taak"), number, reason


def _overview(view: LeadView, words: Words, *, offers: bool) -> list[str]:
    lines = ["# " + words("Wie de regie heeft")]
    lines += [f"- {_held(one, words)}" for one in view.holders]
    held = {one.part for one in view.holders}
    if LeadPart.MEDICAL not in held:
        lines.append("- " + words("Medische regie: bij wie de regie heeft"))
    if LeadPart.DEPUTY not in held:
        lines.append("- " + words("Plaatsvervanger: nog niemand. Wie de regie heeft, typt: !plaatsvervanger @wie"))
    if view.acting is not None:
        lines.append("- " + words("Nu neemt %(who)s de regie waar.") % {"who": view.acting.name.full})
    elif view.nobody:
        lines.append("- " + words(_NOBODY_ACTS))
    for one in view.away:
        said = words("%(who)s is afwezig t/m %(day)s") % {
            "who": view.people[one.person_id].name.full,
            "day": lead_texts.last_day(one.until),
        }
        locum = view.people.get(one.locum_id or "")
        lines.append(f"- {said}" + (words(", waarnemer: %(who)s") % {"who": locum.name.full} if locum else ""))
    for offer in view.offers if offers else ():
        facts = {
            "number": offer.number,
            "what": words(offer.part.title_nl),
            "giver": view.people[offer.from_id].name.full,
            "who": view.people[offer.to_id].name.full,
        }
        lines.append(
            "- " + words("Aanbod %(number)s, %(what)s: van %(giver)s aan %(who)s, nog zonder antwoord") % facts
        )
    return lines


def _held(one: Holder, words: Words) -> str:
    since = words(", sinds %(day)s") % {"day": day(one.since)} if one.since is not None else ""
    who = f"{one.person.name.full} ({words(one.role.title_nl)})"
    return words(_PARTS[one.part]) % {"who": who, "since": since}


def _said(turn: Turn, said: Absence) -> str:
    facts = {"from": day(said.since), "day": lead_texts.last_day(said.until)}
    if said.since > turn.now:
        return turn.words("U bent afwezig van %(from)s t/m %(day)s.") % facts
    return turn.words("U bent afwezig t/m %(day)s.") % facts


LEAD_COMMANDS: dict[str, CommandSpec] = {
    "regie": CommandSpec(
        "!regie [[medisch] aan @wie]", N_("zien wie de regie heeft, of de regie aan een ander aanbieden"), lead
    ),
    "plaatsvervanger": CommandSpec(
        "!plaatsvervanger @wie|niemand", N_("vragen wie de regie waarneemt als u er niet bent"), deputy
    ),
    "accepteer": CommandSpec("!accepteer <nr>", N_("ja zeggen op een aanbod of een taak"), accept),
    "weiger": CommandSpec("!weiger <nr> [reden]", N_("nee zeggen op een aanbod of een taak"), decline),
    "afwezig": CommandSpec(
        "!afwezig t/m <datum> [, waarnemer @wie] | niet meer",
        N_("melden dat u er niet bent, en wie waarneemt"),
        absence,
    ),
}
"""Word → command, for the table of commands."""
