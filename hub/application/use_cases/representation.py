"""Vertegenwoordiging: who decides for a patient, proved and in order (BW 7:465); ages (E4) and disagreement (E5)."""

from dataclasses import dataclass
from datetime import datetime

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard
from hub.application.ports import UnitOfWork
from hub.application.use_cases.dossier import NewEntry, record_entry
from hub.domain.audit import AuditEvent
from hub.domain.capacity import chosen_representative, dutch_day, parse_capacity
from hub.domain.consent import AccessRules
from hub.domain.dossier import Entry, Source
from hub.domain.entries import Kind
from hub.domain.errors import CommandRejected
from hub.domain.people import Patient, Person
from hub.domain.representation import Rank, rank_of
from hub.domain.spoken import N_
from hub.domain.vocabulary import Action, AgeBand, Role, Section

DOCTORS = frozenset({Role.GP, Role.SPECIALIST})
MAY_JUDGE = DOCTORS | {Role.FACILITY}
_MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """Een vertegenwoordiger in de kring, in the order of BW 7:465 lid 2 and 3."""

    person: Person
    rank: Rank


def require_old_enough(patient: Patient, rules: AccessRules, now: datetime) -> None:
    """Kring is not for children until somebody switched that on.

    :raises CommandRejected: the patient is under 16
    """
    if not rules.children and patient.age_band(dutch_day(now)) is not AgeBand.FROM_16:
        raise CommandRejected(
            "no-children-yet",
            "Kring is nog niet nagekeken voor kinderen. Voor een patiënt jonger dan 16 jaar gaat er geen kring open. "
            "De beheerder kan dit aanzetten (sharing.children), na akkoord van arts en FG.",
        )


async def standings(unit: UnitOfWork, circle_id: str, now: datetime) -> list[Standing]:
    """Who represents the patient in this circle, the highest rank first."""
    active = [
        relation
        for relation in await unit.circles.relations(circle_id)
        if relation.role is Role.REPRESENTATIVE and relation.active(now)
    ]
    people = await unit.people.all_of(relation.person_id for relation in active)
    found = [Standing(people[r.person_id], rank_of(people[r.person_id].evidence)) for r in active]
    return sorted(found, key=lambda one: one.rank.place)


async def rank_warning(unit: UnitOfWork, circle_id: str, person: Person, patient: Patient, now: datetime) -> str | None:
    """What who admits a representative must know: nothing proves it, or somebody on record goes first. Else None."""
    mine = rank_of(person.evidence)
    if mine is Rank.UNKNOWN:
        return N_(
            "Let op: er is niet vastgelegd waaruit blijkt dat deze persoon de patiënt vertegenwoordigt. Leg het "
            "bewijs vast (beschikking, volmacht of relatie); zonder bewijs komt deze persoon als laatste (BW 7:465)."
        )
    above = [
        one
        for one in await standings(unit, circle_id, now)
        if one.person.id != person.id and one.rank.place < mine.place
    ]
    if patient.age_band(dutch_day(now)) is not AgeBand.FROM_16 or not above:
        return None
    first = above[0]
    return N_(
        "Let op: %(person)s (%(rank)s) gaat voor als vertegenwoordiger (BW 7:465 lid 3). Deze persoon (%(mine)s) "
        "beslist pas als die dat niet kan of wil."
    ) % {"person": first.person.name.full, "rank": first.rank.title_nl, "mine": mine.title_nl}


async def choose_representative(
    unit: UnitOfWork, guard: Guard, context: RequestContext, *, person_id: str, reason: str
) -> Person:
    """De behandelend arts kiest, when two of equal rank disagree (E5). Logged; until then nothing more opens.

    :raises Refused: not somebody who may confirm agreements about treatment
    :raises CommandRejected: not a doctor, no reason, or not a representative of the highest rank here
    """
    if context.circle is None or context.patient_id is None:
        raise CommandRejected("no-circle", "Deze patiënt heeft geen open kring.")
    permit = await guard.require(unit, context, Action.CONFIRM, Section.S3)
    if context.role not in DOCTORS:
        raise CommandRejected("doctor-chooses", "Dit kiest de behandelend arts: de huisarts of de specialist.")
    if not reason.strip() or len(reason) > _MAX_REASON:
        raise CommandRejected("say-why", "Schrijf kort waarom u voor deze vertegenwoordiger kiest.")
    here = await standings(unit, context.circle.id, context.now)
    chosen = next((one for one in here if one.person.id == person_id), None)
    if chosen is None:
        raise CommandRejected("not-a-representative", "Deze persoon is geen vertegenwoordiger in deze kring.")
    if here[0].rank.place < chosen.rank.place:
        raise CommandRejected(
            "higher-rank-first",
            "%(full)s (%(title_nl)s) gaat voor (BW 7:465 lid 3). Kiezen kan alleen tussen mensen met dezelfde plaats "
            "in de wet.",
            {"full": here[0].person.name.full, "title_nl": here[0].rank.title_nl},
        )
    await unit.put_setting(chosen_representative(context.patient_id), person_id)
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.REPRESENTATIVE_CHOSEN,
            object_type="person",
            object_id=person_id,
            sections=(Section.S11,),
            policy=permit.policy,
            detail=chosen.rank.value,
        )
    )
    return chosen.person


async def judge_capacity(unit: UnitOfWork, guard: Guard, context: RequestContext, text: str, source: Source) -> Entry:
    """Wilsbekwaamheid ter zake vastleggen: which matter, how and when it was judged, and until when it counts.

    :raises Refused: not somebody who records in S3
    :raises CommandRejected: not a doctor, or the matter, method, date or review date is missing
    """
    if context.role is not None and context.role.is_professional and context.role not in MAY_JUDGE:
        raise CommandRejected("doctor-judges", "Of iemand kan beslissen, beoordeelt een arts. Overleg met de huisarts.")
    value = parse_capacity(text, dutch_day(context.now))
    return await record_entry(unit, guard, context, NewEntry(Kind.LEGAL_CAPACITY, value, Section.S3), source)
