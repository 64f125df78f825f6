"""Niemand heeft de regie (HAZ-10): what happens when the time of who leads runs out, without anybody doing anything."""

from datetime import datetime, timedelta

from hub.application.context import RequestContext
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.application.use_cases.lead_changes import open_offers, parts_of_leaver
from hub.application.use_cases.leading import presence
from hub.application.use_cases.question_owners import pass_on_questions
from hub.application.use_cases.revoking import orphans, pass_on_lead
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.identifiers import new_id
from hub.domain.lead import heirs
from hub.domain.vocabulary import Channel

AGAIN = timedelta(hours=24)
"""While nobody can lead, the alarm is repeated so often."""


async def watch_lead(unit: UnitOfWork, circle: Circle, now: datetime, *, initiator: str) -> bool:
    """Pass the lead on when who has it is not in the circle any more, or raise the alarm when nobody can have it.

    Deputy, medical part and offers of who is gone end too, and their open questions become another's. Each act is in
    the name of who had it until now: a bot acts on behalf of a person (I7). True when something was done.
    """
    circle = await unit.circles.get(circle.id)
    done = False
    if (await orphans(unit, circle, now)).lead and await _can_do_something(unit, circle, now):
        await pass_on_lead(unit, await _in_name_of(unit, circle, circle.lead_id, now, initiator), circle)
        done = True
    for person_id in await _gone(unit, circle, now):
        context = await _in_name_of(unit, circle, person_id, now, initiator)
        await parts_of_leaver(unit, context, circle, person_id)
        await pass_on_questions(unit, context, circle, person_id)
        done = True
    return done


async def wants_watching(unit: UnitOfWork, circle: Circle, now: datetime) -> bool:
    """Whether a part of the lead, an offer of it or an open question is of somebody who is not in the circle."""
    return (await orphans(unit, circle, now)).lead or bool(await _gone(unit, circle, now))


async def _can_do_something(unit: UnitOfWork, circle: Circle, now: datetime) -> bool:
    """Somebody can lead, or it is time to raise the alarm (again)."""
    return bool(heirs(*await presence(unit, circle, now))) or not await _told_lately(unit, circle, now)


async def _gone(unit: UnitOfWork, circle: Circle, now: datetime) -> list[str]:
    """Who is not here, of deputy, medical lead, the people of open offers and the owners of open questions."""
    circle, here, _ = await presence(unit, circle, now)
    if not circle.open:
        return []
    named = {circle.deputy_id, circle.medical_lead_id}
    named |= {one for offer in await open_offers(unit, circle) for one in (offer.from_id, offer.to_id)}
    named |= {question.owner_id for question in await unit.questions.open_in(circle.id)} if here else set()
    return sorted(one for one in named if one is not None and one not in here)


async def _in_name_of(
    unit: UnitOfWork, circle: Circle, person_id: str, now: datetime, initiator: str
) -> RequestContext:
    return await identify(
        unit,
        await unit.people.get(person_id),
        circle,
        channel=Channel.API,
        initiator=initiator,
        correlation_id=new_id("lead"),
        now=now,
    )


async def _told_lately(unit: UnitOfWork, circle: Circle, now: datetime) -> bool:
    return any(
        item.entry.event is AuditEvent.WORK_ORPHANED
        and "lead" in item.entry.detail.split(",")
        and now - item.entry.recorded_at < AGAIN
        for item in await unit.audit.of_patient(circle.patient_id)
    )
