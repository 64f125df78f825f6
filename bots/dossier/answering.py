"""Answers to what the bot asked: plain words in somebody's own private room belong to the question that waits there.

A conversation registers itself in :data:`CONVERSATIONS`. Commands (``!…``) are no answers and always work.
"""

from collections.abc import Awaitable, Callable

from bots.dossier.turn import Turn
from hub.domain.dialogue import Dialogue

Answering = Callable[[Turn, Dialogue], Awaitable[bool]]
"""Takes the answer (``turn.argument``, the whole message) in; False when these words answer nothing, and stay talk."""

CONVERSATIONS: dict[str, Answering] = {}
"""Kind of conversation → who takes its answers."""


async def waiting_for(turn: Turn) -> Dialogue | None:
    """The question that these words may answer: only in the asker's own private room."""
    if not await turn.in_private():
        return None
    return await turn.unit.dialogues.current(turn.circle.id, turn.context.actor.id)


async def answer(turn: Turn, dialogue: Dialogue) -> bool:
    """Give these words to the conversation that asked."""
    return await CONVERSATIONS[dialogue.kind](turn, dialogue)
