"""Waar de regie bij staat: what somebody takes over, as far as they may read it."""

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.application.use_cases.cards import read_card
from hub.application.use_cases.question_owners import audit
from hub.application.use_cases.tasks import day_nl
from hub.domain.audit import AuditEvent
from hub.domain.people import Person
from hub.domain.spoken import Spoken, phrase, verbatim
from hub.domain.values import one_line
from hub.domain.vocabulary import Action, PatientState, Section


async def summary(
    unit: UnitOfWork, guard: Guard, context: RequestContext, reader: Person, *, of_person: str | None = None
) -> tuple[list[Spoken], frozenset[Section]]:
    """Lines for this reader, and their label: what is agreed, open tasks, open handovers.

    Read in the reader's own name, with ``context`` as who had it read, so that it holds nothing that is closed to them.

    :param of_person: only the work of this person, and nothing of what is agreed
    """
    theirs = await identify(
        unit,
        reader,
        context.circle,
        channel=context.channel,
        initiator=f"bot:dossier for {context.actor.id}",
        correlation_id=context.correlation_id,
        now=context.now,
    )
    lines: list[Spoken] = []
    label: set[Section] = set()
    if of_person is None:
        agreed, sections = await _agreed(unit, guard, theirs)
        lines += agreed
        label |= sections
    tasks, sections = await _tasks(unit, guard, theirs, of_person)
    lines += [*tasks, *await _questions(unit, theirs, of_person)]
    label |= sections
    if await guard.may_read_all(unit, theirs, (Section.S8,)):
        lines += await _handovers(unit, theirs, of_person)
        label.add(Section.S8)
    return lines, frozenset(label)


async def _agreed(unit: UnitOfWork, guard: Guard, theirs: RequestContext) -> tuple[list[Spoken], frozenset[Section]]:
    """The card, as this reader has it."""
    try:
        card = await read_card(unit, guard, theirs)
    except Refused:
        return [], frozenset()
    shown = [line for line in card.lines if line.section is None or line.section in card.opened]
    lines = [verbatim("- %(title)s: %(text)s", title=phrase(line.fact.title_nl), text=line.text) for line in shown]
    return [phrase("# Wat is afgesproken"), *lines], frozenset(
        line.section for line in shown if line.section is not None
    )


async def _tasks(
    unit: UnitOfWork, guard: Guard, theirs: RequestContext, of_person: str | None
) -> tuple[list[Spoken], frozenset[Section]]:
    permits = await guard.permitted(unit, theirs, Action.READ, tuple(Section))
    patient = await unit.patients.get(theirs.patient_id or "")
    deceased = patient.state is PatientState.DECEASED
    found = []
    for task in await unit.tasks.of_circle(theirs.circle_id):
        counts = task.open and not (deceased and task.kind.ends_with_death)
        if counts and of_person in {None, task.owner_id} and await guard.may_read_all(unit, theirs, [*task.sections]):
            found.append(task)
    await unit.audit.add(
        auditing.entry(
            theirs,
            AuditEvent.TASKS_READ,
            object_type="circle",
            object_id=theirs.circle_id,
            sections=tuple({section for task in found for section in task.sections}),
            policy=" ".join(sorted({permit.policy for permit in permits})),
            detail=f"lead-summary;tasks={len(found)}",
        )
    )
    people = await unit.people.all_of(task.owner_id for task in found)
    lines = [
        phrase(
            "- taak %(number)s van %(person)s, uiterlijk %(day)s: %(what)s",
            number=task.number,
            person=people[task.owner_id].name.full,
            day=day_nl(task.due_at),
            what=one_line(task.what.replace(chr(10) + "- ", " | ").removeprefix("- ")),
        )
        for task in sorted(found, key=lambda task: (task.due_at, task.number))
    ]
    heading = phrase("# Open taken") if lines else phrase("# Er zijn geen open taken die u mag zien")
    return [heading, *lines], frozenset(section for task in found for section in task.sections)


async def _questions(unit: UnitOfWork, theirs: RequestContext, of_person: str | None) -> list[Spoken]:
    """That somebody waits for an answer; the words are asked for with ``!vragen``, by who may read them."""
    found = [
        question
        for question in await unit.questions.open_in(theirs.circle_id)
        if not question.private and of_person in {None, question.owner_id}
    ]
    people = await unit.people.all_of({one for q in found for one in (q.asker_id, q.owner_id)})
    for question in found:
        await audit(unit, theirs, AuditEvent.QUESTIONS_READ, question, "number")
    lines = [
        phrase(
            "- vraag %(number)s van %(person)s, %(owner)s antwoordt uiterlijk %(day)s",
            number=question.number,
            person=people[question.asker_id].name.full,
            owner=people[question.owner_id].name.full,
            day=day_nl(question.term_at),
        )
        for question in found
    ]
    return [phrase("# Vragen zonder antwoord"), *lines] if lines else []


async def _handovers(unit: UnitOfWork, theirs: RequestContext, of_person: str | None) -> list[Spoken]:
    found = [
        handover
        for handover in await unit.handovers.of_circle(theirs.circle_id)
        if handover.open and of_person in {None, handover.made_by, handover.receiver_id}
    ]
    if not found:
        return []
    people = await unit.people.all_of({one for h in found for one in (h.made_by, h.receiver_id) if one is not None})
    lines = []
    for handover in found:
        place = (
            phrase(" naar %(place)s", place=phrase(handover.destination.value))
            if handover.destination is not None
            else ""
        )
        to = (
            phrase(", voor %(person)s", person=people[handover.receiver_id].name.full)
            if handover.receiver_id is not None
            else ""
        )
        lines.append(
            phrase(
                "- overdracht %(number)s%(place)s, van %(person)s%(to)s",
                number=handover.number,
                place=place,
                person=people[handover.made_by].name.full,
                to=to,
            )
        )
    return [phrase("# Overdrachten die nog niemand ontving"), *lines]
