"""One row of the table of commands."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bots.dossier.turn import Turn


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command. ``usage`` and ``summary`` make the help."""

    usage: str
    summary: str
    run: Callable[[Turn], Awaitable[None]]
