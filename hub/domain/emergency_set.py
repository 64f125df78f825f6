"""The out-of-hours set (spoedset, ANW-kaart): one page that a carer at night needs, and nothing more (NHG; §3.8).

What it is; :mod:`hub.domain.emergency_composing` makes it from the dossier, :mod:`hub.domain.emergency_page` says it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from hub.domain.vocabulary import Role, Section

SECTIONS = (Section.S1, Section.S2, Section.S3, Section.S4, Section.S7, Section.S8)
"""Where it is made from. Never from S6 or S10."""
HOLDERS = frozenset({Role.COACH, Role.GP, Role.LOCUM, Role.SPECIALIST, Role.HOME_CARE, Role.FACILITY})
"""Who must have it at hand: every new version is sent to them."""


@dataclass(frozen=True, slots=True)
class Caution:
    """Let op: what is stale in a part, by its references. ``said`` for who may read ``sections`` too, where something
    changed; ``otherwise`` for the rest, and empty when nothing is left to tell."""

    said: str
    sections: tuple[Section, ...] = ()
    otherwise: str = ""

    def to(self, opened: Iterable[Section]) -> str:
        """As this reader hears it; empty: not at all."""
        return self.said if set(self.sections) <= set(opened) else self.otherwise


@dataclass(frozen=True, slots=True)
class Part:
    """Een kop met regels. ``missing``: the dossier does not say. ``urgent``: a change is pushed to every holder."""

    section: Section
    title: str
    lines: tuple[str, ...]
    missing: bool = False
    urgent: bool = False
    cautions: tuple[Caution, ...] = ()
    """What is stale; not part of what every holder must acknowledge: the agreements themselves are the same."""


@dataclass(frozen=True, slots=True)
class EmergencySet:
    """Spoedset: what it says. Version, maker and moment stand beside it (:class:`MadeSet`)."""

    parts: tuple[Part, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What the dossier does not say, by its heading."""
        return tuple(part.title for part in self.parts if part.missing)

    @property
    def ready(self) -> bool:
        """Something in it matters at a bedside, so that people must have it."""
        return any(part.urgent and not part.missing for part in self.parts)

    def urgently_differs(self, earlier: "EmergencySet | None") -> bool:
        """True when what decides about treatment at night changed."""
        return earlier is None or self._urgent() != earlier._urgent()

    def changed_since(self, earlier: "EmergencySet | None") -> tuple[str, ...]:
        """The headings under which something else stands than in ``earlier``; that something became stale is none."""
        before = {part.title: replace(part, cautions=()) for part in earlier.parts} if earlier is not None else {}
        now = {part.title: replace(part, cautions=()) for part in self.parts}
        gone = tuple(title for title in before if title not in now)
        return tuple(title for title, part in now.items() if before.get(title) != part) + gone

    def _urgent(self) -> list[Part]:
        return [replace(part, cautions=()) for part in self.parts if part.urgent]


@dataclass(frozen=True, slots=True)
class MadeSet:
    """Een versie van de spoedset van één patiënt, zoals bewaard."""

    patient_id: str
    version: int
    made_by: str
    made_at: datetime
    content: EmergencySet
    checked_at: datetime | None = None
    """When it was last made again and came out the same; None: never since."""
