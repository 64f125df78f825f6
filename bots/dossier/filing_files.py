"""A photo or a file from chat: first somebody says where it belongs, then it is fetched, cleaned and kept (ADR 0031).

Until then nothing of it is stored. The answer makes a second wish, because fetching takes the homeserver and no
transaction waits for that.
"""

import re
from dataclasses import replace
from typing import Any

from bots.dossier import filing_words
from bots.dossier.answering import CONVERSATIONS, QUESTIONS, ask_again
from bots.dossier.filing import already, origin_of
from bots.dossier.turn import Turn
from bots.dossier.words import section_named
from bots.runtime.sync_response import MESSAGE
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import text_at
from hub.application.use_cases import filing
from hub.domain.dialogue import Dialogue, DialogueState
from hub.domain.errors import CommandRejected
from hub.domain.filing import HIGH_RISK_SECTIONS
from hub.domain.spelling import plain
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import Section
from hub.texts import SAY_DUTCH, Words

KIND = "document"
_CHOICE = re.compile(r"^(?P<word>bevestig\s+)?(?P<number>[0-9]{1,2})[.)]?$", re.ASCII)
_NO = frozenset({"nee", "niet bewaren", "niet"})
_OFTEN = (Section.S5, Section.S8, Section.S6, Section.S7, Section.S2, Section.S4, Section.S1, Section.S9)
_MOST = 4
_LONGEST_ANSWER = 80


def carries_file(message: TrustedMessage) -> bool:
    """A photo or a file, as far as its sender says; what it is, is seen when it is fetched."""
    return message.type == MESSAGE and message.msgtype in {"m.image", "m.file"}


def file_name(message: TrustedMessage) -> str:
    """What its sender calls it, on one line."""
    return " ".join((text_at(message.content, "filename") or message.body).split())[:200]


def options(sections: tuple[Section, ...], asked: Section | None) -> tuple[Section, ...]:
    """The sections that are offered by number."""
    if asked is not None:
        return (asked,) if asked in sections else ()
    return tuple(section for section in _OFTEN if section in sections)[:_MOST]


def question(answers: Any, words: Words = SAY_DUTCH) -> str:
    """Which file, of whom, and where it could go."""
    what = words("een foto") if answers["photo"] else words("een bestand")
    head = words("%(who)s stuurde op %(when)s %(what)s: %(name)s") % {
        "who": answers["by"],
        "when": answers["at"],
        "what": what,
        "name": filing_words.quote(answers["text"]),
    }
    offered = [Section(value) for value in answers["options"]]
    lines = ["# " + words("Bewaren in het dossier?"), head]
    for number, section in enumerate(offered, 1):
        title = words("Bij %(section)s (%(code)s)") % {"section": words(section.title_nl), "code": section.value}
        lines.append(filing_words.choice(number, title, words, section in HIGH_RISK_SECTIONS))
    lines.append(f"{len(offered) + 1}. {words('Een ander onderdeel')}")
    lines.append("0. " + words("Niet bewaren"))
    if answers["photo"]:
        lines.append(words("Uit een foto haal ik de plaats en het toestel weg."))
    lines.append(words("Antwoord met het nummer. Zonder uw antwoord bewaar ik niets."))
    return "\n".join(lines)


async def ask(turn: Turn, dialogue: Dialogue) -> None:
    """The question once more, in the private room of who was asked."""
    body = question(dialogue.answers, turn.own_words)
    if dialogue.answers["stage"] == "section":
        body = filing_words.which_section(_sections(dialogue), turn.own_words)
    await turn.hub.speaker.private(turn.unit, turn.context, turn.context.actor, verbatim(body), ())


async def answered(turn: Turn, dialogue: Dialogue) -> bool:
    """A number, ``bevestig`` and a number, or (when asked for) the name of a section. Everything else is talk."""
    said = plain(turn.argument)
    if len(turn.argument) > _LONGEST_ANSWER:
        return False
    match = _CHOICE.match(said)
    number = int(match["number"]) if match else None
    offered = [Section(value) for value in dialogue.answers["options"]]
    if number == 0 or said in _NO:
        await _no(turn, dialogue)
    elif match is None and dialogue.answers["stage"] == "section":
        typed, name = said.startswith("bevestig "), said.removeprefix("bevestig ")
        await _keep(turn, dialogue, section_named(name), typed=typed, as_said=name)
    elif number is None:
        return False
    elif number == len(offered) + 1:
        asked = replace(dialogue, answers={**dialogue.answers, "stage": "section"}, asked_at=turn.now)
        await turn.unit.dialogues.save(asked)
        await ask(turn, asked)
    elif number <= len(offered):
        chosen = offered[number - 1]
        await _keep(turn, dialogue, chosen, typed=bool(match and match["word"]), as_said=str(number))
    else:
        raise CommandRejected("no-such-choice", turn.words("Dat nummer staat er niet bij. Kies er een uit de lijst."))
    return True


async def _keep(turn: Turn, dialogue: Dialogue, section: Section, *, typed: bool, as_said: str) -> None:
    if section not in _sections(dialogue):
        raise CommandRejected(
            "not-that-section", turn.words("Dat onderdeel staat er niet bij. Kies er een uit de lijst.")
        )
    if section in HIGH_RISK_SECTIONS and not typed:
        raise CommandRejected(
            "needs-word",
            turn.words("Dit weegt zwaar. Klopt het echt? Antwoord dan met: bevestig %(number)s") % {"number": as_said},
        )
    answers = dialogue.answers
    before = await filing.filed_before(
        turn.unit, turn.hub.guard, turn.context, answers["room"], answers["event"], section
    )
    if before is not None:
        await _done(turn, dialogue, already(turn, before))
        return
    await filing.wish_to_fetch(turn.unit, turn.context, origin_of(answers), section)
    await _done(turn, dialogue, turn.words("Ik haal het op. U hoort zo of het bewaard is."))


async def _no(turn: Turn, dialogue: Dialogue) -> None:
    await turn.unit.dialogues.end(dialogue, DialogueState.STOPPED, turn.now)
    await filing.turn_down(turn.unit, turn.context, dialogue.answers["event"], KIND)
    await turn.reply(turn.words("Goed. Ik bewaar het niet."))
    await ask_again(turn)


async def _done(turn: Turn, dialogue: Dialogue, said: str) -> None:
    await turn.unit.dialogues.end(dialogue, DialogueState.DONE, turn.now)
    await turn.reply(said)
    await ask_again(turn)


def _sections(dialogue: Dialogue) -> tuple[Section, ...]:
    return tuple(Section(value) for value in dialogue.answers["sections"])


CONVERSATIONS[KIND] = answered
QUESTIONS[KIND] = ask
