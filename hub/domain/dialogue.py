"""A conversation of the bot with one person (gesprek in de privékamer): one question at a time, answered in words.

The latest question is the one that an answer answers; when it is settled, the one before it is asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class DialogueState(StrEnum):
    """Stand van een gesprek."""

    OPEN = "open"
    """A question waits for its answer."""
    PAUSED = "paused"
    """Stopped by the person, to go on later; nothing is filed."""
    DONE = "done"
    STOPPED = "stopped"
    """Ended without filing: turned down, or overtaken."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Eén gesprek. ``answers`` is JSON that the kind of conversation understands; it is stored sealed."""

    id: str
    circle_id: str
    patient_id: str
    person_id: str
    kind: str
    """Which conversation: a key of ``bots.dossier.answering.CONVERSATIONS``."""
    begun_at: datetime
    asked_at: datetime
    """When the question that waits now was asked; the latest is the current one."""
    answers: Mapping[str, Any] = field(repr=False)
    step: int = 0
    state: DialogueState = DialogueState.OPEN
    about: str | None = None
    """What it is about, when it is about one thing: the event that is to be filed."""
