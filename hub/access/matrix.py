"""De rollentabel: who may do what, printed for people who do not read code, and computed only by asking the engine.

``python -m hub.access.matrix > policies/role_matrix.txt`` writes the table that the tests compare.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from pathlib import Path

from hub.access.engine import PolicyEngine
from hub.access.limits import LIMITS
from hub.domain.access import AccessRequest
from hub.domain.vocabulary import (
    CIRCLE_ACTIONS,
    SECTION_ACTIONS,
    Action,
    AgeBand,
    EmergencyChoice,
    PatientState,
    Purpose,
    Role,
    Section,
)

_NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_FACTS = {
    "representative_active": "als actief",
    "consented": "toestemming",
    "discussed": "na bespreken",
    "lead": "als regie",
}
_ACTIONS_NL = {
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
(woord)         mag beperkt; de woorden staan onderaan
–               mag niet
"""


def render_matrix(engine: PolicyEngine) -> str:
    """De tabel als platte tekst: onderdelen met rollen × handelingen; de kring; wat alles afsluit; de beperkingen."""
    table = _Table(engine)
    blocks = [_INTRODUCTION]
    for section in Section:
        heading = f"{section} {section.title_nl}"
        blocks.append(_render(heading, table.rows(SECTION_ACTIONS, section), SECTION_ACTIONS))
    blocks.append(_render("De kring als geheel", table.rows(CIRCLE_ACTIONS, None), CIRCLE_ACTIONS))
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
        names = list(_FACTS)
        subsets = list(chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))
        requests = [_request(role, action, section, frozenset(subset)) for subset in subsets]
        opened: list[tuple[frozenset[str], frozenset[str]]] = []
        for subset, decision in zip(map(frozenset, subsets), self._engine.decide_many(requests), strict=True):
            if not decision.permitted:
                continue
            # A larger set of facts only earns a mark when it opens something else than a smaller set already did.
            if not any(smaller <= subset and limits == decision.limits for smaller, limits in opened):
                opened.append((subset, decision.limits))
        self.limits.update(*(limits for _, limits in opened))
        return "; ".join(_mark(facts, limits) for facts, limits in opened) or _NO


def _mark(facts: frozenset[str], limits: frozenset[str]) -> str:
    mark = " + ".join(text for name, text in _FACTS.items() if name in facts) or "ja"
    return f"{mark} ({', '.join(sorted(limits))})" if limits else mark


def _request(role: Role, action: Action, section: Section | None, facts: frozenset[str]) -> AccessRequest:
    return AccessRequest(
        person="tabel",
        action=action,
        section=section,
        role=role,
        now=_NOW,
        purpose=Purpose.TREAT,
        relation_since=_NOW - timedelta(days=1),
        relation_until=_NOW + timedelta(days=1),
        lead="lead" in facts,
        consented="consented" in facts,
        objected=False,
        discussed="discussed" in facts,
        representative_active="representative_active" in facts,
        patient_state=PatientState.ALIVE,
        circle_open=True,
        consultable=False,
        explicit=False,
        age=AgeBand.FROM_16,
        completing=False,
        after_death=False,
        assured=True,
        stepped_up="stepped_up" in facts,
        open_tasks=False,
        emergency_open=False,
        emergency_choice=EmergencyChoice.PERMIT,
        case_open="case_open" in facts,
        approved="approved" in facts,
    )


def _render_closures(engine: PolicyEngine) -> str:
    """Wat er van alle rechten van een rol overblijft als één feit verandert, ook als al het andere meezit."""
    headings = ("zonder zorgrelatie", "zorgrelatie voorbij", "bezwaar", "na overlijden", "kring gesloten")
    rows = []
    for role in Role:
        cells: list[tuple[Action, Section | None]] = [
            (action, section) for action in SECTION_ACTIONS for section in Section
        ]
        cells += [(action, None) for action in CIRCLE_ACTIONS]
        best = [_request(role, action, section, frozenset(_FACTS)) for action, section in cells]
        held = [question for question, answer in zip(best, engine.decide_many(best), strict=True) if answer.permitted]
        variations = (
            [replace(question, relation_since=None, relation_until=None) for question in held],
            [replace(question, relation_until=question.now) for question in held],
            [replace(question, objected=True) for question in held],
            [replace(question, patient_state=PatientState.DECEASED) for question in held],
            [replace(question, circle_open=False) for question in held],
        )
        rows.append((role.title_nl, [_remains(engine, questions) for questions in variations]))
    lines = ["Wat alles afsluit", "-----------------"]
    lines.append(_line("rol", headings, width=22))
    lines += [_line(name, cells, width=22) for name, cells in rows]
    lines.append("")
    lines.append("'alleen lezen' en dergelijke: wat dan nog overblijft. Iemand zonder rol in de kring mag nooit iets.")
    return "\n".join(lines) + "\n"


def _remains(engine: PolicyEngine, questions: Sequence[AccessRequest]) -> str:
    if not questions:
        return _NO
    answers = engine.decide_many(questions)
    left = {question.action for question, answer in zip(questions, answers, strict=True) if answer.permitted}
    if all(answer.permitted for answer in answers):
        return "blijft"
    return "alleen " + ", ".join(_SHORT[action] for action in Action if action in left) if left else "dicht"


_SHORT = {**_ACTIONS_NL, Action.REMOVE: "verw.", Action.AUDIT: "log", Action.TRUST: "ident."}


def _render(heading: str, rows: Iterator[tuple[str, list[str]]], actions: Sequence[Action]) -> str:
    lines = [heading, "-" * len(heading), _line("rol", [_ACTIONS_NL[action] for action in actions])]
    lines += [_line(name, cells) for name, cells in rows]
    return "\n".join(lines) + "\n"


def _line(name: str, cells: Sequence[str], width: int = _CELL_WIDTH) -> str:
    return (f"{name:<{_ROLE_WIDTH}}" + " ".join(f"{cell:<{width}}" for cell in cells)).rstrip()


def main() -> None:
    """Print the table of the policies in the folder given as argument, by default ``policies/`` beside ``hub/``."""
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "policies"
    sys.stdout.write(render_matrix(PolicyEngine.load(directory)))


if __name__ == "__main__":
    main()
