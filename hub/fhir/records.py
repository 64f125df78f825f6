"""The other PZP resources: doel, wensen, ICD, gesprek, mensen. One function for each resource type."""

from collections.abc import Callable, Iterable

from hub.domain.advance_care_plan import Decision, Goal, MedicalPolicyGoal
from hub.domain.care_network import AcpConversation, InformRelatives, MedicalDevice
from hub.domain.entries import Value
from hub.domain.values import PartialDate
from hub.domain.wishes import (
    Answer,
    CareWishes,
    Euthanasia,
    EuthanasiaPosition,
    OrganDonation,
    Place,
    PreferredPlaceOfDeath,
    SenseOfPurpose,
)
from hub.fhir.candidates import Candidate, Findings, Road, in_force
from hub.fhir.catalogue import (
    ABSENT,
    ACP_CONVERSATION,
    EUTHANASIA,
    GOALS,
    ICD_TYPES,
    INFORM_RELATIVES,
    PLACES,
    SPECIFIED_UNKNOWNS,
    YES_NO,
)
from hub.fhir.documents import Resource, ResourceSet
from hub.fhir.elements import (
    Concept,
    concept,
    concept_of,
    flag,
    lookup,
    many,
    notes,
    one,
    partial_date,
    refuse,
    text,
)
from hub.fhir.people import author_among, described, names


def read_goal(everything: ResourceSet, resource: Resource, findings: Findings) -> None:
    """Goal → doel van het medisch beleid."""
    where = resource.name
    described_as = concept(resource.body, "description", where)
    goal = lookup(described_as, GOALS, where) if described_as else None
    if goal is None and described_as is not None and not described_as.codings:
        # R4's value set has no code for it, only words.
        unknown = SPECIFIED_UNKNOWNS.get((described_as.text or "").casefold()) is Decision.UNKNOWN
        goal = Goal.UNKNOWN if unknown else None
    if described_as is None or goal is None:
        findings.left(where, "is geen doel uit de proactieve zorgplanning")
        return
    if in_force(resource, findings):
        on = partial_date(resource.body, "statusDate", where) or partial_date(resource.body, "startDate", where)
        source = described_as.coded(everything.release.value)
        value = MedicalPolicyGoal(Goal(goal), on, notes(resource.body, where), source)
        findings.candidates.append(Candidate(value, where, on, None, Road.RESOURCE))


def read_observation(everything: ResourceSet, resource: Resource, findings: Findings) -> None:
    """Observation → wens, standpunt of donorregister, by its code."""
    where = resource.name
    code = concept(resource.body, "code", where)
    make = (
        next((_OBSERVATIONS[part.code] for part in code.codings if part.code in _OBSERVATIONS), None) if code else None
    )
    if make is None:
        findings.left(where, "is geen waarneming uit de proactieve zorgplanning")
        return
    if not in_force(resource, findings):
        return
    on = partial_date(resource.body, "effectiveDateTime", where)
    on = on or partial_date(one(resource.body, "effectivePeriod", where), "start", where)
    said = concept(resource.body, "valueCodeableConcept", where)
    absent = concept(resource.body, "dataAbsentReason", where)
    if absent is not None and (said is not None or text(resource.body, "valueString", where)):
        raise refuse(where, "heeft een antwoord én een reden waarom er geen antwoord is", "contradicting-value")
    value = make(resource, said, _absence(absent, where), on, everything.release.value)
    if value is None:
        findings.left(where, "heeft geen antwoord")
        return
    author = author_among(everything, many(resource.body, "performer", where), where)
    findings.candidates.append(Candidate(value, where, on, author, Road.RESOURCE))


def _absence(absent: Concept | None, where: str) -> str:
    return (lookup(absent, ABSENT, where) if absent else None) or "not_stated"


_Maker = Callable[[Resource, Concept | None, str, PartialDate | None, str], Value | None]


def _place(resource: Resource, said: Concept | None, absence: str, on: PartialDate | None, ig: str) -> Value:
    note = notes(resource.body, resource.name)
    if said is None:
        return PreferredPlaceOfDeath(Place(absence), asked_on=on, comment=note)
    place, other = place_of(said, resource.name)
    return PreferredPlaceOfDeath(place, other_place=other, asked_on=on, comment=note, source=said.coded(ig))


def place_of(said: Concept, where: str) -> tuple[Place, str | None]:
    """The place; the value set is extensible, so another code is another place with its own words."""
    place = lookup(said, PLACES, where)
    if place is None:
        if said.words is None:
            raise refuse(where, "noemt een plek zonder naam", "unknown-place")
        return Place.OTHER, said.words
    if place is not Place.OTHER:
        return place, None
    shown = next((part.display for part in said.codings if part.display), None)
    # A form has no text beside its code; only its display can name the place.
    named = said.text or (shown if shown and shown.casefold() not in _NAMELESS else None)
    return place, named


_NAMELESS = frozenset({"anders", "other", "overig", "andere plek"})


def _euthanasia(resource: Resource, said: Concept | None, absence: str, on: PartialDate | None, ig: str) -> Value:
    note = notes(resource.body, resource.name)
    if said is None:
        return EuthanasiaPosition(Euthanasia(absence), on, note)
    return EuthanasiaPosition(euthanasia_of(said, resource.name), on, note, said.coded(ig))


def euthanasia_of(said: Concept, where: str) -> Euthanasia:
    """The position; a code outside the value set is refused, it cannot be guessed."""
    position = lookup(said, EUTHANASIA, where)
    if position is None:
        raise refuse(where, "heeft een standpunt over euthanasie dat Kring niet kent", "unknown-position")
    return position


def _donation(resource: Resource, said: Concept | None, absence: str, on: PartialDate | None, ig: str) -> Value:
    note = notes(resource.body, resource.name)
    if said is None:
        return OrganDonation(Answer(absence), on, note)
    return OrganDonation(answer_of(said, resource.name), on, note, said.coded(ig))


def answer_of(said: Concept, where: str) -> Answer:
    """Yes, no or unknown by SNOMED code."""
    answer = lookup(said, YES_NO, where)
    if answer is None:
        raise refuse(where, "heeft een antwoord dat Kring niet kent", "unknown-answer")
    return answer


def _wishes(resource: Resource, _said: Concept | None, _absence: str, on: PartialDate | None, _ig: str) -> Value | None:
    words = text(resource.body, "valueString", resource.name)
    return CareWishes(words, on) if words else None


def _purpose(
    resource: Resource, _said: Concept | None, _absence: str, on: PartialDate | None, _ig: str
) -> Value | None:
    words = text(resource.body, "valueString", resource.name)
    return SenseOfPurpose(words, on) if words else None


_OBSERVATIONS: dict[str, _Maker] = {
    "395091006": _place,
    "340171000146104": _euthanasia,
    "570801000146104": _donation,
    "153851000146100": _wishes,
    "247751003": _purpose,
}


def read_device_use(everything: ResourceSet, resource: Resource, findings: Findings) -> None:
    """DeviceUseStatement with its Device → ICD; another device is left behind."""
    where = resource.name
    device = everything.resolve(one(resource.body, "device", where), where)
    kind = concept(device.body, "type", device.name) if device else None
    if kind is None or lookup(kind, ICD_TYPES, where) is None:
        findings.left(where, "is niet te herkennen als ICD")
        return
    if in_force(resource, findings):
        period = one(resource.body, "timingPeriod", where)
        ended = partial_date(period, "end", where)
        if ended is not None:
            findings.left(where, f"de ICD is er volgens de bron niet meer sinds {ended.nl}")
            return
        since = partial_date(period, "start", where)
        comment = notes(resource.body, where)
        value = MedicalDevice(Answer.YES, kind.words, since, comment, kind.coded(everything.release.value))
        findings.candidates.append(Candidate(value, where, None, None, Road.RESOURCE))


def read_conversations(everything: ResourceSet, findings: Findings) -> None:
    """Procedure 713603004 and its Encounter are one conversation; an Encounter may also stand alone."""
    told: set[str] = set()
    for procedure in everything.of("Procedure"):
        code = concept(procedure.body, "code", procedure.name)
        if code is None or all(part.code != ACP_CONVERSATION for part in code.codings):
            findings.left(procedure.name, "is geen gesprek over proactieve zorgplanning")
            continue
        reference = one(procedure.body, "encounter", procedure.name) or one(procedure.body, "context", procedure.name)
        encounter = everything.resolve(reference, procedure.name)
        if flag(procedure.body, "notDone", procedure.name) or not in_force(procedure, findings):
            findings.left(procedure.name, "heeft niet plaatsgevonden")
            continue
        told.add(encounter.name if encounter else "")
        findings.candidates.append(_conversation(everything, procedure, encounter))
    for encounter in everything.of("Encounter"):
        if encounter.name not in told and in_force(encounter, findings):
            if _is_acp(encounter):
                findings.candidates.append(_conversation(everything, encounter, encounter))
            else:
                findings.left(encounter.name, "is geen gesprek over proactieve zorgplanning")


def _is_acp(encounter: Resource) -> bool:
    profiles = one(encounter.body, "meta", encounter.name).get("profile")
    return isinstance(profiles, list) and any("ACP-Encounter" in str(profile) for profile in profiles)


def _conversation(everything: ResourceSet, main: Resource, encounter: Resource | None) -> Candidate:
    people = [one(part, "actor", main.name) for part in many(main.body, "performer", main.name)]
    held_on = partial_date(main.body, "performedDateTime", main.name)
    held_on = held_on or partial_date(one(main.body, "performedPeriod", main.name), "start", main.name)
    if encounter is not None:
        people += [
            one(part, "individual", encounter.name) for part in many(encounter.body, "participant", encounter.name)
        ]
        held_on = held_on or partial_date(one(encounter.body, "period", encounter.name), "start", encounter.name)
    said = names([described(everything, person, main.name) for person in people])
    leaders = names([author_among(everything, [person], main.name) for person in people])
    value = AcpConversation(held_on, leaders, tuple(name for name in said if name not in leaders))
    return Candidate(value, main.name, held_on, leaders[0] if leaders else None, Road.RESOURCE)


def read_inform_relatives(everything: ResourceSet, resource: Resource, findings: Findings) -> None:
    """CommunicationRequest (STU3) or Communication (R4) 223449006 → naasten informeren."""
    where = resource.name
    concepts = [concept_of(part, where) for key in ("category", "topic") for part in many(resource.body, key, where)]
    if all(part.code != INFORM_RELATIVES for found in concepts if found for part in found.codings):
        findings.left(where, "gaat niet over het informeren van naasten")
        return
    if not in_force(resource, findings):
        return
    done = text(resource.body, "status", where) != "not-done"
    on = partial_date(resource.body, "authoredOn", where) or partial_date(resource.body, "sent", where)
    sender = one(one(resource.body, "requester", where), "agent", where) or one(resource.body, "sender", where)
    author = author_among(everything, [sender], where)
    value = InformRelatives(Answer.YES if done else Answer.NO, on)
    findings.candidates.append(Candidate(value, where, on, author, Road.RESOURCE))


def used_devices(everything: ResourceSet) -> Iterable[Resource]:
    """Devices that a DeviceUseStatement points to."""
    for use in everything.of("DeviceUseStatement"):
        device = everything.resolve(one(use.body, "device", use.name), use.name)
        if device is not None:
            yield device
