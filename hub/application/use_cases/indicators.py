"""Cijfers van de regio: counted from the dossiers and the work alone, for the coordinator, in numbers only (IND-T).

What is opened to be counted stays in :func:`courses`; only counts leave :func:`figures`. Patients who objected to the
coordinator, or to everybody, and patients who left Kring, are not counted (7:458 BW; UAVG 24; ADR 0045).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.ports import UnitOfWork
from hub.domain.access import Decision
from hub.domain.aftercare import AftercareKind, AftercareRecord, Outcome
from hub.domain.audit import AuditEvent
from hub.domain.circle import CareRelation, Circle
from hub.domain.consent import verdict
from hub.domain.course import LAST_DAYS, Answered, Assessed, Course, Happened, Respondent, SurveyItem
from hub.domain.dossier import Entry, Status
from hub.domain.entries import Kind
from hub.domain.handover import HandoverState
from hub.domain.indicators import Indicator, Tariffs, indicators, saving
from hub.domain.path import CHECKS, PathStep, Taken, latest
from hub.domain.people import Patient, Person
from hub.domain.vocabulary import PatientState, Role, Section
from hub.domain.wishes import PLACES_NL, Place, View
from hub.domain.working_days import AMSTERDAM

_COUNTED = (Section.S1, Section.S2, Section.S3, Section.S4, Section.S8, Section.S9)
_KINDS = frozenset(
    {
        Kind.COMPLEXITY,
        Kind.PREFERRED_PLACE_OF_DEATH,
        Kind.PLACE_OF_DEATH,
        Kind.CARE_EVENT,
        Kind.TREATMENT_DIRECTIVE,
        Kind.MEDICAL_POLICY_GOAL,
    }
)
_HANDED_OVER = frozenset({HandoverState.OFFERED, HandoverState.ASKED, HandoverState.ACCEPTED})
_NEAR = frozenset({Role.RELATIVE, Role.REPRESENTATIVE})
_MARKING = "ada-markering-1"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Periode: whose path began in it, both days included; None: without end."""

    since: date | None = None
    until: date | None = None

    def has(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Figures:
    """De cijfers van één berekening."""

    at: datetime
    period: Period
    found: tuple[Indicator, ...]


async def figures(unit: UnitOfWork, context: RequestContext, period: Period, tariffs: Tariffs | None = None) -> Figures:
    """Alle cijfers; one line of the log names who asked. ``tariffs`` None: no saving (IND-08).

    :raises Refused: not the coordinator
    """
    if context.role is not Role.COORDINATOR:
        raise Refused(context, None, Decision(permitted=False, rules=()), "not-a-coordinator")
    counted = await courses(unit, context.actor, context.now, period)
    found = indicators(counted)
    if tariffs is not None:
        found.append(saving(counted, tariffs))
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.FIGURES_COMPUTED,
            object_type="figures",
            object_id="house",
            detail=f"patients={len(counted)};tariffs={'yes' if tariffs else 'no'}",
        )
    )
    return Figures(context.now, period, tuple(found))


async def courses(unit: UnitOfWork, asker: Person, now: datetime, period: Period) -> list[Course]:
    """Trajecten van alle patiënten van het huis: facts without a name, in no order that tells who is who."""
    found = []
    for patient_id in await unit.course_rows.patients():
        course = await _course(unit, asker, patient_id, now)
        if course is not None and period.has(course.included_on):
            found.append(course)
    return found


async def _course(unit: UnitOfWork, asker: Person, patient_id: str, now: datetime) -> Course | None:
    """None: not included, left, or objected."""
    patient = await unit.patients.get(patient_id)
    taken = await unit.path.of_patient(patient_id)
    check = latest(taken, *CHECKS)
    if patient.state is PatientState.LEFT or (check is not None and check.step is PathStep.EXCLUDED):
        return None
    consents = await unit.consents.of_patient(patient_id)
    if any(verdict(consents, asker, Role.COORDINATOR, section).objected for section in _COUNTED):
        return None
    circles = await unit.course_rows.circles(patient_id)
    ids = [circle.id for circle in circles]
    included = _day(min(circle.opened_at for circle in circles))
    died_on = await _died_on(unit, patient)
    versions = await unit.agreements.of_kinds(patient_id, _KINDS)
    aftercare = [line for circle_id in ids for line in await unit.path.aftercare(circle_id)]
    relations = {circle.id: await unit.circles.relations(circle.id) for circle in circles}
    before = None if died_on is None else died_on - timedelta(days=LAST_DAYS)
    then = [] if before is None else _standing(versions, before)
    days, without = 0.0, 0.0
    for circle in circles:
        end = circle.closed_at or now
        days += (end - circle.opened_at) / _DAY
        without += await _without_lead(unit, circle, relations[circle.id], end) / _DAY
    regular, extra = await unit.course_rows.minutes(ids)
    return Course(
        included_on=included,
        age=_age(patient.birth_date, included),
        died_on=died_on,
        preferred=_preferred(versions, died_on or _day(now)),
        died_at=_died_at(versions) if died_on is not None else None,
        events=tuple(_events(versions)),
        events_complete=died_on is not None and _complete(taken),
        goal=any(one.kind is Kind.MEDICAL_POLICY_GOAL and one.value.goal.value != "unknown" for one in then),
        directives=sum(one.kind is Kind.TREATMENT_DIRECTIVE and one.value.decision.is_agreement for one in then),
        assessed=tuple(_assessed(versions)),
        questions=tuple(await unit.course_rows.questions(ids)),
        transfers=tuple([pair for circle_id in ids for pair in await _transfers(unit, circle_id)]),
        days=days,
        days_without_lead=without,
        has_contact=any(one.role in _NEAR for found in relations.values() for one in found),
        aftercare_on=_aftercare_on(aftercare),
        closed=circles[-1].closed_at is not None,
        minutes_regular=regular,
        minutes_extra=extra,
        answers=(*_markings(aftercare), *(a for one in await unit.surveys.of_circles(ids) for a in one.answered())),
    )


async def _died_on(unit: UnitOfWork, patient: Patient) -> date | None:
    """The day that was named, else that of the declaration that counted."""
    if patient.state is not PatientState.DECEASED:
        return None
    declared = [
        one
        for one in await unit.declarations.of_patient(patient.id)
        if one.state is PatientState.DECEASED and one.confirmed_at is not None
    ]
    if declared:
        return declared[-1].happened_on or _day(declared[-1].declared_at)
    return _day(patient.state_at) if patient.state_at is not None else None


def _standing(versions: Iterable[Entry], on: date) -> list[Entry]:
    """What was in force at the end of that day: of each entry the newest version of then, when that was active."""
    newest: dict[str, Entry] = {}
    for one in sorted(versions, key=lambda entry: entry.version):
        if _day(one.recorded_at) <= on and one.status is not Status.PROPOSED:
            newest[str(one.ref)] = one
    return [one for one in newest.values() if one.status is Status.ACTIVE]


def _now(versions: Iterable[Entry], kind: Kind) -> list[Entry]:
    return [one for one in _standing(versions, date.max) if one.kind is kind]


def _preferred(versions: Iterable[Entry], on: date) -> Place | None:
    """The patient's own last word until that day; a relative's view is none. Not knowing is None."""
    said = [
        one
        for one in _standing(versions, on)
        if one.kind is Kind.PREFERRED_PLACE_OF_DEATH and one.value.view is View.PATIENT
    ]
    last = max(said, key=lambda one: one.recorded_at, default=None)
    return last.value.place if last is not None and last.value.place in PLACES_NL else None


def _died_at(versions: Iterable[Entry]) -> Place | None:
    last = max(_now(versions, Kind.PLACE_OF_DEATH), key=lambda one: one.recorded_at, default=None)
    return Place(last.value.place.value) if last is not None else None


def _events(versions: Iterable[Entry]) -> Iterable[Happened]:
    for one in _now(versions, Kind.CARE_EVENT):
        yield Happened(one.value.what, one.value.on.first_day, one.value.until.first_day if one.value.until else None)


def _complete(taken: Sequence[Taken]) -> bool:
    """Said after the death that counts; of a death that was taken back it says nothing."""
    last = latest(taken, PathStep.DIED, PathStep.EVENTS_COMPLETE, PathStep.DEATH_UNDONE)
    return last is not None and last.step is PathStep.EVENTS_COMPLETE


def _assessed(versions: Iterable[Entry]) -> Iterable[Assessed]:
    """Every judgement, oldest first. What was put right was never a change: the right one counts in its place."""
    found: list[Assessed] = []
    for one in sorted(versions, key=lambda entry: (entry.recorded_at, entry.version)):
        if one.kind is not Kind.COMPLEXITY or one.status is not Status.ACTIVE:
            continue
        if one.reason is not None and found:
            found.pop()
        found.append(Assessed(one.value.level, one.recorded_at, one.author_role.value))
    return found


async def _transfers(unit: UnitOfWork, circle_id: str) -> list[tuple[datetime, datetime | None]]:
    made = [one for one in await unit.handovers.of_circle(circle_id) if one.state in _HANDED_OVER]
    return [(one.at, one.received_at) for one in made]


async def _without_lead(
    unit: UnitOfWork, circle: Circle, relations: Sequence[CareRelation], end: datetime
) -> timedelta:
    """How long nobody led who was in the circle: a lead who left leads nothing."""
    terms = await unit.circles.leads(circle.id)
    starts = [term.since or circle.opened_at for term in terms] or [circle.opened_at]
    people = [term.person_id for term in terms] or [circle.lead_id]
    gap = timedelta()
    for number, person_id in enumerate(people):
        since = circle.opened_at if number == 0 else starts[number]
        until = starts[number + 1] if number + 1 < len(people) else end
        here = sorted(
            (max(since, one.since), min(until, one.until or until)) for one in relations if one.person_id == person_id
        )
        covered = since
        for begin, stop in here:
            if begin > covered:
                gap += begin - covered
            covered = max(covered, stop)
        gap += max(timedelta(), until - covered)
    return gap


def _aftercare_on(lines: Sequence[AftercareRecord]) -> date | None:
    return min((_day(line.noted_at) for line in lines if line.settles_contact), default=None)


def _markings(lines: Sequence[AftercareRecord]) -> Iterable[Answered]:
    """The last answer of each carer; who does not know has not answered."""
    last = {line.noted_by: line.outcome for line in lines if line.kind is AftercareKind.MARKING}
    for outcome in last.values():
        if outcome is not Outcome.UNKNOWN:
            right = int(outcome is Outcome.RIGHT)
            yield Answered(SurveyItem.MARKING_RIGHT, Respondent.PROFESSIONAL, right, _MARKING)


def _day(at: datetime) -> date:
    return at.astimezone(AMSTERDAM).date()


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
