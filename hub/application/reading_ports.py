"""What the dossier store gives to who reads or searches."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hub.domain.dossier import Entry
from hub.domain.entries import Kind, Value
from hub.domain.reading import Place
from hub.domain.vocabulary import Section


class Test(Protocol):
    """Whether an entry is what somebody looks for. The entry itself may be unopened: its value comes beside it."""

    def matches(self, entry: Entry, value: Value) -> bool: ...
    def written(self, entry: Entry, text: str, open_value: Callable[[Kind, str], Value]) -> bool:
        """The same with the value as it is stored, for who can tell from that without opening it further."""
        ...


Prepare = Callable[[Collection[str]], Awaitable[Test]]
"""Person ids of authors → the test."""


@dataclass(frozen=True, slots=True)
class Look:
    """Wat iemand te zien krijgt: for each entry the version in force and the proposal that waits, in order.

    ``left_out``: how many older ones are not here, of each kind of a section. ``earlier``: where those begin.
    """

    entries: list[Entry]
    left_out: Mapping[tuple[Section, Kind], int] = field(default_factory=dict)
    earlier: Place | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Wat iemand vond, the newest first. ``beside``: what the patient says of it (BW 7:454 lid 2). ``total``: how many
    there are, also those that are not here. ``agreed``: every agreement that was looked through, because whether one
    goes together with another is seen only beside it."""

    entries: list[Entry]
    beside: list[Entry]
    total: int
    agreed: list[Entry] = field(default_factory=list)
