"""Stappen op het pad vastleggen: in the transaction of what happened, for who comes after and for the figures."""

from datetime import date

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.ports import UnitOfWork
from hub.domain.audit import AuditEvent
from hub.domain.errors import CommandRejected
from hub.domain.path import PathStep, Taken, declined


async def note_step(
    unit: UnitOfWork,
    context: RequestContext,
    step: PathStep,
    *,
    policy: str = "",
    reason: str | None = None,
    on_day: date | None = None,
) -> Taken:
    """Een stap vastleggen; ``policy``: the rules by which what it is about was permitted."""
    taken = Taken(
        patient_id=context.patient_id or "",
        circle_id=context.circle.id if context.circle is not None else None,
        step=step,
        noted_by=context.actor.id,
        noted_at=context.now,
        reason=reason,
        on_day=on_day,
    )
    await unit.path.add(taken)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.PATH_STEP,
            object_type="patient",
            object_id=taken.patient_id,
            policy=policy,
            detail=step.value,
        )
    )
    return taken


async def require_not_declined(unit: UnitOfWork, patient_id: str) -> None:
    """Wie geen coach wil, krijgt er geen (F2).

    :raises CommandRejected: the last word of the patient was no
    """
    if declined(await unit.path.of_patient(patient_id)):
        raise CommandRejected(
            "coach-declined",
            "De patiënt wil geen coach. Wil de patiënt er nu wel een? Leg dat dan eerst vast: !coach aangeboden ja",
        )
