"""The only door (policy enforcement point): no permit, no contents.

A :class:`Permit` is the receipt of a positive decision. The dossier store asks for one, so that "forgot to check" is a
type error; and because the store writes the audit entry itself, "forgot to log" cannot happen either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.application import auditing, facts
from hub.application.context import RequestContext
from hub.application.ports import DecisionPoint, UnitOfWork
from hub.domain.access import AccessRequest, Decision
from hub.domain.audit import AuditEvent
from hub.domain.choices import DisclosureMode, disclosure_mode
from hub.domain.consent import AccessRules
from hub.domain.errors import AccessDenied, KringError
from hub.domain.freshness import FreshnessRules
from hub.domain.ladder import DEFAULT, House
from hub.domain.spoken import N_
from hub.domain.vocabulary import Action, Section
from hub.domain.withholding import HELD_BACK_FROM


@dataclass(frozen=True, slots=True)
class Permit:
    """Receipt: this request may do this action in this section, within these limits."""

    context: RequestContext
    action: Action
    section: Section | None
    limits: frozenset[str]
    policy: str
    """Policy version and deciding rule ids, as the audit wants them (NEN 7513 7.4.6)."""
    consent_id: str | None
    mode: DisclosureMode = DisclosureMode.DIRECTED
    """By which road the contents come to the asker (LAW-02)."""


class Refused(AccessDenied):
    """A refusal with all that is needed to explain and audit it."""

    def __init__(self, context: RequestContext, request: AccessRequest | None, decision: Decision, policy: str) -> None:
        super().__init__(
            N_("Dat mag u hier niet, of het bestaat niet."), rules=tuple(rule.id for rule in decision.rules)
        )
        self.context = context
        self.request = request
        self.decision = decision
        self.policy = policy


class Guard:
    """Asks the policy with the facts, and gives permits."""

    def __init__(
        self,
        policy: DecisionPoint,
        rules: AccessRules | None = None,
        freshness: FreshnessRules | None = None,
        house: House | None = None,
    ) -> None:
        self._policy = policy
        self._rules = rules or AccessRules()
        self._freshness = freshness or FreshnessRules()
        self._house = house or House(DEFAULT)

    @property
    def freshness(self) -> FreshnessRules:
        """What clinicians chose about when an agreement asks for a new conversation."""
        return self._freshness

    @property
    def house(self) -> House:
        """What the organisation chose for questions: its ladder, and the number of the GP post."""
        return self._house

    @property
    def rules(self) -> AccessRules:
        """What the institution chose where the law leaves a choice."""
        return self._rules

    async def require(
        self, unit: UnitOfWork, context: RequestContext, action: Action, section: Section | None = None
    ) -> Permit:
        """A permit, or :class:`Refused`."""
        request, decision, permit = (await self._ask(unit, context, action, (section,)))[0]
        if permit is None:
            raise Refused(context, request, decision, self._named(decision))
        return permit

    async def permitted(
        self, unit: UnitOfWork, context: RequestContext, action: Action, sections: Sequence[Section]
    ) -> list[Permit]:
        """Permits for those of the sections that are open to this request; possibly none."""
        asked = await self._ask(unit, context, action, tuple(sections))
        return [permit for _, _, permit in asked if permit is not None]

    async def permitted_then(
        self, then: UnitOfWork, was: RequestContext, context: RequestContext, sections: Sequence[Section]
    ) -> list[Permit]:
        """What was open for reading at the last moment of a place that ended, to be read now under ``context``.

        For the copy of their own words only (:mod:`hub.application.use_cases.contributions`). ``then``: the facts of
        that moment; ``was``: the same person's request at that moment.
        """
        if was.actor != context.actor or was.patient_id != context.patient_id or was.now > context.now:
            raise ValueError("what was open then is for the same person and the same patient")
        return [replace(permit, context=context) for permit in await self.permitted(then, was, Action.READ, sections)]

    async def decide(
        self, unit: UnitOfWork, context: RequestContext, action: Action, section: Section | None
    ) -> tuple[AccessRequest, Decision]:
        """The bare answer, for explaining and for audiences: opens nothing."""
        request, decision, _ = (await self._ask(unit, context, action, (section,)))[0]
        return request, decision

    async def may_read_all(self, unit: UnitOfWork, context: RequestContext, sections: Sequence[Section]) -> bool:
        """True when this person may read every one of the sections, without limits (for audiences)."""
        asked = await self._ask(unit, context, Action.READ, tuple(sections))
        if not all(permit is not None and not permit.limits for _, _, permit in asked):
            return False
        if context.role not in HELD_BACK_FROM or context.patient_id is None:
            return True
        # Who is spared something for now reads nothing of that section in a room: it could be in there.
        hidden = await unit.withholdings.held_back(context.patient_id, context.now, context.role)
        return not any(ref.section in sections for ref in hidden)

    async def whole_sections(
        self, unit: UnitOfWork, context: RequestContext, sections: Sequence[Section]
    ) -> frozenset[Section]:
        """Those of the sections of which this person may read everything: :meth:`may_read_all`, section by section."""
        permits = await self.permitted(unit, context, Action.READ, sections)
        whole = {permit.section for permit in permits if permit.section is not None and not permit.limits}
        if context.role in HELD_BACK_FROM and context.patient_id is not None:
            hidden = await unit.withholdings.held_back(context.patient_id, context.now, context.role)
            whole -= {ref.section for ref in hidden}
        return frozenset(whole)

    async def record_refusal(self, unit: UnitOfWork, refused: Refused) -> int:
        """Audit a refusal, after what was refused is undone; returns its number in the whole log."""
        action = refused.request.action.value if refused.request else "unknown"
        section = refused.request.section if refused.request else None
        return await unit.audit.add(
            auditing.entry(
                refused.context,
                AuditEvent.REFUSED,
                object_type="section" if section else "circle",
                object_id=section.value
                if section
                else (refused.context.circle.id if refused.context.circle else "none"),
                sections=(section,) if section else (),
                policy=refused.policy,
                outcome=auditing.REFUSED,
                detail=action + (":policy-error" if refused.decision.errors else ""),
            )
        )

    async def _ask(
        self, unit: UnitOfWork, context: RequestContext, action: Action, sections: tuple[Section | None, ...]
    ) -> list[tuple[AccessRequest, Decision, Permit | None]]:
        questions = await facts.gather(unit, context, action, sections, self._rules)
        decisions = self._policy.decide_many([request for request, _ in questions])
        if len(decisions) != len(questions):
            raise KringError("Het beleid gaf geen antwoord op elke vraag.")
        answers: list[tuple[AccessRequest, Decision, Permit | None]] = []
        for (request, found), decision in zip(questions, decisions, strict=True):
            granted = decision.permitted and not decision.errors
            permit = (
                Permit(
                    context,
                    action,
                    request.section,
                    decision.limits,
                    self._named(decision),
                    found.consent_id,
                    disclosure_mode(request.role, request.purpose, looked_up=request.consultable),
                )
                if granted
                else None
            )
            answers.append((request, decision, permit))
        return answers

    def _named(self, decision: Decision) -> str:
        rules = ",".join(rule.id for rule in decision.rules) or "no-permit"
        return f"{self._policy.version}:{rules}"
