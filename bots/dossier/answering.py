"""Answers to what the bot asked: plain words in somebody's own private room belong to the question that waits there.

A conversation registers itself in :data:`CONVERSATIONS`, and in :data:`QUESTIONS` how it asks once more. Commands
(``!…``) are no answers and always work. Of several waiting questions the one asked last is the current one; who
settles one calls :func:`ask_again`, so that the one below it is not forgotten (ADR 0032).
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from bots.dossier.turn import Turn
from hub.domain.dialogue import Dialogue, DialogueState
from hub.domain.spoken import phrase
from hub.texts import N_

Answering = Callable[[Turn, Dialogue], Awaitable[bool]]
"""Takes the answer (``turn.argument``, the whole message) in; False when these words answer nothing, and stay talk."""
Asking = Callable[[Turn, Dialogue], Awaitable[None]]
"""Asks the question that waits, in the private room of who it was asked."""

CONVERSATIONS: dict[str, Answering] = {}
"""Kind of conversation → who takes its answers."""
QUESTIONS: dict[str, Asking] = {}
"""Kind of conversation → who asks its question again."""
IDLE = timedelta(days=7)
"""A question that waits longer is paused when somebody next looks: words of today are no answer to last week."""


_ALSO_WITH_A_MARK = frozenset({"terug", "overslaan", "vastleggen", "wijzig", "samenvatting", "weggooien", "zo"})
_WAITED_TOO_LONG = N_("Mijn vraag stond een week stil en is gepauzeerd. Niets is weg. Verder gaan: !verder")


async def waiting_for(turn: Turn) -> Dialogue | None:
    """The question that these words may answer: only in the asker's own private room."""
    if not await turn.in_private():
        return None
    return await current(turn)


async def current(turn: Turn) -> Dialogue | None:
    """The question that this person was asked last and that still waits. What waited too long is paused, and told."""
    paused = False
    while (found := await turn.unit.dialogues.current(turn.circle.id, turn.context.actor.id)) is not None:
        if turn.now - found.asked_at < IDLE:
            break
        await turn.unit.dialogues.save(replace(found, state=DialogueState.PAUSED))
        paused = True
    if paused:
        await turn.hub.speaker.private(turn.unit, turn.context, turn.context.actor, phrase(_WAITED_TOO_LONG), ())
    return found


async def answer(turn: Turn, dialogue: Dialogue) -> bool:
    """Give these words to the conversation that asked."""
    return await CONVERSATIONS[dialogue.kind](turn, dialogue)


async def answered_with_a_mark(turn: Turn, word: str) -> bool:
    """``!terug``: who types ``!`` before everything means the same; only words that are no command, in the own room."""
    if word not in _ALSO_WITH_A_MARK:
        return False
    waiting = await waiting_for(turn)
    return waiting is not None and await answer(replace(turn, argument=f"{word} {turn.argument}".strip()), waiting)


async def ask_again(turn: Turn) -> None:
    """After a conversation was settled: the question below it is asked once more, if one waits."""
    below = await current(turn)
    if below is None:
        return
    await turn.unit.dialogues.save(replace(below, asked_at=turn.now))
    ask = QUESTIONS.get(below.kind)
    if ask is not None:
        await ask(turn, below)
