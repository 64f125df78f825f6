"""Conversations of the bot with one person: a part of :mod:`hub.application.ports`."""

from datetime import datetime
from typing import Protocol

from hub.domain.dialogue import Dialogue, DialogueState


class Dialogues(Protocol):
    """Gesprekken in privékamers; the answers are sealed with the patient's key."""

    async def open(self, dialogue: Dialogue) -> None: ...
    async def current(self, circle_id: str, person_id: str) -> Dialogue | None:
        """The open conversation whose question was asked last."""
        ...

    async def find(
        self, circle_id: str, person_id: str, kind: str, state: DialogueState, about: str | None = None
    ) -> Dialogue | None:
        """The latest of this kind in this state (and about this), if any."""
        ...

    async def save(self, dialogue: Dialogue) -> None:
        """Answers, step, state and ``asked_at`` as they are in ``dialogue`` now."""
        ...

    async def end(self, dialogue: Dialogue, state: DialogueState, at: datetime) -> None:
        """Done or stopped: the answers are emptied, because what counts is filed by now."""
        ...
