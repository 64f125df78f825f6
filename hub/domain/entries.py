"""What a dossier entry can hold: one kind, one frozen value, one section, one full Dutch sentence.

The table :data:`KINDS` is the only place where a kind meets its value and its section.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from hub.domain.advance_care_plan import LegalCapacity, MedicalPolicyGoal, TreatmentDirective
from hub.domain.advance_directives import AdvanceDirective
from hub.domain.care_events import CareEvent, PlaceOfDeath
from hub.domain.care_network import (
    AcpConversation,
    ContactPerson,
    HealthProfessional,
    InformRelatives,
    MedicalDevice,
)
from hub.domain.care_plan import Appointment, CareAgreement, CarePlanItem
from hub.domain.codec import decode, encode
from hub.domain.documents import Document
from hub.domain.dying_phase import CarePath, DyingPhase, PalliativeSedation
from hub.domain.emergency_kit import EmergencyKit
from hub.domain.errors import CommandRejected
from hub.domain.function import DeliriumScore, Intake, MeaningScores, PerformanceScore, Weight
from hub.domain.identifiers import EntryRef
from hub.domain.marking import Diagnosis, IllnessPhase, MarkingTool, PatzColour, SurpriseQuestion
from hub.domain.medication import Allergy, KidneyFunction, MedicationOverview, Pump
from hub.domain.network_kinds import LivingSituation, Reachability
from hub.domain.observations import Complexity, PainScore, SymptomScores
from hub.domain.perspectives import ConversationReport, PreferredPlaceOfCare, RelativeView
from hub.domain.psychosocial import CarerStrain, PsychosocialSignal
from hub.domain.values import check_text, quoted
from hub.domain.vocabulary import Section
from hub.domain.wishes import (
    CareWishes,
    EarlierAgreements,
    EuthanasiaPosition,
    OrganDonation,
    PreferredPlaceOfDeath,
    SenseOfPurpose,
)


@dataclass(frozen=True, slots=True)
class Note:
    """Notitie in vrije tekst; mag in elk onderdeel staan."""

    text: str

    def __post_init__(self) -> None:
        check_text(self.text, 8000)

    def topic(self) -> str:
        """A note replaces no other note."""
        return "note"

    def sentence_nl(self) -> str:
        """The text itself, as it was written."""
        return self.text.strip()


@dataclass(frozen=True, slots=True)
class Statement:
    """Eigen verklaring van de patiënt (BW 7:454 lid 2), or the request to mend something (AVG 16).

    ``about`` names the entry beside which it stands (``S3-2``). Nobody edits it, and it travels with that entry.
    """

    about: str
    text: str
    wants_correction: bool = False

    def __post_init__(self) -> None:
        try:
            EntryRef.parse(self.about)
        except CommandRejected as problem:
            raise ValueError("geen verwijzing naar een regel") from problem
        check_text(self.text, 20_000)

    def topic(self) -> str:
        """A statement replaces no other."""
        return "statement"

    def sentence_nl(self) -> str:
        """Whose words these are, and the words as they were written."""
        what = "Verzoek om herstel van" if self.wants_correction else "Eigen verklaring bij"
        return f"{what} {self.about}: {quoted(self.text)}"


Value = (
    Note
    | Statement
    | PainScore
    | SymptomScores
    | Complexity
    | TreatmentDirective
    | MedicalPolicyGoal
    | MedicalDevice
    | AdvanceDirective
    | LegalCapacity
    | EarlierAgreements
    | AcpConversation
    | InformRelatives
    | PreferredPlaceOfDeath
    | EuthanasiaPosition
    | OrganDonation
    | CareWishes
    | SenseOfPurpose
    | ContactPerson
    | HealthProfessional
    | Reachability
    | LivingSituation
    | Diagnosis
    | IllnessPhase
    | SurpriseQuestion
    | MarkingTool
    | PatzColour
    | ConversationReport
    | PreferredPlaceOfCare
    | RelativeView
    | PerformanceScore
    | DeliriumScore
    | Weight
    | Intake
    | MeaningScores
    | CarerStrain
    | PsychosocialSignal
    | MedicationOverview
    | Allergy
    | KidneyFunction
    | Pump
    | EmergencyKit
    | CarePlanItem
    | CareAgreement
    | Appointment
    | CareEvent
    | DyingPhase
    | CarePath
    | PalliativeSedation
    | PlaceOfDeath
    | Document
)
"""Everything that an entry can hold."""


class Kind(StrEnum):
    """Soort regel in het dossier."""

    NOTE = "note"
    STATEMENT = "statement"
    PAIN_SCORE = "pain_score"
    SYMPTOM = "symptom"
    COMPLEXITY = "complexity"
    TREATMENT_DIRECTIVE = "treatment_directive"
    MEDICAL_POLICY_GOAL = "medical_policy_goal"
    MEDICAL_DEVICE = "medical_device"
    ADVANCE_DIRECTIVE = "advance_directive"
    LEGAL_CAPACITY = "legal_capacity"
    EARLIER_AGREEMENTS = "earlier_agreements"
    ACP_CONVERSATION = "acp_conversation"
    INFORM_RELATIVES = "inform_relatives"
    PREFERRED_PLACE_OF_DEATH = "preferred_place_of_death"
    EUTHANASIA_POSITION = "euthanasia_position"
    ORGAN_DONATION = "organ_donation"
    CARE_WISHES = "care_wishes"
    SENSE_OF_PURPOSE = "sense_of_purpose"
    CONTACT_PERSON = "contact_person"
    HEALTH_PROFESSIONAL = "health_professional"
    LIVING_SITUATION = "living_situation"
    DIAGNOSIS = "diagnosis"
    ILLNESS_PHASE = "illness_phase"
    SURPRISE_QUESTION = "surprise_question"
    MARKING_TOOL = "marking_tool"
    PATZ_COLOUR = "patz_colour"
    ACP_REPORT = "acp_report"
    PREFERRED_PLACE_OF_CARE = "preferred_place_of_care"
    RELATIVE_VIEW = "relative_view"
    PERFORMANCE = "performance"
    DELIRIUM = "delirium"
    WEIGHT = "weight"
    INTAKE = "intake"
    MEANING = "meaning"
    CARER_STRAIN = "carer_strain"
    PSYCHOSOCIAL = "psychosocial"
    MEDICATION_OVERVIEW = "medication_overview"
    ALLERGY = "allergy"
    KIDNEY_FUNCTION = "kidney_function"
    PUMP = "pump"
    EMERGENCY_KIT = "emergency_kit"
    CARE_PLAN = "care_plan"
    CARE_AGREEMENT = "care_agreement"
    APPOINTMENT = "appointment"
    CARE_EVENT = "care_event"
    REACHABILITY = "reachability"
    DYING_PHASE = "dying_phase"
    CARE_PATH = "care_path"
    PALLIATIVE_SEDATION = "palliative_sedation"
    PLACE_OF_DEATH = "place_of_death"
    DOCUMENT = "document"

    @property
    def section(self) -> Section | None:
        """Where entries of this kind live; None for a note or a document, which live where they are filed."""
        return KINDS[self].section

    @property
    def title_nl(self) -> str:
        """The kind as a heading."""
        return KINDS[self].title_nl

    @property
    def is_series(self) -> bool:
        """True when a new value stands beside the earlier ones (a measurement, a note) and supersedes none of them."""
        return KINDS[self].series

    @property
    def only_typed(self) -> bool:
        """True when a person must type it: no bot proposes it from words in a chat (I9; no dose by a bot, §3.9)."""
        return self in _ONLY_TYPED


@dataclass(frozen=True, slots=True)
class KindSpec:
    """One row of the table. ``value`` is the dataclass of this kind, and of no other."""

    value: type[Value]
    section: Section | None
    title_nl: str
    series: bool = False


KINDS: dict[Kind, KindSpec] = {
    Kind.NOTE: KindSpec(Note, None, "Notitie", series=True),
    Kind.STATEMENT: KindSpec(Statement, None, "Eigen verklaring", series=True),
    Kind.PAIN_SCORE: KindSpec(PainScore, Section.S5, "Pijnscore", series=True),
    Kind.SYMPTOM: KindSpec(SymptomScores, Section.S5, "Utrecht Symptoom Dagboek", series=True),
    Kind.COMPLEXITY: KindSpec(Complexity, Section.S2, "Complexiteit"),
    Kind.TREATMENT_DIRECTIVE: KindSpec(TreatmentDirective, Section.S3, "Behandelgrens"),
    Kind.MEDICAL_POLICY_GOAL: KindSpec(MedicalPolicyGoal, Section.S3, "Doel van het medisch beleid"),
    Kind.MEDICAL_DEVICE: KindSpec(MedicalDevice, Section.S3, "ICD"),
    Kind.ADVANCE_DIRECTIVE: KindSpec(AdvanceDirective, Section.S3, "Wilsverklaring"),
    Kind.LEGAL_CAPACITY: KindSpec(LegalCapacity, Section.S3, "Wilsbekwaamheid"),
    Kind.EARLIER_AGREEMENTS: KindSpec(EarlierAgreements, Section.S3, "Eerdere behandelafspraken"),
    Kind.ACP_CONVERSATION: KindSpec(AcpConversation, Section.S3, "PZP-gesprek"),
    Kind.INFORM_RELATIVES: KindSpec(InformRelatives, Section.S3, "Naasten informeren"),
    Kind.PREFERRED_PLACE_OF_DEATH: KindSpec(PreferredPlaceOfDeath, Section.S4, "Gewenste plek van overlijden"),
    Kind.EUTHANASIA_POSITION: KindSpec(EuthanasiaPosition, Section.S4, "Standpunt over euthanasie"),
    Kind.ORGAN_DONATION: KindSpec(OrganDonation, Section.S4, "Donorregister"),
    Kind.CARE_WISHES: KindSpec(CareWishes, Section.S4, "Wensen en verwachtingen"),
    Kind.SENSE_OF_PURPOSE: KindSpec(SenseOfPurpose, Section.S4, "Wat verder belangrijk is"),
    Kind.CONTACT_PERSON: KindSpec(ContactPerson, Section.S1, "Contactpersoon"),
    Kind.HEALTH_PROFESSIONAL: KindSpec(HealthProfessional, Section.S1, "Zorgverlener"),
    Kind.LIVING_SITUATION: KindSpec(LivingSituation, Section.S1, "Wonen en binnenkomen"),
    Kind.DIAGNOSIS: KindSpec(Diagnosis, Section.S2, "Diagnose"),
    Kind.ILLNESS_PHASE: KindSpec(IllnessPhase, Section.S2, "Fase van de ziekte"),
    Kind.SURPRISE_QUESTION: KindSpec(SurpriseQuestion, Section.S2, "Verrassingsvraag"),
    Kind.MARKING_TOOL: KindSpec(MarkingTool, Section.S2, "SPICT of RADPAC"),
    Kind.PATZ_COLOUR: KindSpec(PatzColour, Section.S2, "PaTz-kleur"),
    Kind.ACP_REPORT: KindSpec(ConversationReport, Section.S3, "Verslag van het PZP-gesprek", series=True),
    Kind.PREFERRED_PLACE_OF_CARE: KindSpec(PreferredPlaceOfCare, Section.S4, "Gewenste plek van zorg"),
    Kind.RELATIVE_VIEW: KindSpec(RelativeView, Section.S4, "Mening van een naaste"),
    Kind.PERFORMANCE: KindSpec(PerformanceScore, Section.S5, "Functioneren (PPS, KPS)", series=True),
    Kind.DELIRIUM: KindSpec(DeliriumScore, Section.S5, "Verwardheid (DOS)", series=True),
    Kind.WEIGHT: KindSpec(Weight, Section.S5, "Gewicht", series=True),
    Kind.INTAKE: KindSpec(Intake, Section.S5, "Eten en drinken", series=True),
    Kind.MEANING: KindSpec(MeaningScores, Section.S5, "Zingeving (USD-4D)", series=True),
    Kind.CARER_STRAIN: KindSpec(CarerStrain, Section.S6, "Belasting mantelzorger", series=True),
    Kind.PSYCHOSOCIAL: KindSpec(PsychosocialSignal, Section.S6, "Psychosociaal signaal", series=True),
    Kind.MEDICATION_OVERVIEW: KindSpec(MedicationOverview, Section.S7, "Medicatieoverzicht (kopie)"),
    Kind.ALLERGY: KindSpec(Allergy, Section.S7, "Allergie"),
    Kind.KIDNEY_FUNCTION: KindSpec(KidneyFunction, Section.S7, "Nierfunctie", series=True),
    Kind.PUMP: KindSpec(Pump, Section.S7, "Medicatiepomp"),
    Kind.EMERGENCY_KIT: KindSpec(EmergencyKit, Section.S7, "Noodpakket"),
    Kind.CARE_PLAN: KindSpec(CarePlanItem, Section.S8, "Zorgplan"),
    Kind.CARE_AGREEMENT: KindSpec(CareAgreement, Section.S8, "Zorgafspraak", series=True),
    Kind.APPOINTMENT: KindSpec(Appointment, Section.S8, "Afspraak"),
    Kind.CARE_EVENT: KindSpec(CareEvent, Section.S8, "Gebeurtenis in de zorg", series=True),
    Kind.REACHABILITY: KindSpec(Reachability, Section.S8, "Bereikbaarheid"),
    Kind.DYING_PHASE: KindSpec(DyingPhase, Section.S9, "Stervensfase"),
    Kind.CARE_PATH: KindSpec(CarePath, Section.S9, "Zorgpad Stervensfase", series=True),
    Kind.PALLIATIVE_SEDATION: KindSpec(PalliativeSedation, Section.S9, "Palliatieve sedatie"),
    Kind.PLACE_OF_DEATH: KindSpec(PlaceOfDeath, Section.S9, "Plek van overlijden"),
    Kind.DOCUMENT: KindSpec(Document, None, "Document", series=True),
}
# Beside what a second person must confirm: what carries a dose, and what changes rights or stands apart by law.
_ONLY_TYPED = frozenset(
    {
        Kind.MEDICATION_OVERVIEW,
        Kind.PUMP,
        Kind.EMERGENCY_KIT,
        Kind.DYING_PHASE,
        Kind.PALLIATIVE_SEDATION,
        Kind.PLACE_OF_DEATH,
        Kind.STATEMENT,
    }
)

_KIND_OF: dict[type, Kind] = {spec.value: kind for kind, spec in KINDS.items()}


def kind_of(value: Value) -> Kind:
    """The kind that holds this value."""
    return _KIND_OF[type(value)]


def to_json(value: Value) -> dict[str, object]:
    """The value as plain JSON, every field present, for sealing or for an interface."""
    return cast("dict[str, object]", encode(value))


def from_json(kind: Kind, data: Mapping[str, object]) -> Value:
    """The value of this kind that :func:`to_json` made ``data`` of.

    :raises ValueError: unknown or missing key, wrong type, or a value that the kind refuses; nothing is guessed
    """
    value: Any = decode(KINDS[kind].value, data)
    return cast("Value", value)


def sentence_nl(value: Value, confirmation: str | None = None) -> str:
    """Eén volledige zin in het Nederlands. ``confirmation`` ("bevestigd door …") closes that of a directive."""
    if isinstance(value, TreatmentDirective):
        return value.sentence_nl(confirmation)
    return value.sentence_nl()


def topic(value: Value) -> str | None:
    """A stable key: a new value supersedes the value with the same topic in the dossier. None: it stands alone."""
    return None if kind_of(value).is_series else value.topic()
