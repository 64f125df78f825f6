"""``kring circle open|admit|discharge|show`` and ``kring consent record``."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from typing import Any

from hub.admin.asking import Question, administrator_context, context_as
from hub.application import auditing
from hub.application.ports import labels
from hub.application.use_cases import circles, consents, revoking
from hub.application.use_cases.family import NOTICE_NL, may_be_related
from hub.application.use_cases.leading import acting_lead
from hub.application.use_cases.people import Accounts
from hub.application.use_cases.representation import rank_warning
from hub.bootstrap import Hub
from hub.domain.audit import AuditEvent
from hub.domain.circle import DischargeReason, RoomKind, rooms_of
from hub.domain.consent import ConsentContext, ConsentDecision, ConsentTarget, parse_sections
from hub.domain.errors import CommandRejected, DeliveryDelayed
from hub.domain.vocabulary import Role

_NAMED_BY_NUMBER = frozenset({Role.RELATIVE, Role.REPRESENTATIVE})
_ROOMS_READY = timedelta(seconds=60)
_GLANCE = timedelta(milliseconds=50)


async def circle_open(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question, question.text("patient"))
        circle = await circles.open_circle(
            unit,
            hub.guard,
            context,
            coach_id=question.text("coach"),
            lead_id=question.optional("lead"),
            discussed=question.flag("discussed"),
        )
    await rooms_in_line(hub, [circle.id])
    async with hub.transactions() as unit:
        rooms = {place.kind: place.room_id for place in await unit.rooms.of_circle(circle.id)}
    return {
        "circle": circle.id,
        "space": rooms[RoomKind.SPACE],
        "rooms": {"circle": rooms[RoomKind.CIRCLE], "team": rooms[RoomKind.TEAM]},
    }


async def circle_admit(hub: Hub, accounts: Accounts, question: Question) -> dict[str, Any]:
    role = question.optional("role")
    if role is not None and role not in set(Role):
        raise CommandRejected("bad-role", "De rol moet een van deze zijn: %(names)s.", {"names": ", ".join(Role)})
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question, question.text("patient"))
        relation = await circles.admit(
            unit,
            hub.guard,
            context,
            person_id=question.text("person"),
            role=Role(role) if role else None,
            until=_end_of(question.optional("until")),
            organisation=question.optional("organisation"),
        )
        circle = await unit.circles.get(relation.circle_id)
        person = await unit.people.get(relation.person_id)
        # Relatives and representatives count on together: two people never have the same name in a room.
        number = len([r for r in await unit.circles.relations(circle.id) if r.role in _NAMED_BY_NUMBER])
        family = await may_be_related(unit, circle, person, relation.role, context.now)
        patient = await unit.patients.get(circle.patient_id)
        ranked = relation.role is Role.REPRESENTATIVE
        warning = await rank_warning(unit, circle.id, person, patient, context.now) if ranked else None
    # A carer who is a relative here keeps the name under which others elsewhere know them.
    if relation.role in _NAMED_BY_NUMBER and person.role in _NAMED_BY_NUMBER and person.matrix_id is not None:
        await accounts.rename(person.matrix_id, f"Naaste {circle.pseudonym}-{number}")
    await rooms_in_line(hub, [circle.id])
    async with hub.transactions() as unit:
        kinds = rooms_of(relation.role)
        invited = [place.room_id for place in await unit.rooms.of_circle(circle.id) if place.kind in kinds]
    return {"invited": invited} | ({"notice": NOTICE_NL} if family else {}) | ({"warning": warning} if warning else {})


async def circle_discharge(hub: Hub, question: Question) -> dict[str, Any]:
    reason = question.text("reason")
    if reason not in set(DischargeReason):
        raise CommandRejected(
            "bad-reason", "De reden moet een van deze zijn: %(names)s.", {"names": ", ".join(DischargeReason)}
        )
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question, question.text("patient"))
        relation = await circles.discharge(
            unit, hub.guard, context, person_id=question.text("person"), reason=DischargeReason(reason)
        )
    await rooms_in_line(hub, [relation.circle_id])
    return {"discharged": relation.person_id, "reason": reason}


async def circle_show(hub: Hub, question: Question) -> dict[str, Any]:
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question, question.text("patient"))
        if context.circle is None:
            raise CommandRejected("no-circle", "Deze patiënt heeft geen open kring.")
        found = await circles.members(unit, context.circle, context.now)
        await unit.audit.add(
            auditing.entry(
                context,
                AuditEvent.COMMAND,
                object_type="circle",
                object_id=context.circle.id,
                detail=f"circle-show;members={len(found)}",
            )
        )
        return {
            "circle": context.circle.id,
            "pseudonym": context.circle.pseudonym,
            "lead": context.circle.lead_id,
            "medical_lead": context.circle.medical_lead_id,
            "deputy": context.circle.deputy_id,
            "acting_lead": await acting_lead(unit, context.circle, context.now),
            "without_owner": (await revoking.orphans(unit, context.circle, context.now)).codes,
            "rooms": {place.kind.value: place.room_id for place in await unit.rooms.of_circle(context.circle.id)},
            "members": [
                {
                    "person": member.person.id,
                    "name": None if member.person.role is Role.PATIENT else member.person.name.full,
                    "matrix_id": member.person.matrix_id,
                    "role": member.relation.role.value,
                    "organisation": member.organisation,
                    "ground": member.relation.ground.value,
                    "since": member.relation.since.isoformat(),
                    "until": member.relation.until.isoformat() if member.relation.until else None,
                    "lead": member.lead,
                    "medical_lead": member.medical_lead,
                    "deputy": member.deputy,
                    "away_until": member.away_until.isoformat() if member.away_until else None,
                    "invitation": member.invitation,
                }
                for member in found
            ],
        }


async def consent_record(hub: Hub, question: Question) -> dict[str, Any]:
    decision = question.text("decision")
    if decision not in set(ConsentDecision):
        raise CommandRejected("bad-decision", "Het besluit is permit of deny.")
    async with hub.transactions() as unit:
        operator = await administrator_context(unit, question)
        chooser = await context_as(unit, question, question.text("patient"), question.text("given_by"))
        consent = await consents.record_consent(
            unit,
            hub.guard,
            chooser,
            decision=ConsentDecision(decision),
            target=ConsentTarget.parse(question.text("to")),
            sections=parse_sections(question.text("sections")),
            how=question.text("how"),
            recorded_by=operator.actor.id,
            situation=_situation(question.optional("situation")),
        )
    return {"consent": consent.id, "decision": decision, "sections": labels(consent.sections).split(",")}


def _situation(named: str | None) -> ConsentContext | None:
    if named is not None and named not in set(ConsentContext):
        raise CommandRejected(
            "bad-situation", "De situatie is een van deze: %(names)s.", {"names": ", ".join(ConsentContext)}
        )
    return ConsentContext(named) if named is not None else None


async def rooms_in_line(hub: Hub, circle_ids: Collection[str]) -> None:
    """Wait until the gatekeeper has brought the rooms of these circles in line with what was just decided.

    The decision itself is already in force; when Matrix is away the gatekeeper finishes later by itself.

    :raises DeliveryDelayed: not within a minute
    """
    waiting = list(circle_ids)
    deadline = asyncio.get_running_loop().time() + _ROOMS_READY.total_seconds()
    while asyncio.get_running_loop().time() < deadline:
        async with hub.transactions.reading() as unit:
            while waiting and await unit.circles.is_reconciled(waiting[-1]):
                waiting.pop()
        if not waiting:
            return
        await asyncio.sleep(_GLANCE.total_seconds())
    raise DeliveryDelayed(
        "Het besluit is vastgelegd, maar Matrix antwoordt nog niet. De kamers volgen vanzelf; zie: kring circle show.",
        timedelta(minutes=1),
    )


def _end_of(day: str | None) -> datetime | None:
    """The last moment of a date, so that "tot en met 30 november" includes the 30th."""
    if day is None:
        return None
    try:
        parsed = datetime.fromisoformat(day)
    except ValueError as error:
        raise CommandRejected("bad-date", "Schrijf de einddatum als JJJJ-MM-DD.") from error
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    return parsed + timedelta(days=1) if parsed.time() == time(0, 0) and len(day) == 10 else parsed
