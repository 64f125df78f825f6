"""Bewaren uit de chat: from the words of a message to numbered proposals, by rules (ADR 0030). Pure; decides nothing.

A human chooses one. What weighs most (limits of treatment, capacity, medication, consent) takes a typed word and not a
bare number, because a number may answer another question than the one that was read.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hub.domain import entries
from hub.domain.advance_care_plan import Decision, Treatment, TreatmentDirective
from hub.domain.dossier import NEEDS_CONFIRMATION
from hub.domain.entries import KINDS, Kind, Note, Value, kind_of
from hub.domain.filing_rules import (
    complaint_scores,
    complexity_level,
    directives,
    pain_figures,
    performance,
    phone_numbers,
    reachable,
    section_counts,
    told_in_confidence,
    wished_place,
)
from hub.domain.function import PerformanceScore, Scale
from hub.domain.network_kinds import Hours, Reachability
from hub.domain.observations import Complexity, ItemScore, PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.values import PartialDate, check_text
from hub.domain.vocabulary import Role, Section
from hub.domain.wishes import PreferredPlaceOfDeath, View

MOST = 4
"""Proposals at once: what does not fit on a phone is not read."""
LONGEST_NOTE = 7000
HIGH_RISK_SECTIONS = frozenset({Section.S3, Section.S7, Section.S11})
"""Where also a note takes a typed word: limits and capacity, medication, consent."""
_REPORTERS = {Role.PATIENT: Reporter.PATIENT, Role.RELATIVE: Reporter.RELATIVE, Role.REPRESENTATIVE: Reporter.RELATIVE}
_FALLBACK = Section.S8


@dataclass(frozen=True, slots=True)
class Said:
    """Wat iemand schreef. ``by``: "Pieter de Wit (naaste)"; ``at``: "3-11-2026 08:14", Dutch time; ``on`` that day."""

    text: str = field(repr=False)
    name: str
    by: str
    role: Role
    at: str
    on: date

    @property
    def reporter(self) -> Reporter:
        """Whose series a score in these words belongs to: that of who wrote them, not of who files them."""
        return _REPORTERS.get(self.role, Reporter.PROFESSIONAL)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Eén voorstel: this value, in this section."""

    section: Section
    value: Value = field(repr=False)

    @property
    def kind(self) -> Kind:
        return kind_of(self.value)

    @property
    def needs_word(self) -> bool:
        """Takes a typed word, never a bare number (I9)."""
        return self.kind in NEEDS_CONFIRMATION or self.section in HIGH_RISK_SECTIONS

    def title_nl(self) -> str:
        """ "Pijnscore 8, volgens de naaste (S5)", "Notitie bij Klachten en functioneren (S5)"."""
        if isinstance(self.value, Note):
            return f"Notitie bij {self.section.title_nl} ({self.section.value})"
        if isinstance(self.value, PainScore):
            return f"Pijnscore {self.value.score}, {self.value.reporter.nl} ({self.section.value})"
        sentence = " ".join(entries.sentence_nl(self.value).split()).rstrip(".")
        return f"{KINDS[self.kind].title_nl}: {sentence} ({self.section.value})"

    def as_json(self) -> dict[str, Any]:
        """To be kept, sealed, until somebody answers."""
        return {"section": self.section.value, "kind": self.kind.value, "value": entries.to_json(self.value)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Proposal":
        """:raises ValueError: not what :meth:`as_json` made"""
        return cls(Section(data["section"]), entries.from_json(Kind(data["kind"]), data["value"]))


def propose(said: Said, asked: Section | None = None) -> tuple[Proposal, ...]:
    """Between none (nothing to read) and :data:`MOST` proposals, the most telling first, always with a note.

    :param asked: the section that the asker named; then nothing is proposed for another
    """
    if not readable(said.text).strip():
        return ()
    found = [proposal for rule in _RULES for proposal in rule(said)]
    if asked is not None:
        found = [proposal for proposal in found if proposal.section is asked]
        return tuple(dict.fromkeys([*found[: MOST - 1], note_in(said, asked)]))
    confidence = [note_in(said, Section.S10)] if told_in_confidence(said.text) else []
    notes = [note_in(said, section) for section in _noted(said.text, found) if section is not Section.S10]
    # A confidence comes first, a note comes always; in between what the rules read most surely.
    kept = [*confidence, *found][: MOST - 1]
    kept += notes[: max(1, MOST - len(kept))]
    return tuple(dict.fromkeys(kept))[:MOST]


def note_in(said: Said, section: Section) -> Proposal:
    """The words themselves, with who wrote them and when."""
    words = readable(said.text).strip()
    if len(words) > LONGEST_NOTE:
        words = words[:LONGEST_NOTE] + " …"
    return Proposal(section, Note(f"{said.by} schreef op {said.at}: “{words}”"))


def readable(text: str) -> str:
    """The words without characters that cannot be kept, because they are not seen or change the order of reading."""
    try:
        check_text(text, len(text) + 1)
    except ValueError:
        # What ends a line in another alphabet still keeps two words apart.
        return "".join(char if _may_stand(char) else " " if char.isspace() else "" for char in text)
    return text


def _may_stand(char: str) -> bool:
    try:
        check_text(f"a{char}", 10)
    except ValueError:
        return False
    return True


def content_sha256(content: Mapping[str, Any]) -> str:
    """SHA-256 of decrypted content as canonical JSON (sorted keys, no spaces, UTF-8), in hex."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _noted(text: str, found: Sequence[Proposal]) -> list[Section]:
    """Sections for a note: medication always, then whose words occur most; of equals the one where a rule found
    something, then the earlier one."""
    counts = section_counts(text)
    structured = {proposal.section for proposal in found}
    ranked = sorted(counts, key=lambda s: (-counts[s], s not in structured, int(s.value[1:])))
    ranked = [section for section in ranked if section is not Section.S10]
    if not ranked:
        return sorted(structured, key=lambda s: int(s.value[1:])) or [_FALLBACK]
    return [*ranked[:1], *([Section.S7] if Section.S7 in ranked[1:] else [])]


def _measured(said: Said) -> list[Proposal]:
    scores = complaint_scores(said.text)
    pain = pain_figures(said.text)
    found = []
    if any(item is not SymptomItem.PAIN for item, _ in scores):
        items = [ItemScore(item, score) for item, score in scores if item is not SymptomItem.PAIN]
        items += [ItemScore(SymptomItem.PAIN, pain[0])] if len(pain) == 1 else []
        found.append(Proposal(Section.S5, SymptomScores(tuple(items), said.reporter)))
    return found + [Proposal(Section.S5, PainScore(figure, said.reporter)) for figure in pain[:2]]


def _complexity(said: Said) -> list[Proposal]:
    level = complexity_level(said.text)
    return [] if level is None else [Proposal(Section.S2, Complexity(level))]


def _place(said: Said) -> list[Proposal]:
    place = wished_place(said.text)
    if place is None:
        return []
    # A relative's view is kept apart and never counts as the patient's wish, also when they report it.
    relative = said.reporter is Reporter.RELATIVE
    wish = PreferredPlaceOfDeath(
        place,
        view=View.RELATIVE if relative else View.PATIENT,
        viewed_by=said.name if relative else None,
        asked_on=PartialDate.of(said.on),
    )
    return [Proposal(Section.S4, wish)]


def _limits(said: Said) -> list[Proposal]:
    found: tuple[tuple[Treatment, Decision], ...] = directives(said.text)
    return [Proposal(Section.S3, TreatmentDirective(treatment, decision)) for treatment, decision in found]


def _functioning(said: Said) -> list[Proposal]:
    found = performance(said.text)
    return [] if found is None else [Proposal(Section.S5, PerformanceScore(Scale(found[0]), found[1]))]


def _reachable(said: Said) -> list[Proposal]:
    known = [
        Proposal(Section.S8, Reachability(tuple(map(Hours, hours)), who, phone))
        for hours, who, phone in reachable(said.text)
    ]
    return known[:1] or ([note_in(said, Section.S1)] if phone_numbers(said.text) else [])


_RULES: Sequence[Callable[[Said], list[Proposal]]] = (
    _measured,
    _functioning,
    _complexity,
    _place,
    _limits,
    _reachable,
)
"""In the order in which their proposals are numbered."""
