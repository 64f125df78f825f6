"""The out-of-hours set: make it again when the dossier changes, bring it to its holders, read it (HAZ-02, CARE-13).

A changed directive that a locum does not know of is worse than none. So every holder gets the new page at once and says
that it arrived; when somebody does not, the coach hears whom to phone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.emergency_ports import Receipt
from hub.application.guard import Guard
from hub.application.identify import identify
from hub.application.ports import Tone, UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases.freshening import turned_until_now
from hub.application.use_cases.leading import acting_lead
from hub.domain import consent as consents
from hub.domain.audit import AuditEvent
from hub.domain.circle import Circle
from hub.domain.emergency import ACKNOWLEDGE_WITHIN
from hub.domain.emergency_composing import Source, compose
from hub.domain.emergency_page import label, page
from hub.domain.emergency_set import HOLDERS, SECTIONS, EmergencySet, MadeSet
from hub.domain.errors import CommandRejected
from hub.domain.freshness import FreshnessRules
from hub.domain.people import Person
from hub.domain.spoken import Spoken, joined, phrase, verbatim
from hub.domain.vocabulary import Action, Channel, PatientState, Role, Section
from hub.domain.withholding import HELD_BACK_FROM

INITIATOR = "bot:dossier"
_LIVING = frozenset({PatientState.ALIVE, PatientState.DYING})
_ACKNOWLEDGE = phrase("Heeft u deze versie? Typ dan hier: !spoed ontvangen")


async def renew(
    unit: UnitOfWork,
    guard: Guard,
    speaker: Speaker,
    patient_id: str,
    changed_by: str,
    now: datetime,
    *,
    checking: bool = False,
) -> MadeSet | None:
    """Make the set again, and push what changed. None while there is no open circle or the patient is not alive.

    :param checking: before days off: who is on duty gets the page also when nothing changed, with the date of today
    :param changed_by: who changed something; empty when only the roster did, then the lead answers for it (I7)
    """
    patient = await unit.patients.get(patient_id)
    circle = await unit.circles.open_of(patient_id)
    if circle is None or patient.state not in _LIVING:
        await unit.emergencies.settled(patient_id)
        return None
    context = await as_member(unit, circle, changed_by or await acting_lead(unit, circle, now), now)
    content = await _compose(unit, circle, now, guard.freshness)
    earlier = await unit.emergencies.last_made(patient_id)
    if earlier is not None and earlier.content == content:
        await unit.emergencies.settled(patient_id)
        made = await _checked(unit, context, earlier) if checking else earlier
    else:
        version = earlier.version + 1 if earlier else 1
        made = MadeSet(patient_id, version, context.actor.id, now, content)
        await unit.emergencies.store(made)
        await unit.audit.add(
            auditing.entry(
                context,
                AuditEvent.EMERGENCY_SET_MADE,
                object_type="emergency-set",
                object_id=f"v{version}",
                sections=SECTIONS,
                detail=f"missing={len(content.missing)}",
            )
        )
    if content.ready:
        before = earlier.content if earlier else None
        changed = content.changed_since(before)
        urgent = content.urgently_differs(before)
        had_it = await _push(unit, guard, speaker, context, made, changed_by, urgent=urgent)
        if checking or changed:
            await _tell_on_duty(unit, guard, speaker, context, made, changed, without=had_it)
        if urgent and earlier is not None:
            await _tell_of_openings(unit, speaker, context, made)
    return made


async def renew_if_due(unit: UnitOfWork, guard: Guard, speaker: Speaker, patient_id: str, now: datetime) -> None:
    """Nobody reads a set that the dossier has overtaken: made again in the transaction of the reading."""
    changed_by = dict(await unit.emergencies.due()).get(patient_id)
    if changed_by is not None:
        await renew(unit, guard, speaker, patient_id, changed_by, now)


async def read_set(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, context: RequestContext
) -> tuple[MadeSet, frozenset[Section]]:
    """Spoedset lezen, with the sections of it that are open to this reader.

    :raises Refused: this role may not, or not any more
    :raises CommandRejected: there is none yet
    """
    permit = await guard.require(unit, context, Action.EMERGENCY_READ)
    await renew_if_due(unit, guard, speaker, context.patient_id or "", context.now)
    made = await unit.emergencies.read(permit)
    if made is None:
        raise CommandRejected("no-set", "Er is voor deze patiënt nog geen spoedset. Bel de huisarts of de coach.")
    opened = await open_sections(unit, guard, context)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.EMERGENCY_SET_READ,
            object_type="emergency-set",
            object_id=f"v{made.version}",
            sections=opened,
            policy=permit.policy,
            consent_id=permit.consent_id,
        )
    )
    return made, opened


async def open_sections(unit: UnitOfWork, guard: Guard, context: RequestContext) -> frozenset[Section]:
    """The sections of the set that this reader may know.

    A member: what they may read anyhow, and nothing of a section where something is held back from the patient now.
    Somebody from outside with the emergency procedure: all but what the patient objected to for them.
    """
    if not context.is_member and context.role is not Role.PATIENT:
        recorded = await unit.consents.of_patient(context.patient_id or "")
        return frozenset(
            section
            for section in SECTIONS
            if not consents.verdict(recorded, context.actor, context.role, section).objected
        )
    permits = await guard.permitted(unit, context, Action.READ, SECTIONS)
    opened = {permit.section for permit in permits if permit.section is not None}
    if context.role in HELD_BACK_FROM:
        held = await unit.withholdings.held_back(context.patient_id or "", context.now, context.role)
        opened -= {ref.section for ref in held}
    return frozenset(opened)


async def acknowledge(unit: UnitOfWork, context: RequestContext) -> int:
    """Ontvangst bevestigen: the version that this person now says to have.

    :raises CommandRejected: nothing waits for it
    """
    version = await unit.emergencies.acknowledge(context.patient_id or "", context.actor.id, context.now)
    if version is None:
        raise CommandRejected("nothing-to-acknowledge", "Er wacht geen spoedset op uw bevestiging.")
    await unit.audit.add(
        auditing.entry(context, AuditEvent.EMERGENCY_SET_RECEIVED, object_type="emergency-set", object_id=f"v{version}")
    )
    return version


async def alarm(unit: UnitOfWork, speaker: Speaker, receipt: Receipt, now: datetime) -> None:
    """Beltaak: tell coach and GP who did not say in two hours that the new set arrived. Once for each receipt."""
    await unit.emergencies.alarmed(receipt, now)
    circle = await unit.circles.open_of(receipt.patient_id)
    if circle is None or (await unit.patients.get(receipt.patient_id)).state not in _LIVING:
        return
    if await unit.circles.relation(circle.id, receipt.person_id, now) is None:
        return
    late = await unit.people.get(receipt.person_id)
    context = await as_member(unit, circle, await acting_lead(unit, circle, now), now)
    number = phrase("tel. %(phone)s", phone=late.phone) if late.phone else phrase("geen telefoonnummer bekend")
    body = phrase(
        "BELTAAK: %(late)s heeft versie %(version)s van de spoedset niet bevestigd binnen twee uur. Bel (%(number)s) "
        "en vertel wat er veranderd is. De spoedset: !spoed",
        late=late.introduced(),
        version=receipt.version,
        number=number,
    )
    told = await carers(unit, circle, now, without=late.id)
    responsible = await who_rings(unit, circle, told, now)
    for person in told:
        tone = Tone.URGENT if person.id == responsible else Tone.INFORMATION
        await speaker.private(unit, context, person, body, (), tone=tone)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.EMERGENCY_ALARM,
            object_type="person",
            object_id=late.id,
            detail=f"unacknowledged;v{receipt.version};told={len(told)}",
        )
    )


async def carers(unit: UnitOfWork, circle: Circle, now: datetime, *, without: str | None = None) -> list[Person]:
    """Coach en huisarts van de kring: who hears of emergencies; the lead when there is nobody else."""
    relations = [r for r in await unit.circles.relations(circle.id) if r.active(now) and r.person_id != without]
    ids = [r.person_id for r in relations if r.role in {Role.COACH, Role.GP}]
    acting = await acting_lead(unit, circle, now)
    if not ids and acting != without:
        ids = [acting]
    known = await unit.people.all_of(ids)
    return [known[person_id] for person_id in dict.fromkeys(ids)]


async def who_rings(unit: UnitOfWork, circle: Circle, told: Sequence[Person], now: datetime) -> str | None:
    """Whose phone rings, of those who are told: who leads now, or the first when that is somebody else."""
    acting = await acting_lead(unit, circle, now)
    ids = [person.id for person in told]
    return acting if acting in ids else next(iter(ids), None)


async def as_member(unit: UnitOfWork, circle: Circle, person_id: str, now: datetime) -> RequestContext:
    """A request in the name of somebody of the circle, made by the bot as their instrument (NEN 7513 §7.3)."""
    return await identify(
        unit,
        await unit.people.get(person_id),
        circle,
        channel=Channel.ROOM,
        initiator=INITIATOR,
        correlation_id=f"emergency-{circle.id}-{now.timestamp():.0f}",
        now=now,
    )


async def as_stranger(unit: UnitOfWork, person: Person, now: datetime, correlation_id: str) -> RequestContext:
    """A request of somebody about no circle yet."""
    return await identify(
        unit, person, None, channel=Channel.CLI, initiator=INITIATOR, correlation_id=correlation_id, now=now
    )


async def _compose(unit: UnitOfWork, circle: Circle, now: datetime, rules: FreshnessRules) -> EmergencySet:
    patient = await unit.patients.get(circle.patient_id)
    found = await unit.emergencies.material(patient.id)
    relations = [r for r in await unit.circles.relations(circle.id) if r.active(now)]
    lead_id = await acting_lead(unit, circle, now)
    named = {e.author_id for e in found} | {e.confirmed_by for e in found if e.confirmed_by} | {lead_id}
    people = await unit.people.all_of(named | {relation.person_id for relation in relations})
    team = [(people[r.person_id], r.role) for r in relations if r.role.is_professional]
    turned = await turned_until_now(unit, patient.id, circle.id)
    return compose(Source(patient, found, team, people[lead_id], people, turned, now, rules))


async def _checked(unit: UnitOfWork, context: RequestContext, made: MadeSet) -> MadeSet:
    again = await unit.emergencies.checked(made, context.now)
    await unit.audit.add(
        auditing.entry(
            context, AuditEvent.EMERGENCY_SET_CHECKED, object_type="emergency-set", object_id=f"v{made.version}"
        )
    )
    return again


async def _push(
    unit: UnitOfWork,
    guard: Guard,
    speaker: Speaker,
    context: RequestContext,
    made: MadeSet,
    changed_by: str,
    *,
    urgent: bool,
) -> frozenset[str]:
    """To every holder who has none yet, and after an urgent change to all; who changed it knows already.

    Returns the people who have this version now.
    """
    pushed = set()
    known = {receipt.person_id: receipt for receipt in await unit.emergencies.receipts(made.patient_id)}
    for relation in await unit.circles.relations(context.circle_id):
        had = known.get(relation.person_id)
        if not relation.active(context.now) or relation.role not in HOLDERS:
            continue
        if had is not None and (not urgent or had.version >= made.version):
            continue
        reader = await _reader(unit, guard, context, relation.person_id)
        if reader is None:
            continue
        own = relation.person_id == changed_by
        due_at = context.now + ACKNOWLEDGE_WITHIN
        if had is not None and had.acknowledged_at is None:
            # A second change must not give anybody another two hours.
            due_at = min(due_at, had.due_at)
        await unit.emergencies.sent(
            Receipt(
                made.patient_id, made.version, relation.person_id, context.now, due_at, context.now if own else None
            )
        )
        pushed.add(relation.person_id)
        if not own:
            await _send(unit, guard, speaker, context, made, reader, _ACKNOWLEDGE, tone=Tone.URGENT)
    return frozenset(pushed)


async def _tell_on_duty(
    unit: UnitOfWork,
    guard: Guard,
    speaker: Speaker,
    context: RequestContext,
    made: MadeSet,
    changed: tuple[str, ...],
    *,
    without: frozenset[str],
) -> None:
    """De waarnemer en de post get every version, without a question back: what matters there is to have the newest."""
    said = (
        phrase("Veranderd: %(what)s.", what=", ".join(changed))
        if changed
        else phrase("Niets veranderd; u hoeft niets te doen.")
    )
    for relation in await unit.circles.relations(context.circle_id):
        if relation.active(context.now) and relation.role is Role.LOCUM and relation.person_id not in without:
            reader = await _reader(unit, guard, context, relation.person_id)
            if reader is not None and reader.actor.id != context.actor.id:
                await _send(unit, guard, speaker, context, made, reader, said, tone=Tone.INFORMATION)


async def _reader(unit: UnitOfWork, guard: Guard, context: RequestContext, person_id: str) -> RequestContext | None:
    """A member of this circle as who reads it; None: may not."""
    reader = await identify(
        unit,
        await unit.people.get(person_id),
        context.circle,
        channel=Channel.ROOM,
        initiator=INITIATOR,
        correlation_id=context.correlation_id,
        now=context.now,
    )
    _, decision = await guard.decide(unit, reader, Action.EMERGENCY_READ, None)
    return reader if decision.permitted and not decision.errors else None


async def _send(
    unit: UnitOfWork,
    guard: Guard,
    speaker: Speaker,
    context: RequestContext,
    made: MadeSet,
    reader: RequestContext,
    said: Spoken,
    *,
    tone: Tone,
) -> None:
    opened = await open_sections(unit, guard, reader)
    body, sections = joined((verbatim(page(made, opened)), said)), label(made, opened)
    await speaker.private(unit, context, reader.actor, body, sections, tone=tone)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.EMERGENCY_SET_SENT,
            object_type="person",
            object_id=reader.actor.id,
            sections=sections,
            detail=f"v{made.version}",
        )
    )


async def _tell_of_openings(unit: UnitOfWork, speaker: Speaker, context: RequestContext, made: MadeSet) -> None:
    """Who opened it from outside has no room here: somebody must phone them about the change."""
    openings = [o for o in await unit.emergencies.of_patient(made.patient_id) if o.until > context.now]
    for person_id in dict.fromkeys(opening.person_id for opening in openings):
        outside = await unit.people.get(person_id)
        number = (
            phrase("tel. %(phone)s", phone=outside.phone) if outside.phone else phrase("geen telefoonnummer bekend")
        )
        circle = await unit.circles.get(context.circle_id)
        told = await carers(unit, circle, context.now)
        responsible = await who_rings(unit, circle, told, context.now)
        for person in told:
            await speaker.private(
                unit,
                context,
                person,
                phrase(
                    "BELTAAK: %(outside)s opende met de noodprocedure een oudere versie van de spoedset. Die is nu "
                    "veranderd (versie %(version)s). Bel (%(number)s).",
                    outside=outside.introduced(),
                    version=made.version,
                    number=number,
                ),
                (),
                tone=Tone.URGENT if person.id == responsible else Tone.INFORMATION,
            )


def spoken(made: MadeSet, opened: Iterable[Section]) -> tuple[str, frozenset[Section]]:
    """The page and its label, for who asked."""
    sections = frozenset(opened)
    return page(made, sections), label(made, sections)
