"""The out-of-hours set while nothing can be stored: readable all the same, with the proof in a second place (HAZ-08).

A night without a working log is no reason to resuscitate somebody who did not want it. Everything else is refused then.
At recovery the openings become rows, so that everybody is told and the privacy officer judges them like the others.
"""

from dataclasses import replace

from hub.application import auditing
from hub.application.audit_ports import DeferredAudit
from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.ports import UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases import emergency_sets
from hub.application.use_cases.emergency_access import (
    NOTHING,
    Opened,
    Whom,
    as_member,
    from_outside,
    opening_of,
    tell_all,
)
from hub.domain.audit import AuditEvent
from hub.domain.emergency import Branch, Claim, EmergencyReason, ReasonCode
from hub.domain.emergency_page import page
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.spoken import N_
from hub.domain.vocabulary import Action

_MAYBE_OLD = N_("LET OP: er is iets veranderd dat hier nog niet in staat, of Kring kan dat nu niet nagaan. Bel.")
_NO_REASON = N_("Geen reden bewaard: Kring kon op dat moment niets vastleggen.")


async def read_degraded(
    unit: UnitOfWork, guard: Guard, deferred: DeferredAudit, asker: RequestContext, whom: Whom, reason: EmergencyReason
) -> Opened:
    """The last set that was made, for a member or with the patient's yes; nothing is written but the deferred entry.

    :param unit: for looking only
    :raises AuditUnavailable: the second place takes nothing either
    :raises CommandRejected: ``step-up-needed``
    """
    if not asker.stepped_up:
        raise CommandRejected(
            "step-up-needed", "Meld u eerst opnieuw aan op het hoogste niveau (UZI-pas of Dezi-middel)."
        )
    patient = await unit.emergencies.find_patient(name=whom.name, born=whom.born, bsn=whom.bsn)
    if patient is None or asker.actor.has_left(asker.now):
        return NOTHING
    circle = await unit.circles.open_of(patient.id)
    member = await as_member(unit, asker, circle)
    context = member or from_outside(asker, circle, patient.id)
    try:
        permit = await guard.require(unit, context, Action.EMERGENCY_READ if member else Action.BREAK_GLASS)
    except Refused:
        return NOTHING
    made = await unit.emergencies.read(permit)
    if made is None:
        return NOTHING
    opened = await emergency_sets.open_sections(unit, guard, context)
    deferred.write(
        auditing.entry(
            context,
            AuditEvent.EMERGENCY_SET_READ if member else AuditEvent.EMERGENCY_OPENED,
            object_type="emergency-set",
            object_id=f"v{made.version}" if member else new_id("emg"),
            sections=opened,
            policy=permit.policy,
            detail=f"{reason.code.value}:{reason.claim.value};v{made.version};degraded",
        )
    )
    return Opened(f"{_MAYBE_OLD}\n{page(made, opened)}", made.version)


async def record_afterwards(unit: UnitOfWork, speaker: Speaker) -> int:
    """Openings that the log took in at recovery become rows, and are told; returns how many."""
    found = await unit.emergencies.unrecorded()
    for entry in found:
        code, claim = entry.detail.split(";")[0].split(":")
        person = await unit.people.get(entry.user_id)
        circle = await unit.circles.open_of(entry.patient_id or "")
        asker = await emergency_sets.as_stranger(unit, person, entry.recorded_at, entry.correlation_id)
        context = from_outside(asker, circle, entry.patient_id or "")
        reason = EmergencyReason(ReasonCode(code), Claim(claim), _NO_REASON)
        opening = replace(opening_of(context, Branch.OPENED, reason), id=entry.object_id)
        await unit.emergencies.add(opening)
        await tell_all(unit, speaker, context, opening, await unit.patients.get(opening.patient_id))
    return len(found)
