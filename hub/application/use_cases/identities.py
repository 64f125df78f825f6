"""Whose keys are whose: what is told when somebody's identity changes, and the one act that lets it count again (I11).

Pinned is only what was seen and named by its fingerprint, by somebody of the circle other than the person themself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit, Refused
from hub.application.identify import identify
from hub.application.ports import UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases import identity_texts as texts
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle, RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.identity import NOTHING, IdentityEvent, PinnedIdentity, PinState, fits
from hub.domain.people import Person
from hub.domain.spoken import joined, phrase
from hub.domain.vocabulary import Action, Channel, Role

INITIATOR = "bot:dossier"
_EVENTS = {
    "pinned": AuditEvent.IDENTITY_PINNED,
    "awaiting": AuditEvent.IDENTITY_SEEN,
    "changed": AuditEvent.IDENTITY_CHANGED,
    "unsigned-device": AuditEvent.DEVICE_UNSIGNED,
}
_DEVICE = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
# Whoever makes new keys all day must not fill the rooms with it; the page and the log show every one.
_MOST_ALARMS, _ALARM_SPAN = 3, timedelta(hours=1)


async def watch(unit: UnitOfWork, guard: Guard, speaker: Speaker, event: IdentityEvent, now: datetime) -> None:
    """Log what was seen of somebody's identity, in each of their circles, and tell who must do something about it."""
    person = await unit.people.by_matrix_id(event.user_id)
    if person is None:
        return
    if event.kind == "unsigned-device" and not _DEVICE.fullmatch(event.master_key):
        # Whoever signs in chooses it, and it is said in a room and stands in the log.
        event = replace(event, master_key="onbekend")
    kind = _EVENTS[event.kind]
    earlier = [item.entry for item in await unit.audit.by_person(person.id, 50)]
    quiet = sum(e.event is kind and now - e.recorded_at < _ALARM_SPAN for e in earlier) >= _MOST_ALARMS
    circles: Sequence[Circle | None] = await unit.circles.open_with(person.id, now) or [None]
    for circle in circles:
        context = await _context(unit, person, circle, event, now)
        await unit.audit.add(
            auditing.entry(
                context, kind, object_type="identity", object_id=event.master_key or "none", detail=event.how
            )
        )
        if circle is None or event.kind == "pinned" or quiet:
            continue
        if event.kind == "unsigned-device":
            await speaker.private(unit, context, person, texts.unsigned_device(event.master_key), ())
            if not await _in_own_room(unit, context, person):
                lead = await unit.people.get(circle.lead_id)
                said = texts.unsigned_device_of(person.introduced(context.role), event.master_key)
                await speaker.announce(unit, replace(context, actor=lead), RoomKind.TEAM, said.dutch)
        else:
            await _alarm(unit, guard, speaker, context, person, event)


async def _alarm(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext, person: Person, event: IdentityEvent
) -> None:
    """To everybody who may confirm it: in their own room when they are there, else (once) in the team room."""
    role = context.role or person.role
    body = texts.awaiting(person, role, event.master_key)
    if event.kind == "changed":
        body = texts.changed(person, role, event.master_key)
    able = await confirmers(unit, guard, context, person)
    in_team = not able
    for one in able:
        theirs = replace(context, actor=one.actor, role=one.role, relation=one.relation)
        if await _in_own_room(unit, context, one.actor):
            await speaker.private(unit, theirs, one.actor, body, ())
        else:
            in_team = True
    if in_team:
        lead = await unit.people.get(context.circle.lead_id) if context.circle else person
        helpless = () if able else (texts.ADMINISTRATOR_HELPS,)
        await speaker.announce(unit, replace(context, actor=lead), RoomKind.TEAM, joined((body, *helpless)).dutch)


async def confirmers(unit: UnitOfWork, guard: Guard, context: RequestContext, person: Person) -> list[RequestContext]:
    """Who of this circle may say that an identity is ``person``'s: by policy, not themself, not waiting themself."""
    found = []
    for relation in await unit.circles.relations(context.circle_id):
        if relation.person_id == person.id or not relation.active(context.now):
            continue
        one = await unit.people.get(relation.person_id)
        theirs = await identify(
            unit,
            one,
            context.circle,
            channel=context.channel,
            initiator=context.initiator,
            correlation_id=context.correlation_id,
            now=context.now,
        )
        _, decision = await guard.decide(unit, theirs, Action.TRUST, None)
        if decision.permitted and not decision.errors and await _counts(unit, one):
            found.append(theirs)
    return found


async def _in_own_room(unit: UnitOfWork, context: RequestContext, person: Person) -> bool:
    """Whether somebody accepted the invitation to their private room of this circle."""
    room_id = await unit.rooms.find(context.circle_id, RoomKind.PRIVATE, person.id)
    return room_id is not None and (await unit.rooms.members(room_id)).get(person.matrix_id or "") == "join"


async def _counts(unit: UnitOfWork, person: Person) -> bool:
    """This person's own identity is pinned, so that they hear of it and their word counts."""
    known = (await unit.identities.of([person.matrix_id or ""])).get(person.matrix_id or "")
    return known is not None and known.state is PinState.PINNED


async def may_vouch(unit: UnitOfWork, guard: Guard, context: RequestContext, person: Person) -> Permit:
    """The permit of who may say that an identity is ``person``'s.

    :raises Refused: this role may not
    :raises CommandRejected: the person themself, somebody outside the circle, or whose own identity waits
    """
    permit = await guard.require(unit, context, Action.TRUST)
    if person.id == context.actor.id:
        raise CommandRejected("own-identity", "Uw eigen beveiliging bevestigt iemand anders van de kring.")
    if await unit.circles.relation(context.circle_id, person.id, context.now) is None:
        raise CommandRejected("not-a-member", "Deze persoon zit niet in de kring.")
    waits = context.actor.matrix_id is not None and permit.limits == frozenset()
    if waits and not await _counts(unit, context.actor):
        raise CommandRejected(
            "own-identity-waits",
            "Uw eigen beveiliging is nog niet bevestigd. Vraag eerst een collega uit de kring om dat te doen.",
        )
    return permit


async def confirm(
    unit: UnitOfWork,
    guard: Guard,
    speaker: Speaker,
    context: RequestContext,
    person_id: str,
    fingerprint: str,
    *,
    evidence: str | None = None,
) -> PinnedIdentity:
    """Een identiteit (opnieuw) bevestigen: pins what was seen last, if ``fingerprint`` still names it.

    :param fingerprint: the master key, or its first twelve characters
    :param evidence: how an administrator established it; only for them, and then required
    :raises Refused: this role may not
    :raises CommandRejected: nothing waits, another key was seen meanwhile, not by this person or not in this way
    """
    person = await unit.people.get(person_id)
    permit = await may_vouch(unit, guard, context, person)
    if permit.limits:
        await _administrator_may(unit, guard, context, person, evidence)
    matrix_id = person.matrix_id or ""
    known = (await unit.identities.of([matrix_id])).get(matrix_id)
    if known is None or known.seen_master == NOTHING:
        raise CommandRejected("nothing-seen", "Van deze persoon is nu geen beveiliging te zien in Element.")
    if known.state is PinState.PINNED:
        raise CommandRejected("nothing-waits", "Bij deze persoon hoeft niets te worden bevestigd.")
    if not fits(fingerprint, known.seen_master):
        raise CommandRejected(
            "other-identity",
            "De code klopt niet (meer): misschien is de beveiliging intussen opnieuw veranderd. Kijk nog eens.",
        )
    way = "administrator" if permit.limits else "confirmed"
    if not await unit.identities.pin(matrix_id, known.seen_master, f"{way}:{context.actor.id}", context.now):
        raise CommandRejected("other-identity", "De beveiliging is net weer veranderd. Kijk nog eens.")
    await tell_pinned(unit, speaker, context, person, known, way, policy=permit.policy, evidence=evidence)
    return (await unit.identities.of([matrix_id]))[matrix_id]


async def _administrator_may(
    unit: UnitOfWork, guard: Guard, context: RequestContext, person: Person, evidence: str | None
) -> None:
    if not evidence or len(evidence.strip()) < texts.SHORTEST_EVIDENCE:
        raise CommandRejected(
            "evidence-needed", "Zeg met --evidence hoe u dit heeft vastgesteld: wie u zag of sprak, wanneer en hoe."
        )
    able = await confirmers(unit, guard, context, person)
    if able:
        raise CommandRejected(
            "ask-the-circle",
            "In deze kring kan %(full)s dit zelf bevestigen. De beheerder doet dat alleen als niemand anders het kan.",
            {"full": able[0].actor.name.full},
        )


async def tell_pinned(
    unit: UnitOfWork,
    speaker: Speaker,
    context: RequestContext,
    person: Person,
    before: PinnedIdentity,
    way: str,
    *,
    policy: str = "",
    evidence: str | None = None,
) -> None:
    """Log a pin that a human gave in every circle of the person, and say so where the change was told."""
    for circle in await unit.circles.open_with(person.id, context.now):
        here = await identify(
            unit,
            context.actor,
            circle,
            channel=context.channel,
            initiator=context.initiator,
            correlation_id=context.correlation_id,
            now=context.now,
        )
        await unit.audit.add(
            auditing.entry(
                here,
                AuditEvent.IDENTITY_CONFIRMED,
                object_type="identity",
                object_id=before.seen_master,
                policy=policy,
                detail=f"{way};person={person.id};was={before.pinned_master[:12] or 'none'}",
            )
        )
        if before.state is PinState.PINNED:
            continue
        relation = await unit.circles.relation(circle.id, person.id, context.now)
        who = person.introduced(relation.role if relation else None)
        own_circle = circle.id == context.circle_id
        by = context.actor.introduced(here.role) if own_circle else phrase("iemand uit een andere kring")
        said = texts.confirmed(who, by, way, evidence if own_circle else None)
        await speaker.announce(unit, here, RoomKind.TEAM, said.dutch)
        if own_circle:
            await speaker.private(unit, here, person, texts.confirmed_to(by), ())


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands: ``identity`` None when the hub never saw one. ``vouched_by``: on whose word it is pinned."""

    person: Person
    role: Role
    identity: PinnedIdentity | None
    vouched_by: Person | None


async def standings(unit: UnitOfWork, guard: Guard, context: RequestContext) -> tuple[list[Standing], bool]:
    """Everybody of the circle for who may confirm identities (then True), else only the asker. The look is logged.

    :raises Refused: the asker is not in this circle
    """
    _, decision = await guard.decide(unit, context, Action.TRUST, None)
    may = decision.permitted and not decision.errors
    if not may and not context.is_member:
        raise Refused(context, None, decision, "not-a-member")
    people: list[tuple[Person, Role]] = []
    for relation in await unit.circles.relations(context.circle_id):
        if relation.active(context.now) and (may or relation.person_id == context.actor.id):
            people.append((await unit.people.get(relation.person_id), relation.role))
    known = await unit.identities.of([person.matrix_id for person, _role in people if person.matrix_id])
    found = []
    for person, role in people:
        identity = known.get(person.matrix_id or "")
        by = identity.by if identity is not None else None
        found.append(Standing(person, role, identity, await unit.people.get(by) if by else None))
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.COMMAND,
            object_type="circle",
            object_id=context.circle_id,
            detail=f"identities;people={len(found)}",
        )
    )
    return found, may


async def circle_to_act_in(unit: UnitOfWork, guard: Guard, actor: RequestContext, person: Person) -> RequestContext:
    """The request of ``actor`` in a circle of ``person`` in which they may confirm identities.

    :raises CommandRejected: the person is in no open circle
    :raises Refused: in none of them
    """
    contexts = [
        await identify(
            unit,
            actor.actor,
            circle,
            channel=actor.channel,
            initiator=actor.initiator,
            correlation_id=actor.correlation_id,
            now=actor.now,
        )
        for circle in await unit.circles.open_with(person.id, actor.now)
    ]
    if not contexts:
        raise CommandRejected("no-circle", "Deze persoon zit in geen open kring.")
    for context in contexts:
        _, decision = await guard.decide(unit, context, Action.TRUST, None)
        if decision.permitted:
            return context
    return contexts[0]


async def _context(
    unit: UnitOfWork, person: Person, circle: Circle | None, event: IdentityEvent, now: datetime
) -> RequestContext:
    return await identify(
        unit,
        person,
        circle,
        channel=Channel.ROOM,
        initiator=INITIATOR,
        correlation_id=f"identity-{event.master_key[:12] or 'none'}",
        now=now,
    )
