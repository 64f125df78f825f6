"""Questions to the policy, with the facts of an ordinary Sunday morning unless a test says otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

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

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

CELLS: tuple[tuple[Action, Section | None], ...] = (
    *((action, section) for section in Section for action in SECTION_ACTIONS),
    *((action, None) for action in CIRCLE_ACTIONS),
)

_SUNDAY = AccessRequest(
    person="p-1",
    action=Action.READ,
    section=Section.S1,
    role=Role.GP,
    now=NOW,
    purpose=Purpose.TREAT,
    relation_since=NOW - DAY,
    relation_until=None,
    lead=False,
    consented=False,
    objected=False,
    discussed=False,
    representative_active=False,
    patient_state=PatientState.ALIVE,
    circle_open=True,
    consultable=False,
    explicit=False,
    age=AgeBand.FROM_16,
    completing=False,
    after_death=False,
    assured=True,
    stepped_up=False,
    open_tasks=False,
    emergency_open=False,
    emergency_choice=EmergencyChoice.UNKNOWN,
    case_open=False,
    approved=False,
)


def ask(role: Role | None, action: Action, section: Section | None, **facts: Any) -> AccessRequest:
    """A question with an active, open-ended relation in an open circle, for the purpose of the role.

    All other facts say no unless given.
    """
    if role is not None:
        facts.setdefault("purpose", Purpose.of(role))
    return replace(_SUNDAY, role=role, action=action, section=section, **facts)
