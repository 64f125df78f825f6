"""What the guides call things: addresses of profiles, and the display of each code in each release (IKNL, Nictiz).

The codes themselves are in :mod:`hub.fhir.catalogue`, once, for reading and for writing.
"""

from collections.abc import Mapping

from hub.domain.advance_care_plan import NULL_FLAVOR, SNOMED
from hub.fhir.catalogue import (
    ABSENT_REASON,
    CONTACT_ROLE_SYSTEM,
    DECISION_SYSTEM,
    PERMITTED_SYSTEM,
    WILL_SYSTEM,
    Release,
)

_IKNL = {
    Release.STU3: "https://api.iknl.nl/docs/pzp/stu3/StructureDefinition/",
    Release.R4: "https://fhir.iknl.nl/fhir/StructureDefinition/",
}
CAPABLE = {
    Release.STU3: _IKNL[Release.STU3] + "ext-Patient.LegallyCapableMedicalTreatmentDecisions",
    Release.R4: _IKNL[Release.R4] + "ext-LegallyCapable-MedicalTreatmentDecisions",
}
COMMENT = {
    Release.STU3: "http://nictiz.nl/fhir/StructureDefinition/Comment",
    Release.R4: "http://nictiz.nl/fhir/StructureDefinition/ext-Comment",
}
ENCOUNTER_REFERENCE = _IKNL[Release.R4] + "ext-EncounterReference"
QUESTIONNAIRE = {
    Release.STU3: "https://api.iknl.nl/docs/pzp/stu3/Questionnaire/ACP-zib2017|1.0.0-rc2",
    Release.R4: "https://fhir.iknl.nl/fhir/Questionnaire/ACP-zib2020|0.1.3-beta3",
}
_NAMES = {
    "patient": ("ACP-Patient", "ACP-Patient"),
    "contact": ("ACP-ContactPerson", "ACP-ContactPerson"),
    "practitioner": ("ACP-HealthProfessional-Practitioner", "ACP-HealthProfessional-Practitioner"),
    "practitioner-role": ("ACP-HealthProfessional-PractitionerRole", "ACP-HealthProfessional-PractitionerRole"),
    "encounter": ("ACP-Encounter", "ACP-Encounter"),
    "procedure": ("ACP-Procedure", "ACP-Procedure"),
    "directive": ("ACP-TreatmentDirective", "ACP-TreatmentDirective"),
    "will": ("ACP-AdvanceDirective", "ACP-AdvanceDirective"),
    "goal": ("ACP-MedicalPolicyGoal", "ACP-Medical-Policy-Goal"),
    "device-use": ("ACP-MedicalDevice", "ACP-MedicalDevice"),
    "device": ("ACP-MedicalDevice.Product-ICD", "ACP-MedicalDevice.Product-ICD"),
    "place": ("ACP-PreferredPlaceOfDeath", "ACP-PreferredPlaceOfDeath"),
    "euthanasia": ("ACP-PositionRegardingEuthanasia", "ACP-PositionRegardingEuthanasia"),
    "donation": ("ACP-OrganDonationChoiceRegistration", "ACP-OrganDonationChoiceRegistration"),
    "wishes": ("ACP-SpecificCareWishes", "ACP-SpecificCareWishes"),
    "purpose": ("ACP-SenseOfPurpose", "ACP-OtherImportantInformation"),
    "inform": ("ACP-InformRelativesRequest", "ACP-Communication"),
}
_BASES = {
    # What a resource still is when it lacks something that IKNL's profile asks for.
    ("directive", Release.STU3): "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective",
}


def profile(name: str, release: Release) -> str:
    """The address of IKNL's profile."""
    return _IKNL[release] + _NAMES[name][0 if release is Release.STU3 else 1]


def base_profile(name: str, release: Release) -> str | None:
    """The wider profile of Nictiz; None: the resource claims none."""
    return _BASES.get((name, release))


def display(system: str, code: str, release: Release) -> str | None:
    """The word of the value set for this code; None where the guide has none."""
    own = _R4 if release is Release.R4 else _STU3
    return own.get((system, code)) or _BOTH.get((system, code))


_Words = Mapping[tuple[str, str], str]

_BOTH: _Words = {
    (SNOMED, "400231000146108"): "uitzetten van cardioverter-defibrillator in laatste levensfase (verrichting)",
    (SNOMED, "116154003"): "Patient",
    (SNOMED, "310391000146105"): "Wettelijk vertegenwoordiger",
    (PERMITTED_SYSTEM, "JA"): "Ja",
    (PERMITTED_SYSTEM, "JA_MAAR"): "Ja, maar met beperkingen",
    (PERMITTED_SYSTEM, "NEE"): "Nee",
    (DECISION_SYSTEM, "0"): "Wel uitvoeren",
    (DECISION_SYSTEM, "1"): "Anders",
    (DECISION_SYSTEM, "2"): "Niet uitvoeren",
    (NULL_FLAVOR, "NASK"): "Niet besproken",
    (NULL_FLAVOR, "ASKU"): "Nee, nog geen besluit genomen",
    (NULL_FLAVOR, "OTH"): "Anders",
    (NULL_FLAVOR, "UNK"): "Nog onbekend",
    (ABSENT_REASON, "not-asked"): "Not Asked",
    (ABSENT_REASON, "asked-unknown"): "Asked But Unknown",
    (ABSENT_REASON, "unknown"): "Unknown",
    (SNOMED, "385987000"): "zorg bij ziekte en/of letsel",
    (SNOMED, "1351964001"): "levensverlengende behandeling",
    (SNOMED, "713148004"): "voorkomen en behandelen van symptomen",
    (SNOMED, "264362003"): "Thuis",
    (SNOMED, "22232009"): "Ziekenhuis",
    (SNOMED, "108344006"): "Verpleeghuis",
    (SNOMED, "284546000"): "Hospice",
    (SNOMED, "340181000146102"): "Heeft euthanasieverklaring",
    (SNOMED, "340201000146103"): "Wenst geen euthanasie",
    (SNOMED, "340191000146100"): "Geen euthanasieverklaring, zou wel verzoek kunnen doen in bepaalde situaties",
    (SNOMED, "373066001"): "Ja",
    (SNOMED, "373067005"): "Nee",
    (SNOMED, "72506001"): "implanteerbare cardioverter-defibrillator",
    (SNOMED, "465460004"): "univentriculaire implanteerbare cardioverter-defibrillator",
    (SNOMED, "468542000"): "implanteerbare tweekamercardioverter-defibrillator",
    (SNOMED, "704707009"): "implanteerbare biventriculaire cardioverter-defibrillator",
    (SNOMED, "1263462004"): "pulsgenerator van defibrillator voor cardiale resynchronisatietherapie",
    (SNOMED, "1236894001"): "subcutane implanteerbare cardioverter-defibrillator",
    (SNOMED, "310141000146103"): "Schriftelijk gemachtigde zorg en behandeling",
    (CONTACT_ROLE_SYSTEM, "01"): "Eerste relatie/contactpersoon",
    (CONTACT_ROLE_SYSTEM, "02"): "Tweede relatie/contactpersoon",
    (CONTACT_ROLE_SYSTEM, "03"): "Curator (juridisch)",
    (CONTACT_ROLE_SYSTEM, "11"): "Voogd",
    (CONTACT_ROLE_SYSTEM, "15"): "Mentor",
    (CONTACT_ROLE_SYSTEM, "23"): "Contactpersoon",
    (CONTACT_ROLE_SYSTEM, "24"): "Wettelijke vertegenwoordiger",
    (WILL_SYSTEM, "NR"): "Niet reanimeren verklaring",
    (WILL_SYSTEM, "VOL"): "Volmacht",
    (WILL_SYSTEM, "VERB"): "Behandelverbod",
    (WILL_SYSTEM, "VERBVL"): "Behandelverbod met aanvulling Voltooid Leven",
    (WILL_SYSTEM, "MON"): "Mondelinge afspraak",
    (WILL_SYSTEM, "EU"): "Euthanasieverzoek",
    (WILL_SYSTEM, "EUD"): "Euthanasieverzoek met aanvulling Dementie",
    (WILL_SYSTEM, "LW"): "Levenswensverklaring",
    (WILL_SYSTEM, "DO"): "Verklaring donorschap",
    (WILL_SYSTEM, "ZB"): "Zelfbindingsverklaring",
    (SNOMED, "305351004"): "opname op intensive care",
    (SNOMED, "89666000"): "cardiopulmonale resuscitatie",
    (SNOMED, "40617009"): "kunstmatige beademing",
    (SNOMED, "116762002"): "toediening van bloedproduct",
    (SNOMED, "281789004"): "antibiotische therapie",
    (SNOMED, "32485007"): "opname in ziekenhuis",
    (SNOMED, "713603004"): "advance care planning",
    (SNOMED, "223449006"): "adviseren om iemand te informeren",
    (SNOMED, "395091006"): "Gewenste plek van overlijden",
    (SNOMED, "340171000146104"): "standpunt ten opzichte van euthanasie",
    (SNOMED, "570801000146104"): "geregistreerd in orgaan donorregister",
    (SNOMED, "153851000146100"): "wensen en verwachtingen met betrekking tot uitkomst van behandeling",
    (SNOMED, "247751003"): "gevoel van zingeving",
    (SNOMED, "370819000"): "vaststellen van persoonlijke waarden en wensen met betrekking tot zorg (verrichting)",
    (SNOMED, "1156040003"): "self reported",
    (SNOMED, "180771000146100"): "Focus van behandeling (waarneembare entiteit)",
}
_STU3: _Words = {
    (SNOMED, "264362003"): "thuis",
    (SNOMED, "22232009"): "ziekenhuis",
    (SNOMED, "108344006"): "verpleeghuis",
    (SNOMED, "284546000"): "hospice",
    (SNOMED, "340181000146102"): "heeft euthanasieverklaring",
    (SNOMED, "340201000146103"): "wil geen euthanasie",
    (SNOMED, "340191000146100"): "heeft geen euthanasieverklaring",
    (SNOMED, "373066001"): "ja",
    (SNOMED, "373067005"): "nee",
    (NULL_FLAVOR, "UNK"): "nog onbekend",
}
_R4: _Words = {
    # The R4 form has another code for these words than its own value set (0.1.3-beta3).
    (SNOMED, "225353007"): "Palliatief met als doel symptoomverlichting, waarbij levensverlenging niet gewenst is",
}
