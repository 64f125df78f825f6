"""What a mutant is, and the list of them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

NIO = "tests/faults/nio/"
ROADS = tuple(f"tests/faults/test_{name}.py" for name in ("hostile_homeserver", "bad_roads", "crash_points"))
SwitchOff = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """``test`` must fail by an assertion of its own once ``switch_off`` ran. ``early``: from the start, not only around
    the test itself.
    """

    name: str
    what: str
    test: str
    switch_off: SwitchOff
    early: bool = False

    @property
    def quick(self) -> bool:
        """Needs no homeserver."""
        return not self.test.startswith((NIO, *ROADS))


MUTANTS: dict[str, Mutant] = {}


def mutant(name: str, what: str, test: str, *, early: bool = False) -> Callable[[SwitchOff], SwitchOff]:
    """Enter the decorated function in the list, as what switches a cure off."""

    def enter(switch_off: SwitchOff) -> SwitchOff:
        MUTANTS[name] = Mutant(name, what, test, switch_off, early)
        return switch_off

    return enter


async def nothing(*_arguments: Any, **_more: Any) -> None:
    """In the place of what is switched off."""
