"""``!vraag`` and what follows it, and the ladder."""

import re

from bots.dossier import question_hearing as hearing
from bots.dossier.command import CommandSpec
from bots.dossier.turn import Turn
from hub.application.use_cases import ladders, questions
from hub.application.use_cases import question_texts as texts
from hub.application.use_cases.question_telling import role_in
from hub.domain.acute_words import acute_in
from hub.domain.errors import CommandRejected
from hub.domain.ladder import Ladder, Rung, hours_nl, who_named
from hub.domain.question_watch import Question, term_said
from hub.domain.spelling import plain
from hub.domain.vocabulary import Section
from hub.texts import N_, Words

_NUMBER = re.compile(r"^(?P<number>[0-9]{1,4})(?:\s+(?P<text>.+))?$", re.ASCII | re.DOTALL)
_RUNG = re.compile(
    r"^(?P<number>[0-9]{1,2})\s+na\s+(?P<amount>[0-9]{1,3}(?:[,.][0-9]{1,2})?)\s*(?P<unit>uur|u|minuten|minuut|min)"
    r"\s+aan\s+(?P<who>.{1,60})$",
    re.ASCII | re.IGNORECASE,
)
_IN_PRIVATE = N_("De vragen staan in uw privékamer met Kring.")


async def question(turn: Turn) -> None:
    """``!vraag <tekst>``, or as a reply to a message."""
    about, text = turn.message.event_id, turn.argument
    if turn.message.reply_to is not None:
        about, text = turn.message.reply_to, text or hearing.SEE_MESSAGE
    if not text:
        raise CommandRejected("no-text", "Schrijf: !vraag <uw vraag>. Of antwoord met !vraag op een bericht.")
    acute = acute_in(text)
    await hearing.numbers_first(turn, acute)
    await hearing.ask(turn, text, about, acute)


async def answer(turn: Turn) -> None:
    """``!antwoord <nr> [tekst]``."""
    number, text = _numbered(turn, N_("Schrijf: !antwoord <nummer> <tekst>. De nummers staan bij !vragen."))
    done = await questions.settle(turn.unit, turn.hub.guard, turn.context, number, "answered", text)
    await _heard(turn, done)


async def answered(turn: Turn) -> None:
    """``!beantwoord <nr>``: by phone, or at the bedside."""
    number, _ = _numbered(turn, N_("Schrijf: !beantwoord <nummer>. De nummers staan bij !vragen."))
    done = await questions.settle(turn.unit, turn.hub.guard, turn.context, number, "spoken")
    await _heard(turn, done)


async def no_question(turn: Turn) -> None:
    """``!geen vraag [nr]``."""
    what, _, rest = plain(turn.argument).partition(" ")
    if what != "vraag" or (rest and not rest.isascii()) or (rest and not rest.isdigit()) or len(rest) > 4:
        raise CommandRejected("bad-no-question", "Schrijf: !geen vraag, of !geen vraag <nummer>.")
    number = int(rest) if rest else await _meant(turn)
    if number is None:
        raise CommandRejected("no-such-question", "U heeft hier geen open vraag. Kijk met: !vragen")
    done = await questions.no_question(turn.unit, turn.hub.guard, turn.context, number)
    await turn.reply(turn.words("Vraag %(number)s is weg: het was geen vraag.") % {"number": done.number})


async def not_yet(turn: Turn) -> None:
    """``!nog niet [nr]``: it was not answered."""
    what, _, rest = plain(turn.argument).partition(" ")
    if what != "niet" or (rest and not (rest.isascii() and rest.isdigit() and len(rest) <= 4)):
        raise CommandRejected("bad-not-yet", "Schrijf: !nog niet, of !nog niet <nummer>.")
    heard = await questions.reopen(turn.unit, turn.hub.guard, turn.context, int(rest) if rest else None)
    await questions.tell_asker_and_owner(turn.unit, turn.hub.guard, turn.context, heard)


async def open_questions(turn: Turn) -> None:
    """``!vragen``, always in private."""
    found = await questions.open_questions(turn.unit, turn.hub.guard, turn.context)
    words = turn.own_words
    if not found:
        await turn.only_to_asker(words("Er zijn voor u geen open vragen."), (), turn.words(_IN_PRIVATE))
        return
    label: set[Section] = set()
    lines = [words("# Open vragen")]
    for one, text in found:
        lines.append(await _line(turn, one, text, words))
        if text is not None and one.asker_id != turn.context.actor.id:
            label |= one.label
    lines.append(words("Beantwoord? Typ: !antwoord <nr> <tekst>, of !beantwoord <nr> als u hebt gebeld."))
    await turn.only_to_asker("\n".join(lines), label, turn.words(_IN_PRIVATE))


async def ladder(turn: Turn) -> None:
    """``!ladder``, or ``!ladder <trede> na <uren> uur aan <wie>``."""
    if not turn.argument:
        view = await ladders.read_ladder(turn.unit, turn.hub.guard, turn.context)
        await turn.reply(ladder_text(view.ladder, turn.words))
        return
    match = _RUNG.match(turn.argument.strip())
    if match is None:
        raise CommandRejected(
            "bad-ladder",
            "Schrijf: !ladder <trede> na <uren> uur aan <wie>. Bijvoorbeeld: !ladder 2 na 3 uur aan huisarts",
        )
    amount = float(match["amount"].replace(",", "."))
    minutes = round(amount * 60) if match["unit"].casefold() in {"uur", "u"} else round(amount)
    stored, rung = await ladders.change_rung(
        turn.unit, turn.hub.guard, turn.context, int(match["number"]), who_named(match["who"]), minutes
    )
    said = turn.words("De ladder is veranderd (versie %(version)s). Trede %(number)s: %(rung)s.")
    filled = {"version": stored.version, "number": int(match["number"]), "rung": rung_text(rung, turn.words)}
    await turn.reply(said % filled)


def ladder_text(found: Ladder, words: Words) -> str:
    lines = [words("# Wie er wordt gevraagd als niemand antwoordt")]
    lines += [f"- {number}. {rung_text(rung, words)}" for number, rung in enumerate(found.rungs, 1)]
    lines.append(words("De coach verandert dit: !ladder <trede> na <uren> uur aan <wie>, of in het portaal."))
    return "\n".join(lines)


def rung_text(rung: Rung, words: Words) -> str:
    outside = words("daarbuiten de volgende werkdag voor 10.00 uur")
    if rung.outside is not None:
        outside = words("daarbuiten %(time)s") % {"time": hours_nl(rung.outside)}
    said = words("%(who)s, %(time)s in kantoortijd, %(outside)s")
    return said % {"who": words(rung.who.title_nl), "time": hours_nl(rung.within), "outside": outside}


async def _line(turn: Turn, one: Question, text: str | None, words: Words) -> str:
    people = await turn.unit.people.all_of({one.asker_id, one.owner_id})
    asker, owner = people[one.asker_id], people[one.owner_id]
    by = texts.named(asker, await role_in(turn.unit, one.circle_id, asker.id, turn.now))
    said = f"«{text}»" if text is not None else words("(de tekst mag ik u niet laten lezen)")
    when = words("acuut: bel") if one.acute else term_said(one.term_at, turn.now).said(words)
    line = words("- Vraag %(number)s van %(asker)s, bij %(owner)s, %(term)s: %(text)s")
    return line % {"number": one.number, "asker": by.said(words), "owner": owner.name.full, "term": when, "text": said}


async def _heard(turn: Turn, done: Question) -> None:
    """Who typed it elsewhere hears that it worked; in the room of the question it was just said."""
    if turn.message.room_id != done.room_id:
        await turn.reply(turn.words("Vraag %(number)s is beantwoord.") % {"number": done.number})


def _numbered(turn: Turn, usage: str) -> tuple[int, str | None]:
    match = _NUMBER.match(turn.argument)
    if match is None:
        raise CommandRejected("bad-number", usage)
    return int(match["number"]), match["text"]


async def _meant(turn: Turn) -> int | None:
    """As a reply: that question; else the last one of who types it."""
    if turn.message.reply_to is not None:
        found = await turn.unit.questions.of_event(turn.message.room_id, turn.message.reply_to)
        return found.number if found is not None else None
    return await questions.last_of(turn.unit, turn.context, open_ones=True)


QUESTION_COMMANDS: dict[str, CommandSpec] = {
    "vraag": CommandSpec("!vraag <tekst>", N_("iets vragen; u hoort wie antwoordt en wanneer"), question),
    "vragen": CommandSpec("!vragen", N_("welke vragen nog openstaan, in uw privékamer"), open_questions),
    "antwoord": CommandSpec("!antwoord <nr> [tekst]", N_("een vraag beantwoorden; voor zorgverleners"), answer),
    "beantwoord": CommandSpec("!beantwoord <nr>", N_("zeggen dat een vraag al is beantwoord"), answered),
    "nog": CommandSpec("!nog niet [nr]", N_("zeggen dat uw vraag nog niet is beantwoord"), not_yet),
    "geen": CommandSpec("!geen vraag [nr]", N_("zeggen dat iets geen vraag was"), no_question),
    "ladder": CommandSpec(
        "!ladder [<trede> na <uren> uur aan <wie>]",
        N_("wie er wordt gevraagd als niemand antwoordt; de coach verandert het"),
        ladder,
    ),
}
"""Word → command, for the table of commands."""
