"""Meer dan één rol per mens: which hats somebody may wear, and which one this place in a circle is for.

Each act has one hat (NEN 7510-2 9.2.3): that of the care relation. Rights of two hats are never added up.
"""

from dataclasses import replace
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.people import require_administrator
from hub.application.use_cases.revoking import end_place
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.people import Hat, Person, same_organisation
from hub.domain.vocabulary import Action, Role


async def add_hat(
    unit: UnitOfWork,
    context: RequestContext,
    *,
    person_id: str,
    role: Role,
    organisation: str,
    evidence: str,
    until: datetime | None,
) -> Hat:
    """Een rol erbij, proved as the first one was (NEN 7510-2 9.2.1).

    :raises CommandRejected: not a role of a carer, no proof, or worn already
    """
    require_administrator(context)
    person = await unit.people.get(person_id)
    if not role.is_professional:
        # Who runs or oversees Kring does that with an account of its own; a relative needs no proof of a profession.
        raise CommandRejected("not-a-hat", "Alleen een rol als zorgverlener kan erbij komen.")
    if person.role is Role.PATIENT or person.has_left(context.now):
        raise CommandRejected("not-a-hat", "Deze persoon kan geen rol als zorgverlener krijgen.")
    if until is not None and until <= context.now:
        raise CommandRejected("period-over", "De einddatum ligt in het verleden.")
    if not evidence.strip():
        raise CommandRejected("role-not-proved", "Schrijf hoe de rol is vastgesteld (--evidence).")
    worn = [hat for hat in await hats_of(unit, person) if hat.active(context.now)]
    if any(hat.role is role and same_organisation(hat.organisation, organisation) for hat in worn):
        raise CommandRejected("worn-already", "Deze persoon heeft deze rol voor deze organisatie al.")
    hat = Hat(new_id("hat"), person.id, role, organisation, evidence.strip(), context.now, until, context.actor.id)
    await unit.hats.add(hat)
    await _log(unit, context, AuditEvent.ROLE_ADDED, hat)
    return hat


async def end_hat(
    unit: UnitOfWork, guard: Guard, context: RequestContext, *, person_id: str, role: Role, organisation: str
) -> list[str]:
    """Een rol beëindigen, at once with every place in a circle that was for it; returns those circles.

    :raises CommandRejected: that role is not there; the first role ends with the person (``kring person leave``)
    """
    require_administrator(context)
    for hat in await unit.hats.of_person(person_id):
        if hat.active(context.now) and hat.role is role and same_organisation(hat.organisation, organisation):
            await unit.hats.end(hat.id, context.now)
            await _log(unit, context, AuditEvent.ROLE_ENDED, hat)
            return await _end_places(unit, guard, context, hat)
    raise CommandRejected("not-worn", "Deze persoon heeft die rol niet voor die organisatie.")


async def hats_of(unit: UnitOfWork, person: Person) -> list[Hat]:
    """The first role and those that came later."""
    first = Hat(person.id, person.id, person.role, person.organisation, person.evidence or "", person.created_at)
    return [first, *await unit.hats.of_person(person.id)]


async def chosen_hat(
    unit: UnitOfWork, person: Person, role: Role | None, organisation: str | None, now: datetime
) -> tuple[Role, str | None, datetime | None]:
    """Which hat a place in a circle is for: the role, for which organisation, and until when it is worn.

    A professional may be there as a relative: then that is the only hat, and no organisation comes with it.

    :raises CommandRejected: not a hat of this person
    """
    wanted = role or person.role
    if wanted is Role.RELATIVE and organisation is None and person.role is not Role.PATIENT:
        return wanted, None, None
    if not wanted.is_professional:
        if wanted is person.role or (wanted is Role.REPRESENTATIVE and person.role is Role.RELATIVE):
            return wanted, None, None
        raise _not_proved(wanted)
    worn = [hat for hat in await hats_of(unit, person) if hat.role is wanted and hat.active(now)]
    if organisation is not None:
        worn = [hat for hat in worn if same_organisation(hat.organisation, organisation)]
    if not worn:
        raise _not_proved(wanted)
    if len(worn) > 1 and worn[0].id != person.id:
        raise CommandRejected("which-organisation", "Voor welke organisatie? Geef --organisation.")
    return wanted, worn[0].organisation, worn[0].until


def _not_proved(wanted: Role) -> CommandRejected:
    return CommandRejected(
        "role-not-proved",
        "Voor deze persoon is de rol %(title_nl)s niet vastgesteld (NEN 7510-2 9.2.1).",
        {"title_nl": wanted.title_nl},
    )


async def _end_places(unit: UnitOfWork, guard: Guard, context: RequestContext, hat: Hat) -> list[str]:
    ended = []
    for circle, relation in await unit.circles.places_of(hat.person_id, context.now):
        if relation.role is hat.role and same_organisation(relation.organisation, hat.organisation):
            about = replace(context, circle=circle, patient_id=circle.patient_id)
            permit = await guard.require(unit, about, Action.REMOVE)
            await end_place(unit, about, circle, relation, DischargeReason.LEFT_ORGANISATION, policy=permit.policy)
            ended.append(circle.id)
    return ended


async def _log(unit: UnitOfWork, context: RequestContext, event: AuditEvent, hat: Hat) -> None:
    await unit.audit.add(
        auditing.entry(context, event, object_type="person", object_id=hat.person_id, detail=hat.role.value)
    )
