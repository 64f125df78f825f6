"""Een gewone vraag: what is asked on an ordinary day, from which every question about the policy itself starts."""

from datetime import UTC, datetime, timedelta

from hub.domain.access import AccessRequest
from hub.domain.vocabulary import Action, AgeBand, EmergencyChoice, PatientState, Purpose, Role, Section

A_MOMENT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
"""Any moment would do: the policy knows no calendar, only before and after."""


def ordinary(role: Role | None, action: Action, section: Section | None) -> AccessRequest:
    """An active, open-ended place in the open circle of a living adult, signed in as it should be; nothing else."""
    return AccessRequest(
        person="vraag",
        action=action,
        section=section,
        role=role,
        now=A_MOMENT,
        purpose=Purpose.TREAT if role is None else Purpose.of(role),
        relation_since=A_MOMENT - timedelta(days=1),
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
