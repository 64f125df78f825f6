"""Doel, wensen, ICD, gesprek en het informeren van naasten → Goal, Observation, Device, Procedure, Communication."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.domain.advance_care_plan import SNOMED, Goal, MedicalPolicyGoal
from hub.domain.care_network import AcpConversation, InformRelatives, MedicalDevice
from hub.domain.values import Coded, PartialDate
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
from hub.fhir.catalogue import (
    ABSENT,
    ACP_CONVERSATION,
    EUTHANASIA,
    GOALS,
    ICD_TYPES,
    INFORM_RELATIVES,
    PLACES,
    YES_NO,
)
from hub.fhir.export.gathering import Item
from hub.fhir.export.people import People
from hub.fhir.export.writing import Desk, Json, code_of
from hub.fhir.wording import display

RELIEVE_WORDS = "Palliatief met als doel symptoomverlichting, waarbij levensverlenging niet gewenst is"
NO_STATEMENT_WORDS = "Heeft geen euthanasieverklaring"
UNKNOWN_GOAL = "Nog onbekend"
ICD = "72506001"
_CODES = {PreferredPlaceOfDeath: "395091006", EuthanasiaPosition: "340171000146104", OrganDonation: "570801000146104"}
_METHODS = {"donation": "1156040003", "wishes": "370819000"}


def write_goal(desk: Desk, item: Item) -> None:
    """MedicalPolicyGoal → Goal. R4's value set has no *onbekend*: then the words without a code."""
    value: MedicalPolicyGoal = item.value
    unknown = value.goal is Goal.UNKNOWN and not desk.stu3
    made = desk.of_item("Goal", item, "goal", conforms=not unknown)
    day = value.agreed_on.text if value.agreed_on else None
    if desk.stu3:
        made |= {"status": "in-progress", "category": [desk.concept(SNOMED, ACP_CONVERSATION)]}
    else:
        made |= {"lifecycleStatus": "active", "extension": desk.encounter_extension(day)}
    # The word of the value set says less than the code means (only "voorkomen en behandelen van symptomen").
    words = RELIEVE_WORDS if value.goal is Goal.RELIEVE_ONLY else None
    made["description"] = {"text": UNKNOWN_GOAL} if unknown else desk.meaning(_GOALS, value.goal, value.source, words)
    made["subject"] = desk.subject
    made["statusDate"] = day
    made["note"] = [{"text": value.comment}] if value.comment else []
    desk.put(made)


_GOALS: Mapping[tuple[str, str], Goal] = {key: Goal(goal) for key, goal in GOALS.items() if key[1] != "225353007"}


def write_place(desk: Desk, people: People, item: Item) -> None:
    """The patient's wish → Observation. What a relative thinks goes elsewhere: never under this code."""
    value: PreferredPlaceOfDeath = item.value
    said = None
    if value.place is Place.OTHER:
        said = desk.concept(*(code_of(PLACES, Place.OTHER) or ("", "")), value.other_place)
    elif value.place.value not in _ABSENCES:
        said = desk.meaning(PLACES, value.place, value.source)
    _observe(desk, people, item, "place", said, value.place.value)


def write_euthanasia(desk: Desk, people: People, item: Item) -> None:
    """EuthanasiaPosition → Observation; the two releases give one code different words, so ours go along."""
    value: EuthanasiaPosition = item.value
    said = None
    if value.position.value not in _ABSENCES:
        words = NO_STATEMENT_WORDS if value.position is Euthanasia.NO_STATEMENT else None
        said = desk.meaning(EUTHANASIA, value.position, value.source, words)
        if said is not None and words is not None:
            # Always in words: R4's display says more than may have been asked.
            said.setdefault("text", value.source.text if value.source and value.source.text else words)
    _observe(desk, people, item, "euthanasia", said, value.position.value)


def write_donation(desk: Desk, people: People, item: Item) -> None:
    """OrganDonation → Observation, as the patient said."""
    value: OrganDonation = item.value
    said = desk.meaning(YES_NO, value.registered, value.source) if value.registered.value not in _ABSENCES else None
    _observe(desk, people, item, "donation", said, value.registered.value)


def write_words(desk: Desk, people: People, item: Item) -> None:
    """CareWishes and SenseOfPurpose → Observation with the words."""
    value: CareWishes | SenseOfPurpose = item.value
    called, code = ("wishes", "153851000146100") if isinstance(value, CareWishes) else ("purpose", "247751003")
    made = _observation(desk, people, item, called, code, value.asked_on)
    made["valueString"] = value.text
    desk.put(made)


_ABSENCES: Mapping[str, tuple[str, str] | None] = {
    said: code_of(ABSENT, said) for said in ("not_asked", "undecided")
} | {"not_stated": None}
"""Answers that are no value but a reason why there is none; *onbekend* is a value of the value sets."""


def _observe(desk: Desk, people: People, item: Item, called: str, said: Json | None, answer: str) -> None:
    value: Any = item.value
    made = _observation(desk, people, item, called, _CODES[type(value)], value.asked_on)
    reason = _ABSENCES.get(answer)
    made["valueCodeableConcept"] = said
    made["dataAbsentReason"] = desk.concept(*reason) if reason else None
    if value.comment:
        made |= {"comment": value.comment} if desk.stu3 else {"note": [{"text": value.comment}]}
    desk.put(made)


def _observation(desk: Desk, people: People, item: Item, called: str, code: str, asked_on: PartialDate | None) -> Json:
    made = desk.of_item("Observation", item, called)
    day = asked_on.text if asked_on else None
    method = _METHODS.get(called)
    made |= {
        "status": "amended" if item.mended else "final",
        "code": desk.concept(SNOMED, code),
        "subject": desk.subject,
        "context" if desk.stu3 else "encounter": desk.conversation_on(day),
        "effectiveDateTime": day,
        "performer": [people.author(item.entry)],
        "method": desk.concept(SNOMED, method) if method and (desk.stu3 or called == "wishes") else None,
    }
    return made


def write_device(desk: Desk, item: Item) -> None:
    """MedicalDevice → DeviceUseStatement and Device; that there is none, only the form can say."""
    value: MedicalDevice = item.value
    if value.has_icd is not Answer.YES:
        return
    made = desk.of_item("DeviceUseStatement", item, "device-use")
    device = desk.start("Device", item.key, "device")
    device["type"] = icd_concept(desk, value)
    if desk.stu3:
        device["patient"] = desk.subject
    made |= {
        "status": "active",
        "subject": desk.subject,
        "device": desk.reference("Device", item.key),
        "timingPeriod": {"start": value.since.text} if value.since else None,
        "note": [{"text": value.comment}] if value.comment else [],
    }
    desk.put(device)
    desk.put(made)


def icd_concept(desk: Desk, value: MedicalDevice) -> Json:
    """The code that the source gave or that has these words; else that of an ICD in general, with the words."""
    code = icd_code(desk, value.kind, value.source)
    if value.kind is None:
        # No display: nobody said which kind.
        return {"coding": [{"system": SNOMED, "code": code}]}
    shown = display(SNOMED, code, desk.release)
    return desk.concept(SNOMED, code, value.kind if value.kind != shown else None)


def icd_code(desk: Desk, kind: str | None, source: Coded | None) -> str:
    """The SNOMED CT code of the kind of ICD."""
    if source is not None and source.system == SNOMED and (SNOMED, source.code) in ICD_TYPES:
        return source.code
    return next((code for system, code in ICD_TYPES if system and display(system, code, desk.release) == kind), ICD)


def write_conversation(desk: Desk, people: People, item: Item) -> None:
    """AcpConversation → Procedure 713603004 with its Encounter."""
    value: AcpConversation = item.value
    day = value.held_on.text if value.held_on else None
    span = {"start": day, "end": day} if day else None
    meeting, act = desk.reference("Encounter", item.key), desk.reference("Procedure", item.key)
    performers = [people.leading(who) for who in value.held_by] + [people.present(who) for who in value.present]
    encounter = desk.of_item("Encounter", item, "encounter")
    encounter |= {
        "status": "finished",
        # Where it was held is not known; R4 and STU3 make the class mandatory in their profiles.
        "class": {"system": _ABSENT_CLASS, "code": "UNK"},
        "subject": desk.subject,
        "participant": [{"individual": who} for who in performers if who.get("reference") != desk.subject["reference"]],
        "period": span,
    }
    encounter |= {"diagnosis": [{"condition": act}]} if desk.stu3 else {"reasonReference": [act]}
    desk.put(encounter)
    made = desk.of_item("Procedure", item, "procedure")
    made |= {
        "status": "completed",
        "code": desk.concept(SNOMED, ACP_CONVERSATION),
        "subject": desk.subject,
        "context" if desk.stu3 else "encounter": meeting,
        "performer": [{"actor": who} for who in performers],
        "performedPeriod": span,
    }
    desk.put(made)


_ABSENT_CLASS = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"


def write_inform(desk: Desk, people: People, item: Item) -> None:
    """InformRelatives → CommunicationRequest (STU3) or Communication (R4). STU3 cannot say "nee"; the form can."""
    value: InformRelatives = item.value
    if value.told is not Answer.YES and (desk.stu3 or value.told is not Answer.NO):
        return
    day = value.told_on.text if value.told_on else None
    why = [desk.concept(SNOMED, ACP_CONVERSATION)]
    about = desk.concept(SNOMED, INFORM_RELATIVES)
    author = people.author(item.entry)
    if desk.stu3:
        made = desk.of_item("CommunicationRequest", item, "inform")
        made |= {
            "status": "active",
            "category": [about],
            "subject": desk.subject,
            "context": desk.conversation_on(day),
            "authoredOn": day,
            "requester": {"agent": author},
            "sender": desk.subject,
            "reasonCode": why,
        }
    else:
        made = desk.of_item("Communication", item, "inform")
        made |= {
            "status": "completed" if value.told is Answer.YES else "not-done",
            "topic": about,
            "subject": desk.subject,
            "encounter": desk.conversation_on(day),
            "sent": day,
            "recipient": [desk.subject],
            "sender": author,
            "reasonCode": why,
        }
    desk.put(made)


Writer = Callable[[Desk, People, Item], None]
WRITERS: Mapping[type, Writer] = {
    MedicalPolicyGoal: lambda desk, _, item: write_goal(desk, item),
    EuthanasiaPosition: write_euthanasia,
    OrganDonation: write_donation,
    CareWishes: write_words,
    SenseOfPurpose: write_words,
    MedicalDevice: lambda desk, _, item: write_device(desk, item),
    InformRelatives: write_inform,
}
"""Kinds that need no more than the desk, the people and the item."""
