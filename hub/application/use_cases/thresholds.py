"""Drempels van één patiënt lezen en veranderen: by a clinician, each change a version with who and when (§3.5)."""

from dataclasses import dataclass
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.leading import acting_lead
from hub.application.use_cases.ringing import Hour, in_name_of
from hub.application.use_cases.tasks import tell
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.entries import Kind
from hub.domain.errors import CommandRejected
from hub.domain.people import Person
from hub.domain.reminder import Reminder, ReminderKind
from hub.domain.spoken import phrase
from hub.domain.threshold_commands import parse_threshold
from hub.domain.triggers import QUIET, Thresholds, ThresholdSet
from hub.domain.vocabulary import Action, PatientState, Section

DIARY = frozenset({Kind.PAIN_SCORE, Kind.SYMPTOM})
_ASK = phrase(
    "# Hoe gaat het?\nU heeft een week geen klachten ingevuld. Dat mag: het hoeft niet. Wilt u wel iets doorgeven? "
    "Typ bijvoorbeeld: !usd pijn=3 slapen=5, of typ !usd en ik vraag het u."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody sees: the thresholds, and who set them; None: nobody, they are those of Kring."""

    rules: Thresholds
    by: Person | None
    at: datetime | None


async def rules_of(unit: UnitOfWork, circle: Circle) -> Thresholds:
    """What counts now in this circle."""
    found = await unit.thresholds.newest(circle.id)
    return found.rules if found is not None else Thresholds()


async def read_thresholds(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Shown:
    """Lezen wat de drempels zijn, by who may read the symptoms; the patient too. In the log.

    :raises Refused: nothing of the symptoms is open
    :raises CommandRejected: only the own ones are
    """
    permit = await guard.require(unit, context, Action.READ, Section.S5)
    if permit.limits:
        raise CommandRejected("thresholds-not-yours", "De drempels ziet wie alle klachten mag lezen.")
    found = await unit.thresholds.newest(context.circle_id)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.COMMAND,
            object_type="circle",
            object_id=context.circle_id,
            sections=(Section.S5,),
            policy=permit.policy,
            detail="thresholds",
        )
    )
    if found is None:
        return Shown(Thresholds(), None, None)
    return Shown(found.rules, await unit.people.get(found.set_by), found.set_at)


async def set_threshold(unit: UnitOfWork, guard: Guard, context: RequestContext, text: str) -> ThresholdSet:
    """Een drempel veranderen, by a professional who records all symptoms (policy: ``record`` in S5 without limits).

    :raises Refused: somebody who records no symptoms
    :raises CommandRejected: not understood, or somebody who records the own symptoms only
    """
    permit = await guard.require(unit, context, Action.RECORD, Section.S5)
    if permit.limits or context.role is None or not context.role.is_professional:
        raise CommandRejected(
            "thresholds-not-yours", "Drempels zet een zorgverlener. Bespreek het met uw zorgverlener."
        )
    before = await unit.thresholds.newest(context.circle_id)
    rules = parse_threshold(text, before.rules if before is not None else Thresholds())
    made = ThresholdSet(
        circle_id=context.circle_id,
        patient_id=context.patient_id or "",
        version=before.version + 1 if before is not None else 1,
        rules=rules,
        set_by=context.actor.id,
        set_at=context.now,
    )
    await unit.thresholds.add(made)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.THRESHOLDS_SET,
            object_type="thresholds",
            object_id=f"{made.circle_id}/{made.version}",
            sections=(Section.S5,),
            policy=permit.policy,
        )
    )
    await watch_diary(unit, context, rules, context.now)
    return made


async def watch_diary(unit: UnitOfWork, context: RequestContext, rules: Thresholds, since: datetime) -> None:
    """A week after ``since`` somebody asks, when a diary was agreed on."""
    if not rules.diary:
        await unit.reminders.cancel(ReminderKind.DIARY, context.circle_id, context.now)
        return
    due = Reminder(ReminderKind.DIARY, context.circle_id, since + QUIET, context.actor.id, context.circle_id)
    await unit.reminders.set(due, context.now)


async def ring_diary(unit: UnitOfWork, hour: Hour, reminder: Reminder) -> datetime | None:
    """Een stille week: the patient is asked, once a week; no alarm, and nothing in the dying phase (§3.5, §3.7)."""
    circle = await unit.circles.get(reminder.circle_id or "")
    patient = await unit.patients.get(circle.patient_id)
    if not circle.open or patient.state not in {PatientState.ALIVE, PatientState.DYING}:
        return None
    again = hour.now + QUIET
    if patient.state is PatientState.DYING or not (await rules_of(unit, circle)).diary:
        return again if patient.state is PatientState.DYING else None
    context = await in_name_of(unit, circle, await acting_lead(unit, circle, hour.now), hour)
    await tell(unit, context, circle, patient.person_id, _ASK, ())
    return again
