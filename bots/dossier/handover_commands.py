"""``!overdracht`` and what belongs to it: signing, receiving, asking back, and the list of what waits."""

import re

from bots.dossier.command import CommandSpec
from bots.dossier.emergency_commands import acknowledge
from bots.dossier.turn import Turn
from bots.dossier.views import minute
from bots.handover import drafting
from bots.handover.delivery import deliver_handover
from hub.application.ports import Tone
from hub.application.use_cases import access_end, handover_hours
from hub.application.use_cases import handover_signing as signing
from hub.application.use_cases import handover_texts as texts
from hub.application.use_cases import handovers as use
from hub.domain.circle import RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.handover import HandoverState, Letter
from hub.domain.handover_commands import parse_wish, parse_words
from hub.domain.reminder import ReminderKind
from hub.domain.spelling import plain
from hub.domain.spoken import joined, phrase, verbatim
from hub.domain.vocabulary import Section
from hub.texts import N_

# Nobody hands over ten thousand times; a longer number may be somebody's BSN, and is not repeated.
_NUMBER = re.compile(r"^\d{1,4}$", re.ASCII)
_ABOUT_ONE = re.compile(r"^(?P<number>\d{1,4})\s+(?P<word>[^\W\d]+(?:\s+woorden)?)\s*:?\s*(?P<rest>.*)$", re.DOTALL)
_SIGNS = re.compile(r"^(?:tekenen\s+)?(?P<number>\d{1,4})\s+(?P<code>[0-9A-Za-z]{4}[\s-]?[0-9A-Za-z]{4})$", re.ASCII)
_RECEIVES = re.compile(r"^(?P<number>\d{1,4})(?:\s+(?P<said>.+))?$", re.ASCII | re.DOTALL)
_STANDS = {
    HandoverState.DRAFT: N_("concept, nog niet getekend"),
    HandoverState.PREVIEW: N_("de patiënt leest eerst mee"),
    HandoverState.OFFERED: N_("wacht op ontvangst"),
    HandoverState.ASKED: N_("wacht op een antwoord van de afzender"),
}
HOURS = {ReminderKind.HANDOVER: handover_hours.ring, ReminderKind.ACCESS_ENDS: access_end.ring}
"""What rings for a handover; named here so that the process that hears commands also knows the acts."""


async def handover(turn: Turn) -> None:
    """One line makes, signs and brings it; ``concept`` asks and waits for the code; a number is about one of them."""
    if plain(turn.argument).startswith("tekenen "):
        await sign(turn)
        return
    if match := _ABOUT_ONE.match(turn.argument):
        await _about_one(turn, int(match["number"]), plain(match["word"]), match["rest"])
        return
    wish = parse_wish(turn.argument, turn.now)
    receiver = await turn.named_member(wish.receiver)
    term = wish.term(turn.hub.settings.handover.terms())
    made = await use.make_handover(
        turn.unit,
        turn.hub.guard,
        turn.context,
        wish.destination,
        receiver.id if receiver else None,
        reason=wish.reason,
        draft=wish.draft,
        access_ends_at=wish.access_ends_at,
        term=term,
    )
    letter = Letter(urgent=wish.urgent, minutes=int(term.total_seconds() // 60))
    if wish.draft:
        await drafting.begin(turn, made, letter)
    else:
        await deliver_handover(turn, made, receiver, letter)


async def sign(turn: Turn) -> None:
    """``!teken <nr> <code>``."""
    match = _SIGNS.match(turn.argument)
    if match is None:
        raise CommandRejected("bad-code", "Schrijf: !teken <nummer> <code>. De code staat onder het concept.")
    await drafting.sign(turn, int(match["number"]), match["code"])


async def _about_one(turn: Turn, number: int, word: str, rest: str) -> None:
    unit, guard, speaker = turn.unit, turn.hub.guard, turn.hub.speaker
    if word == "lees":
        await drafting.show(turn, number)
    elif word in {"goed", "eigen woorden"}:
        own = parse_words(rest) if word == "eigen woorden" else ""
        done = await signing.patient_agrees(unit, guard, speaker, turn.context, number, own, turn.source)
        await turn.only_to_asker(
            texts.thanks(done).said(turn.own_words), (), turn.words("Uw antwoord is goed aangekomen.")
        )
    elif word == "spoed":
        await signing.not_waiting(unit, guard, speaker, turn.context, number)
    elif word == "intrekken":
        await _withdraw(turn, number)
    elif word == "antwoord":
        await _answer(turn, number, rest)
    else:
        raise CommandRejected(
            "bad-handover-word",
            "Dat kan niet bij een overdracht. Wat wel kan: lees, intrekken, antwoord, spoed, goed of eigen woorden.",
        )


async def _withdraw(turn: Turn, number: int) -> None:
    before = await use.withdraw(turn.unit, turn.hub.guard, turn.context, number)
    await turn.reply(turn.words("Overdracht %(number)s is ingetrokken.") % {"number": number})
    if before.open and before.receiver_id is not None:
        receiver = await turn.unit.people.get(before.receiver_id)
        said = texts.withdrawn(before, turn.context.actor.name.full)
        await turn.hub.speaker.private(turn.unit, turn.context, receiver, said, ())


async def _answer(turn: Turn, number: int, rest: str) -> None:
    said = parse_words(rest)
    made, letter = await use.answer(turn.unit, turn.hub.guard, turn.context, number, said)
    await turn.only_to_asker(turn.own_words("Uw antwoord is onderweg."), (), turn.words("Het antwoord is onderweg."))
    if made.receiver_id is not None:
        receiver = await turn.unit.people.get(made.receiver_id)
        body = texts.answered(made, turn.context.actor.name.full, letter.question, said)
        body = joined((verbatim(letter.theirs or letter.text), body))
        await turn.hub.speaker.private(turn.unit, turn.context, receiver, body, _label(letter), tone=Tone.URGENT)


async def received(turn: Turn) -> None:
    """``!ontvangen <nr> [wat u terugleest]``; ``!ontvangen spoed`` is about the out-of-hours set."""
    if plain(turn.argument) == "spoed":
        await acknowledge(turn)
        return
    match = _RECEIVES.match(turn.argument)
    if match is None:
        raise CommandRejected("bad-number", "Schrijf: !ontvangen <nummer>, met het nummer van de overdracht.")
    read_back = parse_words(match["said"] or "")
    made = await use.receive_handover(turn.unit, turn.hub.guard, turn.context, int(match["number"]))
    await access_end.agree_end(turn.unit, turn.hub.guard, turn.context, made)
    said = phrase("%(named)s is ontvangen door %(actor)s.", named=texts.named(made), actor=turn.context.actor.name.full)
    await turn.reply(said.said(turn.words))
    private = await turn.in_private()
    if private:
        # Who handed over must hear it too.
        await turn.hub.speaker.announce(turn.unit, turn.context, RoomKind.TEAM, said.dutch)
    if read_back:
        sender = await turn.unit.people.get(made.made_by)
        letter = await turn.unit.handovers.letter(made) or Letter()
        body = texts.read_back(made, turn.context.actor.name.full, read_back)
        await turn.hub.speaker.private(turn.unit, turn.context, sender, body, _label(letter))


async def ask_back(turn: Turn) -> None:
    """``!terugvragen <nr> <vraag>``."""
    match = _RECEIVES.match(turn.argument)
    if match is None or not match["said"]:
        raise CommandRejected("no-question", "Schrijf: !terugvragen <nummer> <uw vraag>.")
    question = parse_words(match["said"])
    made, letter = await use.ask_back(turn.unit, turn.hub.guard, turn.context, int(match["number"]), question)
    sender = await turn.unit.people.get(made.made_by)
    body = texts.asked_back(made, turn.context.actor.name.full, question)
    await turn.hub.speaker.private(turn.unit, turn.context, sender, body, _label(letter), tone=Tone.URGENT)
    told = turn.own_words("Uw vraag ligt bij %(sender)s, die verantwoordelijk blijft tot u ontvangt.")
    await turn.only_to_asker(
        told % {"sender": sender.name.full}, (), turn.words("De vraag ligt bij de afzender van de overdracht.")
    )


async def handovers(turn: Turn) -> None:
    """``!overdrachten``: what waits, since when, and who answers for it; only to the asker."""
    found = await use.waiting_handovers(turn.unit, turn.hub.guard, turn.context)
    words = turn.own_words
    lines = ["# " + words("Overdrachten die nog niet zijn ontvangen")]
    for one in found:
        made = one.handover
        sender = (await turn.unit.people.get(made.made_by)).name.full
        receiver = (await turn.unit.people.get(made.receiver_id)).name.full if made.receiver_id else "?"
        answers = (await turn.unit.people.get(one.responsible_id)).name.full if one.responsible_id else "?"
        facts = {
            "what": texts.named(made).said(words),
            "from": sender,
            "to": receiver,
            "at": minute(made.at),
            "who": answers,
        }
        said = words("%(what)s, van %(from)s aan %(to)s, %(at)s. Verantwoordelijk is nu: %(who)s") % facts
        late = words("TE LAAT: ") if made.told_at is not None else ""
        lines.append(f"- {late}{said} ({words(_STANDS[made.state])})")
    if not found:
        lines.append(words("Er wacht geen overdracht."))
    await turn.only_to_asker(
        "\n".join(lines), (Section.S8,), turn.words("U vindt de overdrachten in uw privékamer met Kring.")
    )


def _label(letter: Letter) -> frozenset[Section]:
    """What people say with a handover may be about anything that is in it."""
    names = letter.their_sections or letter.sections
    return frozenset(Section(name) for name in names) or frozenset({Section.S8})


HANDOVER_COMMANDS: dict[str, CommandSpec] = {
    "overdracht": CommandSpec(
        "!overdracht [concept] naar <plaats> [@ontvanger]",
        N_("een overdracht maken (SBAR); ook: opname, ontslag, weekend of feestdag"),
        handover,
    ),
    "teken": CommandSpec("!teken <nr> <code>", N_("een concept van een overdracht tekenen"), sign),
    "ontvangen": CommandSpec("!ontvangen <nr>", N_("zeggen dat u een overdracht heeft ontvangen"), received),
    "terugvragen": CommandSpec("!terugvragen <nr> <vraag>", N_("iets vragen voor u een overdracht ontvangt"), ask_back),
    "overdrachten": CommandSpec("!overdrachten", N_("welke overdrachten nog niet zijn ontvangen"), handovers),
}
"""Word → command, for the table of commands."""
