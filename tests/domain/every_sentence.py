"""One value for each thing that an entry can say: every member of every enumeration of every kind, with its name.

The advance care plan is in ``test_advance_care_plan``; here is everything else. ``reviewed_sentences.txt`` holds what
people read of each.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import StrEnum
from itertools import product
from typing import Any, get_args, get_type_hints

from hub.domain.care_events import CareEvent, DiedAt, PlaceOfDeath
from hub.domain.care_network import AcpConversation, ContactPerson, ContactRole, HealthProfessional
from hub.domain.care_plan import Appointment, CareAgreement, CarePlanItem, Dimension
from hub.domain.course import CareEventKind
from hub.domain.documents import Document
from hub.domain.dying_phase import CarePath, Course, DyingPhase, PalliativeSedation, PathPart, SedationForm, Sign
from hub.domain.emergency_kit import EmergencyKit, Indication, KitItem
from hub.domain.entries import Note, Statement, Value
from hub.domain.function import (
    DeliriumScore,
    Intake,
    IntakeLevel,
    MeaningItem,
    MeaningScore,
    MeaningScores,
    PerformanceScore,
    Scale,
    Shift,
    Weight,
)
from hub.domain.marking import (
    Colour,
    Diagnosis,
    IllnessPhase,
    MarkingTool,
    PatzColour,
    Phase,
    Surprise,
    SurpriseQuestion,
    SurpriseVariant,
    Tool,
)
from hub.domain.medication import Allergy, AllergyStatus, KidneyFunction, MedicationOverview, Pump
from hub.domain.network_kinds import Hours, LivingAspect, LivingSituation, Reachability
from hub.domain.observations import Complexity, ItemScore, Level, PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.perspectives import ConversationReport, PreferredPlaceOfCare, RelativeView
from hub.domain.psychosocial import CarerStrain, PsychosocialSignal, Signal
from hub.domain.representation import Rank
from hub.domain.values import Coded, Moment, PartialDate
from hub.domain.wishes import CareWishes, Place, SenseOfPurpose, View

DAY = PartialDate("2026-11-03")
AT = Moment("2026-11-03T14:05")
Named = list[tuple[str, Value]]


def of_the_other_kinds() -> Named:
    """Everything but the advance care plan, in the order of the sections."""
    return [*_people(), *_illness(), *_wishes(), *_function(), *_psychosocial(), *_medication(), *_care(), *_dying()]


def _people() -> Named:
    named: Named = [
        (f"rank {rank.name}", ContactPerson("Pieter de Wit", (ContactRole.LEGAL_REPRESENTATIVE,), "zoon", rank=rank))
        for rank in Rank
    ]
    named += [(f"living {aspect.name}", LivingSituation(aspect, "bij de buurvrouw")) for aspect in LivingAspect]
    named += [
        (f"reach {hours.name}", Reachability((hours,), "HAP Arnhem", "026-1234567", "spoed", "belt terug"))
        for hours in Hours
    ]
    return [
        *named,
        ("reach always, bare", Reachability(tuple(Hours), "ambulance", "112")),
        ("professional", HealthProfessional("M. van Huissen", "huisarts")),
    ]


def _illness() -> Named:
    code = Coded("254837009", "http://snomed.info/sct", "borstkanker", "pzp-stu3")
    named: Named = [
        ("diagnosis main", Diagnosis("borstkanker", DAY, True, "met botmetastasen", code)),
        ("diagnosis", Diagnosis("diabetes")),
    ]
    named += [(f"phase {phase.name}", IllnessPhase(phase, DAY, "weken tot maanden")) for phase in Phase]
    named += [
        (f"surprise {variant.name} {answer.name}", SurpriseQuestion(variant, answer, DAY))
        for variant, answer in product(SurpriseVariant, Surprise)
    ]
    named += [(f"tool {tool.name}", MarkingTool(tool, ("bedlegerig", "afgevallen"), DAY)) for tool in Tool]
    named.append(("tool without items", MarkingTool(Tool.SPICT, (), DAY)))
    named += [(f"colour {colour.name}", PatzColour(colour, None, DAY)) for colour in Colour]
    named.append(("colour with the legend of the group", PatzColour(Colour.GREEN, "stabiel, eens per kwartaal")))
    named += [(f"complexity {level.name}", Complexity(level, "twee opnames")) for level in Level]
    whole = Complexity(Level.HIGH, "twee opnames", "pijn", "angst", "dochter ver weg", "zoekt zin", DAY)
    return [*named, ("complexity whole", whole)]


def _wishes() -> Named:
    named: Named = [(f"care {place.name}", PreferredPlaceOfCare(place, asked_on=DAY)) for place in Place]
    named += [
        (f"care {place.name} (son)", PreferredPlaceOfCare(place, View.RELATIVE, "zoon Pieter")) for place in Place
    ]
    return [
        *named,
        ("view of a relative", RelativeView("zoon Pieter", "zij kan beter naar een hospice", DAY)),
        ("wishes", CareWishes("nog één keer naar zee", DAY)),
        ("purpose", SenseOfPurpose("de kleinkinderen", DAY)),
        ("conversation", AcpConversation(DAY, ("G. Huisman",), ("patiënt", "zoon"))),
        ("report", ConversationReport(DAY, "wil geen pijn", "zijn bang", "goed gesprek")),
    ]


def _function() -> Named:
    named: Named = [
        (f"{scale.name} {score}", PerformanceScore(scale, score)) for scale in Scale for score in range(0, 101, 10)
    ]
    named += [(f"delirium {shift.name}", DeliriumScore(2, shift)) for shift in Shift]
    named += [("delirium 3", DeliriumScore(3)), ("weight", Weight(58_500)), ("weight in grams", Weight(58_050))]
    named += [
        (f"intake {level.name} {reporter.name}", Intake(level, reporter))
        for level, reporter in product(IntakeLevel, Reporter)
    ]
    meanings = tuple(MeaningScore(item, 3) for item in MeaningItem)
    symptoms = tuple(ItemScore(item, 4) for item in SymptomItem)
    for reporter in Reporter:
        named += [
            (f"meaning {reporter.name}", MeaningScores(meanings, reporter)),
            (f"pain {reporter.name}", PainScore(8, reporter, "nachts")),
            (f"diary {reporter.name}", SymptomScores(symptoms, reporter)),
        ]
    named += [
        (f"diary first {item.name}", SymptomScores((ItemScore(item, 7),), Reporter.PATIENT, first=item))
        for item in SymptomItem
    ]
    return named


def _psychosocial() -> Named:
    named: Named = [
        (f"strain {reporter.name}", CarerStrain(7, "zoon Pieter", reporter, "slaapt slecht")) for reporter in Reporter
    ]
    return [*named, *((f"signal {signal.name}", PsychosocialSignal(signal, "zoals verteld")) for signal in Signal)]


def _medication() -> Named:
    kit = tuple(KitItem(indication, "zoals op het verzoek") for indication in Indication)
    return [
        ("medication", MedicationOverview(("morfine 10 mg 2 dd", "movicolon 1 dd"), "apotheek De Brug", AT)),
        ("medication none", MedicationOverview((), "LSP", Moment("2026-11-03"))),
        *((f"allergy {s.name}", Allergy(s)) for s in AllergyStatus if s is not AllergyStatus.KNOWN),
        ("allergy KNOWN", Allergy(AllergyStatus.KNOWN, "penicilline", "huiduitslag", PartialDate("1990"))),
        ("kidneys", KidneyFunction(45, DAY)),
        ("kidneys undated", KidneyFunction(45)),
        ("pump", Pump("morfine 30 mg per etmaal", "apotheek", AT, "thuiszorg", "026-1234567")),
        ("pump stopped", Pump(None, stopped=True)),
        (
            "kit whole",
            EmergencyKit(kit, "G. Huisman", DAY, "koelkast", DAY, "G. Huisman", DAY, "thuiszorg 026-1234567"),
        ),
        ("kit bare", EmergencyKit(kit[:1])),
        ("kit returned", EmergencyKit((), returned_on=DAY)),
    ]


def _care() -> Named:
    return [
        *((f"plan {d.name}", CarePlanItem(d, "pijn", "doorslapen", "pomp", "thuiszorg", DAY)) for d in Dimension),
        ("plan bare", CarePlanItem(Dimension.SOCIAL, "alleen")),
        ("agreement", CareAgreement("thuiszorg komt twee keer per dag", "dochter", DAY, DAY)),
        ("agreement bare", CareAgreement("huisarts belt op vrijdag")),
        ("appointment", Appointment("gesprek over hospice", AT, "thuis", "huisarts")),
        ("appointment cancelled", Appointment("gesprek over hospice", AT, cancelled=True)),
        *[(f"event {what.name}", CareEvent(what, DAY)) for what in CareEventKind],
        ("event of days", CareEvent(CareEventKind.ADMISSION, DAY, DAY, "ontslagbrief")),
    ]


def _dying() -> Named:
    named: Named = [
        (f"dying {course.name}", DyingPhase(course, DAY, tuple(Sign), "dochter waakt")) for course in Course
    ]
    named += [(f"path {part.name}", CarePath(part, "mond verzorgd", AT)) for part in PathPart]
    named += [
        (f"sedation {course.name} {form.name}", PalliativeSedation(course, AT, "G. Huisman", form, "benauwdheid"))
        for course, form in product(Course, SedationForm)
    ]
    paper = Document("Wilsverklaring", "application/pdf", 120_000, "0" * 64, "att-1", "Ik wil niet")
    return [
        *named,
        ("sedation discussed", PalliativeSedation(Course.STARTED, AT, "G. Huisman", None, "pijn", ("dochter", "zoon"))),
        *[(f"died {place.name}", PlaceOfDeath(place)) for place in DiedAt],
        ("document", paper),
        ("photo", Document("Huid", "image/jpeg", 2_500_000, "0" * 64, "att-2")),
        ("note", Note("Rustige nacht.")),
        ("statement", Statement("S3-2", "Zo is het niet gegaan")),
        ("statement that asks for mending", Statement("S3-2", "Het was gisteren", True)),
    ]


def enumerations_of(hint: Any) -> set[type[StrEnum]]:
    """Every enumeration that a value of this type can hold, inside its parts as well."""
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {hint}
    if is_dataclass(hint):
        return {one for inner in get_type_hints(hint).values() for one in enumerations_of(inner)}
    return {one for inner in get_args(hint) for one in enumerations_of(inner)}


def members_in(value: Any) -> Iterator[StrEnum]:
    """Every member of an enumeration that a value holds."""
    if isinstance(value, StrEnum):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from members_in(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from members_in(getattr(value, field.name))
