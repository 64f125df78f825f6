"""Filing from chat: 📌 and ``!bewaar`` are wishes; the numbered answer in the private room files (ADR 0030)."""

import re
from dataclasses import replace
from typing import Any

from bots.dossier import filing_words, views
from bots.dossier.answering import CONVERSATIONS, QUESTIONS, ask_again
from bots.dossier.reading import read
from bots.dossier.turn import Turn
from bots.dossier.words import section_named
from bots.runtime.trust import TrustedMessage
from hub.adapters.sql.times import from_micros
from hub.application.use_cases import filing
from hub.domain.dialogue import Dialogue, DialogueState
from hub.domain.dossier import Entry
from hub.domain.errors import CommandRejected
from hub.domain.filing import HIGH_RISK_SECTIONS, Proposal, Said, note_in
from hub.domain.identifiers import EntryRef
from hub.domain.spelling import plain
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import Role, Section

KIND = "filing"
PIN = "📌"
WORD = "bewaar"
_CHOICE = re.compile(r"^(?P<word>bevestig\s+)?(?P<number>[0-9]{1,2})[.)]?$", re.ASCII)
_NO = frozenset({"nee", "niet bewaren", "niet", "zo laten", "laten staan"})
_LONGEST_ANSWER = 80


def is_pin(key: str) -> bool:
    """📌, with or without the mark that makes it a picture (U+FE0F)."""
    return key.rstrip("\ufe0f\ufe0e") == PIN


def caption_asks(message: TrustedMessage, names: tuple[str, ...]) -> str | None:
    """What stands behind ``!bewaar`` in the caption of something that is no text; None when nothing asks for it."""
    if message.msgtype == "m.text" or message.is_edit:
        return None
    spoken = read(message.body, names, is_reply=message.reply_to is not None)
    return spoken.argument if spoken is not None and spoken.word == WORD else None


async def keep(turn: Turn) -> None:
    """``!bewaar [onderdeel]`` as a reply. The answer comes in the private room, when the message was fetched."""
    if turn.message.reply_to is None:
        raise CommandRejected("nothing-to-keep", turn.words(filing_words.NOTHING_TO_POINT_AT))
    await wish(turn, turn.message.reply_to)


async def wish(turn: Turn, event_id: str) -> None:
    section = section_named(turn.argument) if turn.argument else None
    noted = await filing.wish_to_keep(turn.unit, turn.context, event_id=event_id, section=section, by_word=True)
    if not noted:
        raise CommandRejected(
            "too-many", turn.words("U wees het laatste uur heel veel berichten aan. Wacht even en probeer het opnieuw.")
        )


async def ask(turn: Turn, dialogue: Dialogue) -> None:
    """The question once more, in the private room of who was asked."""
    body = filing_words.question(dialogue.answers, turn.own_words)
    if dialogue.answers.get("stage") == "section":
        body = filing_words.which_section(_sections(dialogue), turn.own_words)
    await turn.hub.speaker.private(turn.unit, turn.context, turn.context.actor, verbatim(body), ())


async def answered(turn: Turn, dialogue: Dialogue) -> bool:
    """A number, ``bevestig`` and a number, or (when asked for) the name of a section. Everything else is talk."""
    said = plain(turn.argument)
    if len(turn.argument) > _LONGEST_ANSWER:
        return False
    match = _CHOICE.match(said)
    number = int(match["number"]) if match else None
    if number == 0 or said in _NO:
        await _no(turn, dialogue)
        return True
    if dialogue.answers.get("stage") == "section" and match is None:
        return await _in_section(turn, dialogue, said)
    if number is None:
        return False
    options = [Proposal.from_json(option) for option in dialogue.answers["options"]]
    sections = _sections(dialogue)
    if dialogue.answers["mode"] == "file" and sections and number == len(options) + 1:
        await _ask_section(turn, dialogue)
    elif dialogue.answers["mode"] == "lapse":
        ref = EntryRef.parse(dialogue.answers["ref"])
        if _fits(turn, number, 1, typed=bool(match and match["word"]), weighty=ref.section in HIGH_RISK_SECTIONS):
            await _done(turn, dialogue, await _lapsed(turn, dialogue, ref))
    else:
        weighty = 1 <= number <= len(options) and options[number - 1].needs_word
        if _fits(turn, number, len(options), typed=bool(match and match["word"]), weighty=weighty):
            await _settle(turn, dialogue, options[number - 1])
    return True


def _fits(turn: Turn, number: int, most: int, *, typed: bool, weighty: bool) -> bool:
    """:raises CommandRejected: no such number, or what weighs most was not confirmed with the word"""
    if not 1 <= number <= most:
        raise CommandRejected("no-such-choice", turn.words("Dat nummer staat er niet bij. Kies er een uit de lijst."))
    if weighty and not typed:
        raise CommandRejected(
            "needs-word",
            turn.words("Dit weegt zwaar. Klopt het echt? Antwoord dan met: bevestig %(number)s") % {"number": number},
        )
    return True


async def _settle(turn: Turn, dialogue: Dialogue, chosen: Proposal) -> None:
    answers = dialogue.answers
    if answers["mode"] == "mend":
        ref = EntryRef.parse(answers["ref"])
        entry = await filing.follow_edit(turn.unit, turn.hub.guard, turn.context, ref, chosen.value, origin_of(answers))
        said = turn.words("%(ref)s is hersteld (versie %(version)s).") % {"ref": ref, "version": entry.version}
        await _done(turn, dialogue, said)
        return
    if answers.get("withdrawn"):
        await turn.unit.dialogues.end(dialogue, DialogueState.STOPPED, turn.now)
        await filing.turn_down(turn.unit, turn.context, answers["event"], "withdrawn")
        await turn.reply(turn.words("Dat bericht is intussen ingetrokken. Ik heb niets bewaard."))
        await ask_again(turn)
        return
    asked = chosen.section if answers.get("asked") else None
    before = await filing.filed_before(
        turn.unit, turn.hub.guard, turn.context, answers["room"], answers["event"], asked
    )
    if before is not None:
        await _done(turn, dialogue, already(turn, before))
        return
    entry = await filing.keep(turn.unit, turn.hub.guard, turn.context, chosen, origin_of(answers))
    if entry.section is Section.S10 and not await turn.hub.guard.may_read_all(turn.unit, turn.context, (Section.S10,)):
        # The number would tell how much others said in confidence (BW 7:456; T38).
        await _done(turn, dialogue, turn.words("In vertrouwen vastgelegd."))
        return
    await _done(turn, dialogue, f"{views.recorded(entry, turn.words)}\n{chosen.title_nl()}")


def already(turn: Turn, entry: Entry) -> str:
    return turn.words("Dat bericht is al bewaard, als %(ref)s.") % {"ref": entry.ref}


def origin_of(answers: Any) -> filing.Origin:
    """Where the words came from, as it was when they were proposed."""
    return filing.Origin(
        answers["room"], answers["event"], answers["sha256"], answers["sender"], from_micros(answers["sent_at"])
    )


async def _lapsed(turn: Turn, dialogue: Dialogue, ref: EntryRef) -> str:
    await filing.let_lapse(turn.unit, turn.hub.guard, turn.context, ref, dialogue.answers["event"])
    return turn.words("%(ref)s vervalt. Wat er stond, blijft bewaard en is niet meer te zien.") % {"ref": ref}


async def _in_section(turn: Turn, dialogue: Dialogue, said: str) -> bool:
    typed = said.startswith("bevestig ")
    section = section_named(said.removeprefix("bevestig "))
    if section not in _sections(dialogue):
        raise CommandRejected(
            "not-that-section", turn.words("Dat onderdeel staat er niet bij. Kies er een uit de lijst.")
        )
    if section in HIGH_RISK_SECTIONS and not typed:
        name = turn.words(section.title_nl).casefold()
        raise CommandRejected(
            "needs-word",
            turn.words("Dit weegt zwaar. Klopt het echt? Antwoord dan met: bevestig %(name)s") % {"name": name},
        )
    await _settle(turn, dialogue, note_in(said_of(dialogue.answers), section))
    return True


def said_of(answers: Any) -> Said:
    """The words as they were proposed."""
    at = from_micros(answers["sent_at"]).astimezone(views.AMSTERDAM)
    return Said(answers["text"], answers["name"], answers["by"], Role(answers["role"]), answers["at"], at.date())


async def _ask_section(turn: Turn, dialogue: Dialogue) -> None:
    asked = replace(dialogue, answers={**dialogue.answers, "stage": "section"}, asked_at=turn.now)
    await turn.unit.dialogues.save(asked)
    await ask(turn, asked)


async def _no(turn: Turn, dialogue: Dialogue) -> None:
    await turn.unit.dialogues.end(dialogue, DialogueState.STOPPED, turn.now)
    await filing.turn_down(turn.unit, turn.context, dialogue.answers["event"], str(dialogue.answers["mode"]))
    said = {"file": turn.words("Goed. Ik bewaar het niet."), "mend": turn.words("Goed. Ik laat het zo.")}
    await turn.reply(said.get(dialogue.answers["mode"], turn.words("Goed. De regel blijft staan.")))
    await ask_again(turn)


async def _done(turn: Turn, dialogue: Dialogue, said: str) -> None:
    await turn.unit.dialogues.end(dialogue, DialogueState.DONE, turn.now)
    await turn.reply(said)
    await ask_again(turn)


def _sections(dialogue: Dialogue) -> tuple[Section, ...]:
    return tuple(Section(value) for value in dialogue.answers.get("sections", ()))


CONVERSATIONS[KIND] = answered
QUESTIONS[KIND] = ask
