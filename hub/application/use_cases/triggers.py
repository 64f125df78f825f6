"""Wat een meting vraagt: tasks, in the transaction of the measurement, whichever way it came in (ADR 0044).

Never a decision: somebody gets a task, by name, and who told of the complaint hears that name. One open task for each
cause. What an import brings was seen where it was measured and is not of now: it opens nothing, and is history.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.complexity import Why, after_judgement, reassess
from hub.application.use_cases.leading import acting_lead, available
from hub.application.use_cases.tasks import NewTask, day_nl, log_done, make_task, may_hear, tell
from hub.application.use_cases.thresholds import DIARY, rules_of, watch_diary
from hub.domain import triggers
from hub.domain.care_events import ASKS_AGAIN
from hub.domain.circle import Circle
from hub.domain.dossier import Entry, SourceKind, Status
from hub.domain.entries import Kind
from hub.domain.people import Person
from hub.domain.spoken import N_, Spoken, joined, phrase, verbatim
from hub.domain.task import Task, TaskKind
from hub.domain.triggers import MEASURED, Cause, Prompt, Thresholds
from hub.domain.vocabulary import PatientState, Role, Section
from hub.domain.working_days import AMSTERDAM

_WATCHED = MEASURED | {Kind.COMPLEXITY, Kind.CARE_EVENT}
_LOOKS_BACK = 60
"""Measurements: three people who each score twice a day for more than a week."""
_AT_LEAST = timedelta(hours=4)
"""Who hears it late in the evening is not too late at once."""
_CALL = N_(
    "Wordt het erger, of maakt u zich zorgen? Wacht dan niet op een bericht, en bel. Overdag%(day)s. 's Avonds, 's "
    "nachts en in het weekend: de huisartsenpost. Bij levensgevaar: 112."
)


async def look_again(
    unit: UnitOfWork, guard: Guard, context: RequestContext, changed: Collection[Entry], *, moved: bool
) -> None:
    """Call it in the transaction that stored ``changed``. ``moved``: a handover to another place was made."""
    entries = [
        one
        for one in changed
        if one.kind in _WATCHED and one.status is Status.ACTIVE and one.source.kind is not SourceKind.IMPORT
    ]
    if context.circle is None or context.patient_id is None or not (entries or moved):
        return
    circle = await unit.circles.get(context.circle.id)
    patient = await unit.patients.get(context.patient_id)
    if not circle.open or patient.state not in {PatientState.ALIVE, PatientState.DYING}:
        return
    if moved:
        await reassess(unit, context, circle, Why.MOVED)
    for entry in entries:
        if entry.kind is Kind.COMPLEXITY:
            await after_judgement(unit, context, circle, entry)
        elif entry.kind is Kind.CARE_EVENT and entry.value.what in ASKS_AGAIN:
            await reassess(unit, context, circle, Why.CARE_EVENT)
    measured = [one for one in entries if one.kind in MEASURED]
    if not measured:
        return
    rules = await rules_of(unit, circle)
    if rules.diary and any(one.kind in DIARY for one in measured):
        await watch_diary(unit, context, rules, context.now)
    history = await unit.thresholds.measured(patient.id, MEASURED, _LOOKS_BACK)
    asked = [one for one in await unit.tasks.of_circle(circle.id) if one.open and one.kind is TaskKind.SYMPTOM]
    asked = await _unsettled(unit, context, circle, rules, history, asked)
    found = [prompt for entry in measured for prompt in triggers.prompts(rules, history, entry)]
    await _symptoms(unit, guard, context, circle, asked, [one for one in found if one.cause in _OF_SYMPTOMS])
    for prompt in found:
        why = _WHY.get(prompt.cause)
        if why is not None:
            refs = (f"{prompt.ref}/{prompt.version}",)
            await reassess(unit, context, circle, why, seen=prompt.words, refs=refs, sections={prompt.section})


async def reacted(unit: UnitOfWork, context: RequestContext, task: Task) -> None:
    """Wie keek: told to the patient or relative whose complaint it was (USD: show who reacted). Nothing of contents."""
    if task.kind is not TaskKind.SYMPTOM or context.circle is None or task.made_by == context.actor.id:
        return
    relation = await unit.circles.relation(task.circle_id, task.made_by, context.now)
    if relation is None or relation.role.is_professional:
        return
    body = phrase(
        "%(actor)s heeft gekeken naar wat u doorgaf. Heeft u daar nog vragen over? Stel ze gerust.",
        actor=context.actor.name.full,
    )
    await tell(unit, context, context.circle, task.made_by, body, ())


async def _symptoms(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    circle: Circle,
    asked: Sequence[Task],
    found: Sequence[Prompt],
) -> None:
    """One task for everything that this measurement asks and that no open task asks already."""
    marks = {mark for task in asked for mark in task.refs}
    covered = {_about(mark) for mark in marks}
    urgent = {_about(mark) for mark in marks if mark.endswith("!")}
    new = [one for one in found if one.about not in (urgent if one.same_day else covered)]
    if not new:
        return
    same_day = any(one.same_day for one in new)
    owner = await _nurse_or_lead(unit, guard, context, circle)
    due_at = _today(context.now) if same_day else None
    task = await make_task(
        unit,
        context,
        circle,
        NewTask(
            kind=TaskKind.SYMPTOM,
            about="same-day" if same_day else "next-working-day",
            section=Section.S5,
            sections=frozenset({Section.S5}),
            refs=tuple(one.mark for one in new),
            what=joined([*(verbatim("- %(seen)s", seen=one.words) for one in new), *_how(same_day=same_day)]),
            alarm=phrase("Neem vandaag nog contact op") if same_day else phrase("Een klacht om naar te kijken"),
            owner_id=owner.id,
            due_at=due_at,
            known=owner.id == context.actor.id,
        ),
    )
    for old in asked:
        if {_about(mark) for mark in old.refs} <= {one.about for one in new}:
            # The same, and now it cannot wait.
            await unit.tasks.done(circle.id, old.number, context.actor.id, context.now)
            await log_done(unit, context, old, "replaced")
    await _tell_who_looks(unit, context, circle, owner, task)
    if any(one.cause is Cause.SERIOUS for one in new):
        serious = joined([one.words for one in new if one.cause is Cause.SERIOUS], ", ")
        refs = tuple(f"{one.ref}/{one.version}" for one in new if one.cause is Cause.SERIOUS)
        await reassess(unit, context, circle, Why.SERIOUS, seen=serious, refs=refs[:1], sections={Section.S5})


def _how(*, same_day: bool) -> list[Spoken]:
    if not same_day:
        return [phrase("- Bespreek met de patiënt wat er nodig is, en leg vast wat eruit kwam.")]
    return [
        phrase(
            "- Bel of bezoek de patiënt vandaag. Overleg met de huisarts, en buiten kantooruren met de huisartsenpost."
        ),
        phrase("- Kunt u het vandaag niet doen? Zeg het nu tegen wie de regie heeft."),
    ]


async def _tell_who_looks(unit: UnitOfWork, context: RequestContext, circle: Circle, owner: Person, task: Task) -> None:
    """To the patient or the relative who told of it: a name, a day, and whom to call. No promise, and no contents."""
    if context.role is None or context.role.is_professional:
        return
    people = await unit.people.all_of(
        one.person_id
        for one in await unit.circles.relations(circle.id)
        if one.active(context.now) and one.role is Role.GP
    )
    phones = [
        phrase("%(name)s, tel. %(phone)s", name=one.name.full, phone=one.phone) for one in people.values() if one.phone
    ]
    gps = verbatim(": %(phones)s", phones=_either(phones)) if phones else phrase(" uw huisarts")
    day = day_nl(task.due_at)
    looks = phrase("%(owner)s kijkt hiernaar, uiterlijk %(day)s.", owner=owner.name.full, day=day)
    await tell(unit, context, circle, context.actor.id, joined((looks, phrase(_CALL, day=gps)), " "), ())


def _either(phones: Sequence[Spoken]) -> Spoken:
    first, *more = phones
    for one in more:
        first = phrase("%(first)s, of %(one)s", first=first, one=one)
    return first


async def _nurse_or_lead(unit: UnitOfWork, guard: Guard, context: RequestContext, circle: Circle) -> Person:
    """Home care when somebody of them is there and may read it, else who leads now."""
    for relation in await unit.circles.relations(circle.id):
        if relation.role is not Role.HOME_CARE or not relation.active(context.now):
            continue
        person = await unit.people.get(relation.person_id)
        if await available(unit, circle, person.id, context.now) and await may_hear(
            unit, guard, context, circle, person, {Section.S5}
        ):
            return person
    return await unit.people.get(await acting_lead(unit, circle, context.now))


async def _unsettled(
    unit: UnitOfWork,
    context: RequestContext,
    circle: Circle,
    rules: Thresholds,
    history: Sequence[Entry],
    asked: Sequence[Task],
) -> list[Task]:
    """A task is done when every complaint in it was scored again, by who scored it, and is below its threshold."""
    left = []
    for task in asked:
        if not task.refs or not all(triggers.settled(rules, history, mark) for mark in task.refs):
            left.append(task)
            continue
        await unit.tasks.done(circle.id, task.number, context.actor.id, context.now)
        await log_done(unit, context, task, "settled")
        if task.owner_id != context.actor.id:
            body = phrase(
                "Taak %(number)s is klaar: de klacht is opnieuw gescoord en is nu onder de drempel.", number=task.number
            )
            await tell(unit, context, circle, task.owner_id, body, task.sections)
    return left


def _today(now: datetime) -> datetime:
    local = now.astimezone(AMSTERDAM)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(0), AMSTERDAM)
    return max(midnight, now + _AT_LEAST)


def _about(mark: str) -> str:
    return mark.rsplit("/", 1)[-1].rstrip("!")


_OF_SYMPTOMS = frozenset({Cause.RELEVANT, Cause.SERIOUS, Cause.RISE})
_WHY = {Cause.DROP: Why.PERFORMANCE, Cause.LOW: Why.PERFORMANCE, Cause.STRAIN: Why.STRAIN}
