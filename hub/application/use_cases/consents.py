"""Record what the patient chose: consent or objection, for whom, for what, in which situation (AVG 7, BW 7:457)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Permit
from hub.application.ports import UnitOfWork
from hub.application.use_cases.revoking import Ended, after_objection
from hub.domain.audit import AuditEvent
from hub.domain.capacity import chosen_representative, dutch_day
from hub.domain.choices import Unasked, unasked
from hub.domain.consent import (
    Consent,
    ConsentContext,
    ConsentDecision,
    ConsentTarget,
    SharingMode,
    TargetKind,
    counting,
    opens_against,
)
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.people import Patient, Person
from hub.domain.vocabulary import Action, AgeBand, Role, Section

TEXT_VERSION = "2026-11"
"""Which text people are shown with a choice; a new text is a new version (AVG 7 lid 1)."""
WITH_PROOF = "with_proof"
_MAX_HOW = 500
_LEAST_PROOF = 10


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that was stored. ``ended``: the places in the circle that ended with it (E1, E2)."""

    consent: Consent
    ended: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """Alle keuzes van de patiënt, with the people in the circle whom they may be about."""

    patient: Patient
    records: tuple[Consent, ...]
    """What counts today."""
    history: tuple[Consent, ...]
    """Everything that was ever recorded."""
    members: tuple[tuple[Person, Role], ...]
    age: AgeBand
    """From 12 to 15 a yes counts when both said it."""

    @property
    def unasked(self) -> Unasked:
        return unasked(self.records, self.members)


async def record_consent(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    *,
    decision: ConsentDecision,
    target: ConsentTarget,
    sections: frozenset[Section],
    how: str,
    recorded_by: str,
    situation: ConsentContext | None = None,
    mode: SharingMode = SharingMode.EXPLICIT,
) -> Consent:
    """:func:`choose` by the patient or the representative in person; the record alone."""
    chosen = await choose(
        unit,
        guard,
        context,
        decision=decision,
        target=target,
        sections=sections,
        how=how,
        recorded_by=recorded_by,
        situation=situation,
        mode=mode,
    )
    return chosen.consent


async def choose(
    unit: UnitOfWork,
    guard: Guard,
    context: RequestContext,
    *,
    decision: ConsentDecision,
    target: ConsentTarget,
    sections: frozenset[Section],
    how: str,
    recorded_by: str,
    situation: ConsentContext | None = None,
    on_behalf: bool = False,
    mode: SharingMode = SharingMode.EXPLICIT,
) -> Chosen:
    """Store a choice as a new record; earlier ones stay readable. What follows from an objection follows at once.

    The request is that of who makes the choice, patient or active representative; ``recorded_by`` typed it. With
    ``on_behalf`` it is that of coach or GP, who writes down what the patient said, with proof of it in ``how``.

    :raises Refused: this role does not record choices now
    :raises CommandRejected: somebody else would make it, nothing was said about how, or it would overrule the patient
    """
    if context.patient_id is None:
        raise ValueError("a consent is about a patient")
    permit = await guard.require(unit, context, Action.RECORD, Section.S11)
    patient = await unit.patients.get(context.patient_id)
    given_by = _who_chose(context, permit, patient, how, on_behalf=on_behalf)
    _require_sense(target, decision, situation)
    person = await unit.people.get(target.value) if target.kind is TargetKind.PERSON else None
    new = Consent(
        id=new_id("con"),
        patient_id=patient.id,
        decision=decision,
        target=target,
        sections=sections if situation is None else frozenset(Section),
        given_by=given_by,
        how=how.strip(),
        recorded_by=recorded_by,
        recorded_at=context.now,
        mode=mode,
        context=situation,
        channel=context.channel.value,
        text_version=TEXT_VERSION,
        own=given_by == patient.person_id,
    )
    await _require_entitled(unit, context, patient, new, person)
    consent = await unit.consents.add(new)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.CONSENT_RECORDED,
            object_type="consent",
            object_id=consent.id,
            sections=consent.sections,
            policy=permit.policy,
            consent_id=consent.id,
            detail=":".join(
                (decision.value, target.kind.value, *((situation.value,) if situation else ()))
                + (("on-behalf",) if on_behalf else ())
            ),
        )
    )
    ended = await after_objection(unit, context, consent, permit.policy)
    return Chosen(consent, tuple(ended))


async def read_choices(unit: UnitOfWork, guard: Guard, context: RequestContext) -> Choices | None:
    """All choices, for the patient, an active representative, coach and GP; None for who sees their own part only.

    Looking is logged. What is open to somebody themselves they see without this.

    :raises Refused: nothing of this is open to the asker
    """
    if context.patient_id is None:
        raise ValueError("choices are those of a patient")
    permit = await guard.require(unit, context, Action.READ, Section.S11)
    if permit.limits:
        return None
    patient = await unit.patients.get(context.patient_id)
    today = dutch_day(context.now)
    history = tuple(await unit.consents.of_patient(patient.id))
    records = tuple(counting(history, patient.birthday(16), today))
    members = await _members(unit, context)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.CONSENTS_READ,
            object_type="consent",
            object_id=patient.id,
            sections=(Section.S11,),
            policy=permit.policy,
            detail=f"choices={len(records)}",
        )
    )
    return Choices(patient, records, history, members, patient.age_band(today))


async def still_to_ask(unit: UnitOfWork, context: RequestContext) -> Unasked:
    """What the coach still has to ask the patient; names relatives of the circle, and no choice that was made."""
    if context.patient_id is None:
        return Unasked(emergency=False, after_death=False, relatives=())
    return unasked(await unit.consents.of_patient(context.patient_id), await _members(unit, context))


async def _members(unit: UnitOfWork, context: RequestContext) -> tuple[tuple[Person, Role], ...]:
    if context.circle is None:
        return ()
    active = [r for r in await unit.circles.relations(context.circle.id) if r.active(context.now)]
    people = await unit.people.all_of(relation.person_id for relation in active)
    return tuple((people[relation.person_id], relation.role) for relation in active)


def _who_chose(context: RequestContext, permit: Permit, patient: Patient, how: str, *, on_behalf: bool) -> str:
    if not how.strip() or len(how) > _MAX_HOW:
        raise CommandRejected(
            "say-how", "Schrijf kort hoe de keuze is gegeven, bijvoorbeeld: mondeling bij huisbezoek."
        )
    if context.role in {Role.PATIENT, Role.REPRESENTATIVE}:
        return context.actor.id
    if not on_behalf or WITH_PROOF not in permit.limits:
        raise CommandRejected("not-theirs", "Alleen de patiënt of de wettelijk vertegenwoordiger maakt deze keuze.")
    if len(how.strip()) < _LEAST_PROOF:
        raise CommandRejected(
            "say-proof",
            "Schrijf erbij wanneer en hoe de patiënt dit zei. Bijvoorbeeld: mondeling bij huisbezoek op 3-11.",
        )
    return patient.person_id


def _require_sense(target: ConsentTarget, decision: ConsentDecision, situation: ConsentContext | None) -> None:
    """Choices that would mean nothing, or more than was meant."""
    everyone = target.kind is TargetKind.EVERYONE
    if situation is None and everyone:
        raise CommandRejected("name-somebody", "Noem een persoon, een rol of een organisatie, niet iedereen.")
    if situation is ConsentContext.EMERGENCY and not everyone:
        raise CommandRejected(
            "emergency-for-all", "De keuze voor spoed geldt voor alle hulpverleners die dan nodig zijn."
        )
    if situation is ConsentContext.AFTER_DEATH and everyone and decision is ConsentDecision.PERMIT:
        raise CommandRejected("name-somebody", "Noem wie er na het overlijden mag meelezen.")


async def _require_entitled(
    unit: UnitOfWork, context: RequestContext, patient: Patient, new: Consent, person: Person | None
) -> None:
    """BW 7:465: who may make this choice now, against whom."""
    age = patient.age_band(dutch_day(context.now))
    represented = await unit.dossier.represented(patient.id, context.now)
    if new.own:
        if new.permits and age is AgeBand.UNDER_12:
            raise CommandRejected("parents-decide", "Voor een kind jonger dan 12 jaar kiezen de ouders of de voogd.")
        if new.permits and age is AgeBand.FROM_16 and Section.S11 in represented:
            raise CommandRejected(
                "represented-now",
                "Over toestemming beslist nu de vertegenwoordiger, samen met de patiënt. Nee zeggen kan altijd.",
            )
        if person is not None and not new.permits and new.context is None:
            relation = await _place_of(unit, context, person)
            if relation is Role.REPRESENTATIVE and (represented or age is not AgeBand.FROM_16):
                raise CommandRejected(
                    "doctor-decides",
                    "Wie de patiënt nu vertegenwoordigt, kan alleen de behandelend arts beperken (BW 7:465 lid 4).",
                )
        return
    recorded = await unit.consents.of_patient(patient.id)
    own = [one for one in recorded if one.own]
    if new.context is not None and any(one.context is new.context for one in own):
        raise CommandRejected("patient-chose", "Dit heeft de patiënt zelf gekozen. Die keuze blijft gelden (BW 7:465).")
    role = await _place_of(unit, context, person) or person.role if person is not None else None
    about = partial(_could_be_about, new.target, person, role)
    if opens_against(own, new, about) is not None:
        raise CommandRejected(
            "patient-said-no",
            "De patiënt zei hier zelf nee. Dat blijft gelden; een vertegenwoordiger verandert het niet.",
        )
    others = await _other_representatives(unit, context)
    contested = [one for one in recorded if one.given_by in others]
    chosen = await unit.get_setting(chosen_representative(patient.id))
    if chosen != context.actor.id and opens_against(contested, new, about) is not None:
        raise CommandRejected(
            "representatives-disagree",
            "Een andere vertegenwoordiger zei hier nee. Zolang u het niet eens bent, blijft het dicht. "
            "De behandelend arts kiest wie beslist, of vraagt een mentor.",
        )


def _could_be_about(target: ConsentTarget, person: Person | None, role: Role | None, other: ConsentTarget) -> bool:
    """Whether an objection against ``other`` could be about somebody whom ``target`` means. In doubt it is."""
    if person is not None:
        return other.matches(person, role)
    return other.kind is not target.kind or other.key == target.key


async def _place_of(unit: UnitOfWork, context: RequestContext, person: Person | None) -> Role | None:
    if context.circle is None or person is None:
        return None
    relation = await unit.circles.relation(context.circle.id, person.id, context.now)
    return relation.role if relation is not None else None


async def _other_representatives(unit: UnitOfWork, context: RequestContext) -> Sequence[str]:
    if context.circle is None:
        return ()
    return [
        relation.person_id
        for relation in await unit.circles.relations(context.circle.id)
        if relation.role is Role.REPRESENTATIVE
        and relation.active(context.now)
        and relation.person_id != context.actor.id
    ]
