"""Every question there is, asked of the policies and of the oracle; what differs, and which rules spoke."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import islice, product
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from hub.access.engine import PolicyEngine
from hub.domain.access import AccessRequest, Decision
from hub.domain.vocabulary import Action, AgeBand, EmergencyChoice, PatientState, Purpose, Role, Section
from tests.access import oracle
from tests.access.asking import DAY, NOW, ask

POLICIES = Path(__file__).parents[2] / "policies"
WHO: tuple[Role | None, ...] = (*Role, None)
WITHIN_A_TICK = timedelta(microseconds=1)

RELATIONS: dict[str, dict[str, Any]] = {
    "none": {"relation_since": None, "relation_until": None},
    "not yet": {"relation_since": NOW + WITHIN_A_TICK, "relation_until": None},
    "active": {"relation_since": NOW, "relation_until": NOW + WITHIN_A_TICK},
    "ended": {"relation_since": NOW - DAY, "relation_until": NOW},
}
"""Care relations, each at its edge: the boundary itself belongs to what comes after it."""
CONSENTS: dict[str, dict[str, Any]] = {
    "none": {"consented": False, "explicit": False, "objected": False},
    "permit": {"consented": True, "explicit": True, "objected": False},
    "objection": {"consented": False, "explicit": False, "objected": True},
    "both": {"consented": True, "explicit": True, "objected": True},
}
FAVOURABLE: dict[str, Any] = {
    "lead": True,
    "discussed": True,
    "representative_active": True,
    "circle_open": True,
    "completing": True,
    "after_death": True,
    "stepped_up": True,
    "approved": True,
    "case_open": True,
    "emergency_choice": EmergencyChoice.PERMIT,
}
_PURPOSES = {
    Role.PATIENT: Purpose.PATRQT,
    Role.REPRESENTATIVE: Purpose.PATRQT,
    Role.RELATIVE: Purpose.PATRQT,
    Role.COORDINATOR: Purpose.HOPERAT,
    Role.PRIVACY_OFFICER: Purpose.HOPERAT,
    Role.ADMINISTRATOR: Purpose.HOPERAT,
}
_BOTH = (False, True)
ONLY_SAY_WHY = frozenset(
    {
        "guard-case",
        "guard-illness-discussed",
        "guard-lead-confirms",
        "guard-lead-roles",
        "guard-lead-trusts",
        "guard-relative-consent",
        "guard-relative-consent-tasks",
        "guard-spiritual-carer-consent-read",
        "guard-spiritual-carer-consent-record",
        "guard-step-up",
        "guard-stranger",
        "guard-two-people",
    }
)
"""Guards that repeat what the rule of the role asks already: lifting one opens nothing, but then nobody hears why."""
_PLAIN_FACTS = (
    "consented",
    "objected",
    "discussed",
    "lead",
    "consultable",
    "explicit",
    "completing",
    "after_death",
    "assured",
    "stepped_up",
    "open_tasks",
    "emergency_open",
    "case_open",
    "approved",
)
AXES: dict[str, tuple[dict[str, Any], ...]] = {
    **{name: tuple({name: value} for value in _BOTH) for name in _PLAIN_FACTS},
    "relation": tuple(RELATIONS.values()),
    "active": tuple({"representative_active": value} for value in _BOTH),
    "open": tuple({"circle_open": value} for value in _BOTH),
    "state": tuple({"patient_state": value} for value in PatientState),
    "child": tuple({"age": value} for value in AgeBand),
    "choice_permit": tuple({"emergency_choice": value} for value in EmergencyChoice),
    "purpose": tuple({"purpose": value} for value in Purpose),
}
_AXIS_OF = {
    "deceased": "state",
    "left": "state",
    "TREAT": "purpose",
    "ETREAT": "purpose",
    "PATRQT": "purpose",
    "HOPERAT": "purpose",
}


def purpose_of(role: Role | None) -> Purpose:
    """Why somebody with this role asks, on an ordinary day."""
    return _PURPOSES.get(role, Purpose.TREAT) if role is not None else Purpose.TREAT


def axes_of(words: Iterable[str]) -> list[str]:
    """The axes along which these facts of the oracle vary, in a fixed order."""
    return sorted({_AXIS_OF.get(word, word) for word in words})


def all_situations() -> Iterator[AccessRequest]:
    """15 askers × 76 acts × consent 4 × relation 4 × patient state 4 × assurance 2 × break-glass 2 = 291 840.

    What is not an axis here is as favourable as it can be, so that one axis at a time decides.
    """
    axes = product(CONSENTS.values(), RELATIONS.values(), PatientState, _BOTH, _BOTH)
    for consent, relation, state, assured, emergency in axes:
        for role in WHO:
            facts: dict[str, Any] = FAVOURABLE | consent | relation
            facts |= {"patient_state": state, "assured": assured, "emergency_open": emergency}
            facts |= {"purpose": purpose_of(role), "consultable": True}
            template = ask(role, Action.READ, Section.S1, **facts)
            for action, section in oracle.CELLS:
                yield replace(template, action=action, section=section)


def all_that_matters() -> Iterator[AccessRequest]:
    """For every act that a role may ever do: all combinations of all facts that any grant or lock of it looks at."""
    for role in Role:
        for action, section in oracle.CELLS:
            axes = [AXES[name] for name in axes_of(oracle.matters(role, action, section))]
            template = ask(role, action, section, **FAVOURABLE, purpose=purpose_of(role))
            for facts in product(*axes) if axes else ():
                yield replace(template, **{name: value for part in facts for name, value in part.items()})


def anything(seed: int) -> Iterator[AccessRequest]:
    """Questions by chance over all facts at once, without end; half of them mostly favourable, so that some open."""
    chance = random.Random(seed)
    names = sorted(AXES)
    while True:
        role = chance.choice(WHO)
        action, section = chance.choice(oracle.CELLS)
        facts: dict[str, Any] = {**FAVOURABLE, "purpose": purpose_of(role)}
        kind = chance.random() < 0.5
        for name in chance.sample(names, chance.randint(0, 5)) if kind else names:
            facts |= chance.choice(AXES[name])
        yield ask(role, action, section, **facts)


@dataclass(slots=True)
class Report:
    """What came out of comparing. ``alone``: guards that by themselves closed what would else have been open."""

    asked: int = 0
    permitted: int = 0
    differences: list[str] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    decisive: Counter[str] = field(default_factory=Counter)

    def add(self, other: Report) -> None:
        """Join what another share found."""
        self.asked += other.asked
        self.permitted += other.permitted
        self.differences += other.differences
        self.fired += other.fired
        self.alone += other.alone
        self.decisive += other.decisive


def difference(request: AccessRequest, decision: Decision, *, reasons: bool = True) -> str | None:
    """None when policies and oracle agree on the answer, the limits and the reasons; else one line that says how."""
    wanted = oracle.judge(request)
    named = frozenset(rule.id.removeprefix("guard-") for rule in decision.rules)
    agree = not decision.errors and decision.permitted is wanted.permitted
    if agree and wanted.permitted:
        agree = decision.limits == wanted.limits
    elif agree and reasons:
        agree = oracle.STRANGER in named if wanted.locks == {oracle.STRANGER} else named == wanted.locks
    if agree:
        return None
    who = request.role.value if request.role else "stranger"
    what = f"{who} {request.action.value} {request.section.value if request.section else 'circle'}"
    said = ("permit", sorted(decision.limits)) if decision.permitted else ("deny", sorted(named))
    law = ("permit", sorted(wanted.limits)) if wanted.permitted else ("deny", sorted(wanted.locks))
    facts = " ".join(sorted(oracle.truths(request)))
    return f"{what}: policies {said} {list(decision.errors)}, law {law}; {facts}"


def compare(engine: PolicyEngine, requests: Iterable[AccessRequest], *, batch: int = 5_000, most: int = 50) -> Report:
    """Ask both, in batches. Stops collecting (not counting) differences after ``most``."""
    report = Report()
    rest = iter(requests)
    while questions := list(islice(rest, batch)):
        for request, decision in zip(questions, engine.decide_many(questions), strict=True):
            _count(report, request, decision, most)
    return report


def _count(report: Report, request: AccessRequest, decision: Decision, most: int) -> None:
    report.asked += 1
    report.permitted += decision.permitted
    names = [rule.id for rule in decision.rules]
    report.fired.update(names)
    if not decision.permitted and len(names) == 1:
        report.alone[names[0]] += 1
        if request.role is not None and oracle.granted(request):
            report.decisive[names[0]] += 1
    found = difference(request, decision)
    if found and len(report.differences) < most:
        report.differences.append(found)


def questions(kind: str, amount: int = 0) -> Iterator[AccessRequest]:
    """``situations``, ``matters`` or ``chance``; at most ``amount`` when that is above 0."""
    made = {"situations": all_situations, "matters": all_that_matters, "chance": partial(anything, 20_261_122)}[kind]()
    return islice(made, amount) if amount else made


def share(kind: str, amount: int, part: int, parts: int, directory: Path = POLICIES) -> Report:
    """Each ``parts``-th question, starting at ``part``."""
    return compare(PolicyEngine.load(directory), islice(questions(kind, amount), part, None, parts))


def in_parallel(kind: str, amount: int = 0, *, one_in: int = 1, workers: int = 2) -> Report:
    """All questions of a kind, or one in so many, divided over processes."""
    report = Report()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        parts = one_in * workers
        shares = [pool.submit(share, kind, amount, part * one_in, parts) for part in range(workers)]
        for one in shares:
            report.add(one.result())
    return report


def main() -> int:
    """Print what `make proof` shows; exit status 1 on any difference."""
    whole = Report()
    for kind, amount, what in (
        ("situations", 0, "asker x act x consent x relation x state x sign-in x emergency"),
        ("matters", 0, "every combination of every fact that an act looks at"),
        ("chance", 100_000, "by chance over all facts"),
    ):
        start = perf_counter()
        found = in_parallel(kind, amount)
        whole.add(found)
        print(
            f"{found.asked:>8} questions, {found.permitted:>6} permitted, {len(found.differences)} differences", end=""
        )
        print(f", {perf_counter() - start:6.1f} s  {what}")
        print(*found.differences[:10], sep="\n", end="\n" if found.differences else "", flush=True)
    engine = PolicyEngine.load(POLICIES)
    guards = [rule.id for rule in engine.rules() if rule.id.startswith("guard-")]
    print("rules that never spoke:", ", ".join(r.id for r in engine.rules() if r.id not in whole.fired) or "none")
    print(
        "guards that only repeat what a rule asks:", ", ".join(g for g in guards if g not in whole.decisive) or "none"
    )
    return 1 if whole.differences else 0


if __name__ == "__main__":
    sys.exit(main())
