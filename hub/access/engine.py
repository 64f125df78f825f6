"""Het beleid bevragen: from facts to a decision, with Cedar. Pure: no clock, no storage, no network.

Default deny, forbid wins. Cedar itself skips a ``forbid`` whose condition fails to evaluate and would then answer
*Allow*; here any evaluation error is a denial.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import chain, product
from pathlib import Path
from typing import Any

import cedarpy

from hub.access.files import PolicyFiles, read_policy_files
from hub.access.questions import ordinary
from hub.domain.access import AccessRequest, Decision, Rule
from hub.domain.errors import StartRefused
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

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_STRANGER = {"type": "Kring::Stranger", "id": "stranger"}
_CIRCLE = {"type": "Kring::Circle", "id": "circle"}


class PolicyEngine:
    """Het beleid van de hub, geladen en gecontroleerd. Immutable and safe to share between tasks and threads."""

    def __init__(self, files: PolicyFiles) -> None:
        self._files = files
        self._rules = {rule.id: rule for rule in files.rules}
        # Deciding rules are reported in the order of the files, so that the same question always reads the same.
        self._place = {rule.id: place for place, rule in enumerate(files.rules)}
        self._entities = cedarpy.Entities.from_json_str("[]", files.schema)
        self._slices: dict[tuple[Role | None, Action], cedarpy.PolicySet] = {}
        self._sets: dict[frozenset[str], cedarpy.PolicySet] = {}

    @classmethod
    def load(cls, directory: Path) -> "PolicyEngine":
        """Laad ``schema.cedarschema`` en alle ``*.cedar`` uit ``directory``.

        Raises StartRefused with one sentence that names the file and rule: unreadable, not valid against the schema,
        ``@id`` missing or used twice, ``@law`` or ``@explain_nl`` missing, unknown ``@limit``, a guard left out, or a
        schema that does not know a role, section or action of the hub.
        """
        engine = cls(read_policy_files(directory))
        # Before the first question of a person, not during it.
        for role, action in product((*Role, None), Action):
            engine._slice(role, action)
        for request in _one_question_for_each_word():
            decision = engine.decide(request)
            if decision.errors:
                raise StartRefused(f"Beleid: een gewone vraag geeft een fout ({decision.errors[0]}).")
        return engine

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that name these policies in the audit (NEN 7513 autorisatieprotocol)."""
        return self._files.version

    def rules(self) -> tuple[Rule, ...]:
        """Alle regels, in de volgorde van de bestanden."""
        return self._files.rules

    def facts_asked(self, role: Role | None, action: Action) -> frozenset[str]:
        """The facts that any rule about this role and action looks at; no other fact can change the answer."""
        return frozenset(chain.from_iterable(map(self._files.facts_of, self._fitting(role, action))))

    def rules_about(self, role: Role | None, action: Action) -> frozenset[str]:
        """Ids of the rules whose head fits this role and action."""
        return frozenset(self._fitting(role, action))

    def decide(self, request: AccessRequest) -> Decision:
        """Mag dit? Never raises on odd facts: what cannot be asked or evaluated is denied, with ``errors``."""
        return self.decide_many([request])[0]

    def decide_many(self, requests: Sequence[AccessRequest]) -> list[Decision]:
        """The decisions on ``requests``, in the same order; one call into Cedar, each question judged by itself."""
        decisions: list[Decision | None] = [None] * len(requests)
        asked: dict[tuple[Role | None, Action], list[tuple[int, dict[str, Any]]]] = {}
        for place, request in enumerate(requests):
            try:
                asked.setdefault((request.role, request.action), []).append((place, _question(request)))
            except (AttributeError, TypeError, ValueError) as error:
                # A fact of the wrong kind (a clock without time zone, a missing purpose) is a missing fact.
                decisions[place] = Decision(False, (), (f"facts: {type(error).__name__}: {error}",))
        for (role, action), questions in asked.items():
            answers = cedarpy.is_authorized_batch(
                [question for _, question in questions], self._slice(role, action), self._entities, self._files.schema
            )
            for (place, _), answer in zip(questions, answers, strict=True):
                decisions[place] = self._judge(answer)
        return [decision for decision in decisions if decision is not None]

    def _slice(self, role: Role | None, action: Action) -> cedarpy.PolicySet:
        """The rules whose head fits this role and action; the others could not decide anything here.

        Cedar looks at every rule of a set for each question, so a fifth of the rules is a fifth of the time. Several
        roles often share a set.
        """
        known = self._slices.get((role, action))
        if known is None:
            fitting = self._fitting(role, action)
            known = self._sets.get(frozenset(fitting))
            if known is None:
                known = self._sets[frozenset(fitting)] = cedarpy.PolicySet.from_json_str(
                    json.dumps({"staticPolicies": fitting, "templates": {}, "templateLinks": []})
                )
            self._slices[role, action] = known
        return known

    def _fitting(self, role: Role | None, action: Action) -> dict[str, Mapping[str, Any]]:
        principal = _STRANGER if role is None else {"type": "Kring::Role", "id": role.value}
        return {
            identifier: rule
            for identifier, rule in self._files.cedar.items()
            if _fits(rule["principal"], principal) and _fits(rule["action"], _action(action))
        }

    def _judge(self, answer: cedarpy.AuthzResult) -> Decision:
        errors = tuple(sorted(answer.diagnostics.errors))
        reasons = sorted(answer.diagnostics.reasons, key=self._place.__getitem__)
        if answer.decision is cedarpy.Decision.Allow and not errors:
            return Decision(True, tuple(self._rules[reason] for reason in reasons))
        if answer.decision is cedarpy.Decision.NoDecision and not errors:
            errors = ("no decision",)
        # An erring answer may carry permits as its reasons; those did not open anything.
        closed = tuple(self._rules[reason] for reason in reasons if reason in self._files.forbidding)
        return Decision(False, closed, errors)


def _question(request: AccessRequest) -> dict[str, Any]:
    return {
        "principal": _STRANGER if request.role is None else {"type": "Kring::Role", "id": request.role.value},
        "action": _action(request.action),
        "resource": _CIRCLE if request.section is None else {"type": "Kring::Section", "id": request.section.value},
        "context": json.dumps(_facts(request)),
    }


def _action(action: Action) -> dict[str, str]:
    return {"type": "Kring::Action", "id": action.value}


def _fits(scope: Mapping[str, Any], entity: Mapping[str, str]) -> bool:
    """Whether one line of a rule's head can match; for a form that is not known here: yes, and Cedar decides."""
    if scope["op"] == "is" and "in" not in scope:
        return bool(scope["entity_type"] == entity["type"])
    if scope["op"] == "==" and "entity" in scope:
        return bool(scope["entity"] == entity)
    if scope["op"] == "in" and "entities" in scope and entity["type"] == "Kring::Action":
        return entity in scope["entities"]
    return True


def _facts(request: AccessRequest) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "now": _microseconds(request.now),
        "purpose": _entity("Purpose", request.purpose),
        "lead": request.lead,
        "consented": request.consented,
        "objected": request.objected,
        "discussed": request.discussed,
        "representative_active": request.representative_active,
        "patient_state": _entity("PatientState", request.patient_state),
        "circle_open": request.circle_open,
        "consultable": request.consultable,
        "explicit": request.explicit,
        "age": _entity("Age", request.age),
        "completing": request.completing,
        "after_death": request.after_death,
        "assured": request.assured,
        "stepped_up": request.stepped_up,
        "open_tasks": request.open_tasks,
        "emergency_open": request.emergency_open,
        "emergency_choice": _entity("EmergencyChoice", request.emergency_choice),
        "case_open": request.case_open,
        "approved": request.approved,
    }
    if request.relation_since is not None:
        relation = {"since": _microseconds(request.relation_since)}
        if request.relation_until is not None:
            relation["until"] = _microseconds(request.relation_until)
        facts["relation"] = relation
    return facts


def _entity(kind: str, word: StrEnum) -> dict[str, Any]:
    return {"__entity": {"type": f"Kring::{kind}", "id": word.value}}


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _one_question_for_each_word() -> Iterable[AccessRequest]:
    """Questions that together use every word of the vocabulary."""

    def ask(action: Action, section: Section | None, role: Role | None = Role.GP, **facts: Any) -> AccessRequest:
        return replace(ordinary(role, action, section), **facts)

    yield from (ask(Action.READ, Section.S1, role) for role in (*Role, None))
    yield from (ask(action, section) for action in SECTION_ACTIONS for section in Section)
    yield from (ask(action, None) for action in CIRCLE_ACTIONS)
    yield from (ask(Action.READ, Section.S1, purpose=purpose) for purpose in Purpose)
    yield from (ask(Action.READ, Section.S1, patient_state=state) for state in PatientState)
    yield from (ask(Action.READ, Section.S1, age=age) for age in AgeBand)
    yield from (ask(Action.READ, Section.S1, emergency_choice=choice) for choice in EmergencyChoice)
