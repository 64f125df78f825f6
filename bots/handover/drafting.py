"""Een concept tekenen, in the sender's private room: the text, at most two questions, and its code (ADR 0042).

Plain words answer the question that waits; typing the code signs. ``stop`` leaves the draft as it is: ``lees`` shows it
again, made from the dossier of that moment, with the code that counts then.
"""

import re
from dataclasses import replace

from bots.dossier.answering import CONVERSATIONS, QUESTIONS
from bots.dossier.turn import Turn
from bots.handover.delivery import compose, sections_of, text_for
from hub.application.use_cases import handover_signing as signing
from hub.application.use_cases.handovers import keep_letter, of_its_sender
from hub.domain.dialogue import Dialogue, DialogueState
from hub.domain.handover import Handover, HandoverState, Letter, code_of
from hub.domain.handover_commands import parse_words
from hub.domain.identifiers import new_id
from hub.domain.spelling import plain
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import Section
from hub.texts import N_

KIND = "overdracht"
TOLD = N_("U vindt het concept in uw privékamer met Kring.")
_ADVICE, _WORRY, _CODE = 0, 1, 2
_LOOKS_LIKE_A_CODE = re.compile(r"^[0-9A-Za-z]{4}[\s-]?[0-9A-Za-z]{4}$", re.ASCII)
_STOPS = frozenset({"stop", "pauze"})
_FIRST = N_("Vraag 1 van 2. Wat is uw advies aan wie het overneemt? Eén zin is genoeg. Niets bijzonders? Typ: geen")
_SECOND = N_("Vraag 2 van 2. Waar maakt u zich zorgen over? Niets bijzonders? Typ: geen")
_KEPT = N_(
    "Uw antwoorden komen bij het tekenen ook in het zorgplan. Wie het zorgplan mag lezen, leest ze dan, ook de patiënt."
)
_SIGN = N_("Klopt dit? Teken met de code van deze tekst. Typ: %(code)s, of: !teken %(number)s %(code)s")
_CHANGED = N_(
    "Er is niets getekend. Sinds u dit las, is er iets veranderd in het dossier. Dit is de nieuwe tekst; de oude code "
    "telt niet meer."
)
_STOPPED = N_("Het concept blijft staan. Er is nog niets overgedragen. Verder gaan: !overdracht %(number)s lees")


async def begin(turn: Turn, handover: Handover, letter: Letter) -> None:
    """Show the draft to its sender and ask the first question."""
    made = await _compose(turn, handover, letter)
    await keep_letter(turn.unit, turn.context, handover, made, signed=False)
    dialogue = Dialogue(
        id=new_id("dlg"),
        circle_id=turn.circle.id,
        patient_id=turn.circle.patient_id,
        person_id=turn.context.actor.id,
        kind=KIND,
        begun_at=turn.now,
        asked_at=turn.now,
        answers={},
        about=str(handover.number),
    )
    await turn.unit.dialogues.open(dialogue)
    words = turn.own_words
    body = f"# CONCEPT\n{made.text}\n{words(_FIRST)}\n{words(_KEPT)}"
    await turn.only_to_asker(body, sections_of(made.sections), turn.words(TOLD))


async def take(turn: Turn, dialogue: Dialogue) -> bool:
    """One answer; False when these words are no code and nothing else is asked: they stay talk."""
    number = int(dialogue.about or 0)
    said = turn.argument.strip()
    handover = await turn.unit.handovers.get(turn.circle.id, number)
    if handover is None or handover.state is not HandoverState.DRAFT:
        await turn.unit.dialogues.end(dialogue, DialogueState.STOPPED, turn.now)
        return False
    if plain(said) in _STOPS:
        await turn.unit.dialogues.end(dialogue, DialogueState.STOPPED, turn.now)
        await _say(turn, turn.own_words(_STOPPED) % {"number": number})
        return True
    if dialogue.step == _CODE:
        if not _LOOKS_LIKE_A_CODE.match(said):
            return False
        await sign(turn, number, said)
        return True
    letter = await turn.unit.handovers.letter(handover) or Letter()
    if dialogue.step == _ADVICE:
        kept = replace(letter, advice=parse_words(said))
        await turn.unit.handovers.write(handover, kept)
        await turn.unit.dialogues.save(replace(dialogue, step=_WORRY, asked_at=turn.now))
        await _say(turn, turn.own_words(_SECOND))
        return True
    await turn.unit.dialogues.save(replace(dialogue, step=_CODE, asked_at=turn.now))
    await _show(turn, handover, replace(letter, worry=parse_words(said)))
    return True


async def ask(turn: Turn, dialogue: Dialogue) -> None:
    """The question that waits, once more."""
    words = turn.own_words
    if dialogue.step == _CODE:
        await show(turn, int(dialogue.about or 0))
    else:
        await _say(turn, words(_FIRST if dialogue.step == _ADVICE else _SECOND))


async def show(turn: Turn, number: int) -> None:
    """``!overdracht <nr> lees``: the draft as the dossier makes it now, with its code."""
    draft = await of_its_sender(turn.unit, turn.context, number, {HandoverState.DRAFT})
    await _show(turn, draft, await turn.unit.handovers.letter(draft) or Letter())


async def sign(turn: Turn, number: int, code: str) -> None:
    """The code of the text: signed when the dossier still says the same, else shown anew with another code."""
    unit, guard, speaker = turn.unit, turn.hub.guard, turn.hub.speaker
    draft = await of_its_sender(unit, turn.context, number, {HandoverState.DRAFT})
    made = await _compose(turn, draft, await unit.handovers.letter(draft) or Letter())
    patient = await signing.patient_who_reads(unit, guard, turn.context, made)
    preview = turn.hub.settings.handover.terms().preview if patient is not None else None
    done = await signing.sign(unit, guard, turn.context, number, code, made, preview=preview)
    if done.outcome is signing.Outcome.CHANGED:
        await _tell_text(turn, done.handover, made, turn.own_words(_CHANGED))
        return
    dialogue = await unit.dialogues.find(turn.circle.id, turn.context.actor.id, KIND, DialogueState.OPEN, str(number))
    if dialogue is not None:
        await unit.dialogues.end(dialogue, DialogueState.DONE, turn.now)
    if patient is not None:
        body, label = await text_for(turn, patient, done.handover, replace(made, worry=""))
        await signing.show_patient(unit, speaker, turn.context, patient, done.handover, body, label)
    else:
        await signing.bring(unit, speaker, turn.context, done.handover, made)
    await signing.keep_said(unit, guard, turn.context, done.handover, made, turn.source)


async def _show(turn: Turn, draft: Handover, letter: Letter) -> None:
    made = await _compose(turn, draft, letter)
    kept = await keep_letter(turn.unit, turn.context, draft, made, signed=False)
    await _tell_text(turn, kept, made, "# CONCEPT")


async def _tell_text(turn: Turn, draft: Handover, letter: Letter, above: str) -> None:
    sign_with = turn.own_words(_SIGN) % {"code": code_of(draft.digest or ""), "number": draft.number}
    body = f"{above}\n{letter.text}\n{sign_with}"
    await turn.only_to_asker(body, sections_of(letter.sections), turn.words(TOLD))


async def _compose(turn: Turn, draft: Handover, letter: Letter) -> Letter:
    receiver = await turn.unit.people.get(draft.receiver_id) if draft.receiver_id else None
    return await compose(turn, draft, receiver, letter)


async def _say(turn: Turn, body: str, sections: frozenset[Section] = frozenset()) -> None:
    await turn.hub.speaker.private(turn.unit, turn.context, turn.context.actor, verbatim(body), sections)


CONVERSATIONS[KIND] = take
QUESTIONS[KIND] = ask
