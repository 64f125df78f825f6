"""De rollentabel: who may do what, printed for people who do not read code, and computed only by asking the engine.

``python -m hub.access.matrix > policies/role_matrix.txt`` writes the table that the tests compare.
"""

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path
from typing import Any

from hub.access.engine import PolicyEngine
from hub.access.limits import LIMITS
from hub.access.questions import A_MOMENT, ordinary
from hub.domain.access import AccessRequest, Decision
from hub.domain.vocabulary import (
    CIRCLE_ACTIONS,
    SECTION_ACTIONS,
    Action,
    AgeBand,
    EmergencyChoice,
    PatientState,
    Role,
    Section,
)

_FACTS = {
    "representative_active": "als actief",
    "consented": "toestemming",
    "discussed": "na bespreken",
    "lead": "als regie",
    "case_open": "in een zaak",
    "approved": "na akkoord",
    "stepped_up": "sterk aangemeld",
}
_OUTSIDE = "van buiten"
"""The mark of what is only for those without a place in the circle: the emergency procedure."""
_SECTION_LINES = ((Action.READ, Action.RECORD, Action.CONFIRM), (Action.CORRECT, Action.STATE, Action.EXPORT))
_CIRCLE_LINES = (
    (Action.INVITE, Action.REMOVE, Action.LEAVE),
    (Action.AUDIT, Action.TRUST, Action.DECLARE),
    (Action.EMERGENCY_READ, Action.BREAK_GLASS, Action.DESTROY),
    (Action.LEAD,),
)
"""At most three columns beside each other, so that a line still fits on paper."""
ACTIONS_NL = {
    Action.READ: "lezen",
    Action.RECORD: "vastleggen",
    Action.CONFIRM: "bevestigen",
    Action.CORRECT: "herstellen",
    Action.STATE: "verklaring",
    Action.EXPORT: "afschrift",
    Action.INVITE: "uitnodigen",
    Action.REMOVE: "verwijderen",
    Action.LEAVE: "zelf weggaan",
    Action.AUDIT: "logboek inzien",
    Action.TRUST: "identiteit bevestigen",
    Action.DECLARE: "toestand vaststellen",
    Action.LEAD: "regie dragen",
    Action.BREAK_GLASS: "noodprocedure",
    Action.EMERGENCY_READ: "spoedset lezen",
    Action.DESTROY: "vernietigen",
}
_NO = "–"
_ROLE_WIDTH = 37
_CELL_WIDTH = 31

_INTRODUCTION = """\
Wie mag wat in Kring
====================
Deze tabel is uitgerekend door het beleid zelf te bevragen; pas hem niet met de hand aan (zie README.md).

ja              mag, binnen een actieve zorgrelatie (zie de laatste tabel voor wie die nodig heeft)
toestemming     mag als de patiënt toestemming gaf voor deze persoon en dit onderdeel
als actief      mag zolang de vertegenwoordiging actief is
na bespreken    mag nadat de markering met de patiënt is besproken
als regie       mag als deze persoon de regie over de kring heeft
in een zaak     mag zolang er een zaak over deze patiënt openstaat
na akkoord      mag als een tweede mens, die dit ook mag, akkoord gaf
sterk aangemeld mag na aanmelden op het hoogste niveau, minder dan vijf minuten geleden
van buiten      mag zonder plaats in de kring, als de patiënt voor spoed ja koos
(woord)         mag beperkt; de woorden staan onderaan
–               mag niet
"""


def render_matrix(engine: PolicyEngine) -> str:
    """De tabel als platte tekst: onderdelen met rollen × handelingen; de kring; wat alles afsluit; de beperkingen."""
    table = _Table(engine)
    blocks = [_INTRODUCTION]
    for section in Section:
        heading = f"{section} {section.title_nl}"
        blocks.append(_render(heading, table, _SECTION_LINES, section))
    blocks.append(_render("De kring als geheel", table, _CIRCLE_LINES, None))
    blocks.append(_render_closures(engine))
    words = sorted(table.limits)
    blocks.append("\n".join(["Beperkingen", "-----------", *(f"{word:<20}{LIMITS[word]}" for word in words)]) + "\n")
    return "\n".join(blocks)


class _Table:
    """Asks per cell which sets of facts open it, and keeps the limits it meets for the legend."""

    def __init__(self, engine: PolicyEngine) -> None:
        self._engine = engine
        self.limits: set[str] = set()

    def rows(self, actions: Sequence[Action], section: Section | None) -> Iterator[tuple[str, list[str]]]:
        for role in Role:
            yield role.title_nl, [self._cell(role, action, section) for action in actions]

    def _cell(self, role: Role, action: Action, section: Section | None) -> str:
        names = [name for name in _FACTS if name in self._engine.facts_asked(role, action)]
        subsets = list(chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))
        requests = [_request(role, action, section, frozenset(subset)) for subset in subsets]
        opened = smallest(zip(map(frozenset, subsets), self._engine.decide_many(requests), strict=True))
        marks = [_mark(facts, limits) for facts, limits in opened]
        if not opened and action in CIRCLE_ACTIONS:
            outside = [replace(request, relation_since=None, relation_until=None) for request in requests]
            opened = smallest(zip(map(frozenset, subsets), self._engine.decide_many(outside), strict=True))
            marks = [_mark(facts, limits, _OUTSIDE) for facts, limits in opened]
        self.limits.update(*(limits for _, limits in opened))
        return "; ".join(marks) or _NO


def smallest(
    answers: Iterable[tuple[frozenset[str], Decision]],
) -> list[tuple[frozenset[str], frozenset[str]]]:
    """The smallest sets of facts that open a cell, each with its limits; ``answers``: smaller sets first."""
    opened: list[tuple[frozenset[str], frozenset[str]]] = []
    for subset, decision in answers:
        # A larger set of facts only earns a mark when it opens something else than a smaller set already did.
        if decision.permitted and not any(
            smaller <= subset and limits == decision.limits for smaller, limits in opened
        ):
            opened.append((subset, decision.limits))
    return opened


def _mark(facts: frozenset[str], limits: frozenset[str], first: str = "") -> str:
    mark = " + ".join(filter(None, (first, *(text for name, text in _FACTS.items() if name in facts)))) or "ja"
    return f"{mark} ({', '.join(sorted(limits))})" if limits else mark


def _request(role: Role, action: Action, section: Section | None, facts: frozenset[str]) -> AccessRequest:
    granted: dict[str, Any] = dict.fromkeys(facts, True)
    return replace(ordinary(role, action, section), emergency_choice=EmergencyChoice.PERMIT, **granted)


_CLOSURES: Mapping[str, Mapping[str, Any]] = {
    "zonder plaats in de zorg": {"relation_since": None, "relation_until": None},
    "plaats in de zorg voorbij": {"relation_until": A_MOMENT},
    "aanmelding niet zeker genoeg": {"assured": False},
    "bezwaar van de patiënt": {"objected": True},
    "opzoeken zonder uitdrukkelijke toestemming": {"consultable": True, "explicit": False},
    "patiënt jonger dan 12 jaar": {"age": AgeBand.UNDER_12},
    "kring gesloten": {"circle_open": False},
    "na overlijden, de eerste 30 dagen": {"patient_state": PatientState.DECEASED, "completing": True},
    "na overlijden, daarna": {"patient_state": PatientState.DECEASED},
    "na overlijden, als de patiënt inzage voor later toestond": {
        "patient_state": PatientState.DECEASED,
        "after_death": True,
    },
    "patiënt gestopt met Kring": {"patient_state": PatientState.LEFT},
    "nog regie of een open overdracht": {"open_tasks": True},
}


def _render_closures(engine: PolicyEngine) -> str:
    """Wat er van alle rechten van een rol overblijft als één feit verandert, ook als al het andere meezit."""
    cells: list[tuple[Action, Section | None]] = [
        (action, section) for action in SECTION_ACTIONS for section in Section
    ]
    cells += [(action, None) for action in CIRCLE_ACTIONS]
    held = {}
    for role in Role:
        best = [_request(role, action, section, frozenset(_FACTS)) for action, section in cells]
        held[role] = [
            question for question, answer in zip(best, engine.decide_many(best), strict=True) if answer.permitted
        ]
    lines = [
        "Wat alles afsluit",
        "-----------------",
        "Wat er van een rol overblijft als één ding verandert, ook als al het andere meezit. Iemand zonder rol in de",
        "kring mag nooit iets, en wie hieronder niet staat (regionaal coördinator) mag ook anders niets.",
    ]
    for heading, facts in _CLOSURES.items():
        groups: dict[str, list[str]] = {}
        for role, questions in held.items():
            if questions:
                remains = _remains(engine, [replace(question, **facts) for question in questions])
                groups.setdefault(remains, []).append(role.title_nl)
        lines += ["", f"{heading}:"]
        for remains, roles in sorted(
            groups.items(), key=lambda item: (item[0] != "blijft", item[0] != "dicht", item[0])
        ):
            lines += textwrap.wrap(f"{remains}: {', '.join(roles)}", 116, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def _remains(engine: PolicyEngine, questions: Sequence[AccessRequest]) -> str:
    answers = engine.decide_many(questions)
    left = {question.action for question, answer in zip(questions, answers, strict=True) if answer.permitted}
    gone = {question.action for question in questions} - left
    if all(answer.permitted for answer in answers):
        return "blijft"
    if not left:
        return "dicht"
    # Something may also be gone for a part of the sections; the shorter of the two lists reads best.
    partly = any(
        not answer.permitted and question.action in left for question, answer in zip(questions, answers, strict=True)
    )
    if gone and not partly and len(gone) <= len(left):
        return "blijft, maar niet meer " + ", ".join(ACTIONS_NL[action] for action in Action if action in gone)
    return "alleen nog " + ", ".join(ACTIONS_NL[action] for action in Action if action in left)


def _render(heading: str, table: _Table, columns: Sequence[Sequence[Action]], section: Section | None) -> str:
    lines = [heading, "-" * len(heading)]
    for actions in columns:
        lines.append(_line("rol", [ACTIONS_NL[action] for action in actions]))
        lines += [_line(name, cells) for name, cells in table.rows(actions, section)]
        lines.append("")
    return "\n".join(lines)


def _line(name: str, cells: Sequence[str]) -> str:
    return (f"{name:<{_ROLE_WIDTH}}" + " ".join(f"{cell:<{_CELL_WIDTH}}" for cell in cells)).rstrip()


def main() -> None:
    """Print the table of the policies in the folder given as argument, by default ``policies/`` beside ``hub/``."""
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "policies"
    sys.stdout.write(render_matrix(PolicyEngine.load(directory)))


if __name__ == "__main__":
    main()
