"""Audit entries from a request: the one place where the fields of NEN 7513 are filled."""

from collections.abc import Iterable

from hub.application.context import RequestContext
from hub.application.ports import labels
from hub.domain.audit import AuditEntry, AuditEvent
from hub.domain.vocabulary import Purpose, Section

SUCCESS = 0
REFUSED = 4
NO_DECISION = "none:no-decision"
"""Autorisatieprotocol (7.4.6) of what needed none: a duty of the hub, or a door that the policy does not keep."""
UNDECIDED = ("", NO_DECISION)
"""Lines behind which there is no decision to explain; the empty one is of before this was written down."""


def entry(
    context: RequestContext,
    event: AuditEvent,
    *,
    object_type: str,
    object_id: str,
    sections: Iterable[Section] = (),
    policy: str = "",
    consent_id: str | None = None,
    outcome: int = SUCCESS,
    detail: str = "",
) -> AuditEntry:
    """One audit entry about ``context``; ``detail`` takes codes, never text that a person wrote.

    What the privacy officer does within a case names that case, so that the patient sees why.
    """
    if context.case_id is not None:
        detail = f"{detail};case={context.case_id}" if detail else f"case={context.case_id}"
    return AuditEntry(
        event=event,
        recorded_at=context.now,
        outcome=outcome,
        user_id=context.actor.id,
        user_role=(context.role.value if context.role else "none"),
        responsible_id=context.actor.id,
        initiator=context.initiator,
        access_point=context.channel.value,
        organisation=context.organisation,
        patient_id=context.patient_id,
        object_type=object_type,
        object_id=object_id,
        sections=labels(sections),
        purpose=context.purpose.value,
        policy=policy or NO_DECISION,
        relation_id=context.relation.id if context.relation else None,
        consent_id=consent_id,
        break_glass=context.purpose is Purpose.ETREAT,
        correlation_id=context.correlation_id,
        detail=detail,
    )
