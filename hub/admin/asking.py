"""Who asks through the admin socket, and about whom."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.domain.access import Decision
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.people import Person
from hub.domain.vocabulary import Channel, Role

NOBODY_ELSE = Decision(permitted=False, rules=())
ADMINISTRATOR_SETTING = "administrator"


@dataclass(frozen=True, slots=True)
class Question:
    """One command from the socket: its arguments, its actor (None: the administrator) and when it came in."""

    arguments: Mapping[str, Any]
    actor: str | None
    now: datetime

    def text(self, name: str) -> str:
        """A required argument.

        :raises CommandRejected: absent or not text
        """
        value = self.arguments.get(name)
        if not isinstance(value, str) or not value:
            raise CommandRejected("missing-argument", "Het argument %(name)s ontbreekt.", {"name": name})
        return value

    def optional(self, name: str) -> str | None:
        value = self.arguments.get(name)
        if value is not None and not isinstance(value, str):
            raise CommandRejected("bad-argument", "Het argument %(name)s moet tekst zijn.", {"name": name})
        return value or None

    def flag(self, name: str) -> bool:
        return self.arguments.get(name) is True


async def administrator_context(unit: UnitOfWork, question: Question, patient_id: str | None = None) -> RequestContext:
    """The request of the operator (``--actor``), about a patient's open circle where one is named."""
    actor_id = question.actor or await unit.get_setting(ADMINISTRATOR_SETTING)
    if actor_id is None:
        raise CommandRejected("no-administrator", "Er is nog geen beheerder; start Kring eerst één keer.")
    return await _context(unit, await unit.people.get(actor_id), patient_id, "person", question.now)


async def context_as(unit: UnitOfWork, question: Question, patient_id: str, person_id: str) -> RequestContext:
    """The request of another person (``--as``), made by the operator; the audit names both.

    :raises Refused: the operator is not an administrator
    """
    operator = await administrator_context(unit, question)
    if operator.role is not Role.ADMINISTRATOR and operator.actor.id != person_id:
        await unit.patients.get(patient_id)
        raise Refused(replace(operator, patient_id=patient_id), None, NOBODY_ELSE, "not-an-operator")
    person = await unit.people.get(person_id)
    return await _context(unit, person, patient_id, f"cli:{operator.actor.id}", question.now)


async def speaking_for(unit: UnitOfWork, question: Question) -> RequestContext:
    """The request of ``--as`` or else of the operator, about no patient yet.

    :raises Refused: the operator is not an administrator
    """
    operator = await administrator_context(unit, question)
    named = question.optional("as")
    if named is None or named == operator.actor.id:
        return operator
    if operator.role is not Role.ADMINISTRATOR:
        raise Refused(operator, None, NOBODY_ELSE, "not-an-operator")
    return await _context(unit, await unit.people.get(named), None, f"cli:{operator.actor.id}", question.now)


async def _context(
    unit: UnitOfWork, person: Person, patient_id: str | None, initiator: str, now: datetime
) -> RequestContext:
    if patient_id is not None:
        await unit.patients.get(patient_id)
    # A closed circle too: what is still open there (taking one's own part along) is for the policy to say.
    circle = await unit.circles.last_of(patient_id) if patient_id is not None else None
    return await identify(
        unit,
        person,
        circle,
        channel=Channel.CLI,
        initiator=initiator,
        correlation_id=new_id("cmd"),
        now=now,
        patient_id=patient_id,
    )
