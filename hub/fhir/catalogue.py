"""Codes, systems and addresses of the PZP guides (IKNL, STU3 1.0.0-rc2 and R4 0.1), each with what it means here.

Nothing in this file decides; it only names. A trap: in the R4 form decision "1" is *Anders* and "0" is *Wel uitvoeren*,
while in the same form "1" and "0" of other questions are *Ja* and *Nee*; so a code counts only with its system.
"""

from enum import StrEnum

from hub.domain.advance_care_plan import NULL_FLAVOR, SNOMED, Decision, Goal, Treatment
from hub.domain.advance_directives import DirectiveType
from hub.domain.care_network import ContactRole
from hub.domain.wishes import Answer, Euthanasia, Place


class Release(StrEnum):
    """Uitgave van de PZP-standaard."""

    STU3 = "pzp-stu3"
    R4 = "pzp-r4"


PERMITTED_SYSTEM = "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4"
DECISION_SYSTEM = "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4.25.1"
CONTACT_ROLE_SYSTEM = "urn:oid:2.16.840.1.113883.2.4.3.11.22.472"
WILL_SYSTEM = "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4.14.1"
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
GENERAL_PRACTICE = {
    "system": "urn:oid:2.16.840.1.113883.2.4.6.7",
    "code": "0100",
    "display": "Huisartsen, niet nader gespecificeerd",
}
ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
BSN_SYSTEM = "http://fhir.nl/fhir/NamingSystem/bsn"

SAME_SYSTEM = {
    "http://hl7.org/fhir/v3/NullFlavor": NULL_FLAVOR,
    "urn:oid:2.16.840.1.113883.5.1008": NULL_FLAVOR,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "http://hl7.org/fhir/v3/RoleCode": ROLE_CODE,
    "urn:oid:2.16.840.1.113883.5.111": ROLE_CODE,
    "http://hl7.org/fhir/data-absent-reason": ABSENT_REASON,
}
"""Other names of the same system; STU3 moved several of them."""

_NICTIZ = "http://nictiz.nl/fhir/StructureDefinition/"
TREATMENT_PERMITTED = _NICTIZ + "zib-TreatmentDirective-TreatmentPermitted"
TREATMENT = _NICTIZ + "zib-TreatmentDirective-Treatment"
VERIFICATION = _NICTIZ + "zib-TreatmentDirective-Verification"
RESTRICTIONS = _NICTIZ + "zib-TreatmentDirective-Restrictions"
SPECIFICATION_OTHER = _NICTIZ + "ext-TreatmentDirective2.SpecificationOther"
COMMENTS = (_NICTIZ + "Comment", _NICTIZ + "ext-Comment")
PRACTITIONER_ROLE = _NICTIZ + "practitionerrole-reference"
CONTACT_ROLE = "http://fhir.nl/fhir/StructureDefinition/nl-core-relatedperson-role"
NAME_QUALIFIER = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier"
LEGALLY_CAPABLE = (
    "https://api.iknl.nl/docs/pzp/stu3/StructureDefinition/ext-Patient.LegallyCapableMedicalTreatmentDecisions",
    "https://fhir.iknl.nl/fhir/StructureDefinition/ext-LegallyCapable-MedicalTreatmentDecisions",
    "https://api.iknl.nl/docs/pzp/r4/StructureDefinition/ext-LegallyCapable-MedicalTreatmentDecisions",
)

KNOWN_MODIFIERS = {Release.STU3: TREATMENT_PERMITTED, Release.R4: SPECIFICATION_OTHER}
"""The only modifierExtension of each release that this reader understands; on a Consent and nowhere else."""

TREATMENT_DIRECTIVE = {(SNOMED, "11291000146105"), (SNOMED, "129125009")}
ADVANCE_DIRECTIVE = {
    (SNOMED, "11341000146107"),
    ("http://terminology.hl7.org/CodeSystem/consentcategorycodes", "acd"),
}
ACP_CONVERSATION = "713603004"
INFORM_RELATIVES = "223449006"

TREATMENTS = {(treatment.system, treatment.value): treatment for treatment in Treatment}

PERMITTED = {
    (PERMITTED_SYSTEM, "JA"): Decision.YES,
    (PERMITTED_SYSTEM, "JA_MAAR"): Decision.YES_BUT,
    (PERMITTED_SYSTEM, "NEE"): Decision.NO,
    (NULL_FLAVOR, "UNK"): Decision.UNKNOWN,
    (NULL_FLAVOR, "NASK"): Decision.NOT_ASKED,
    (NULL_FLAVOR, "ASKU"): Decision.UNDECIDED,
    # STU3 has no code for an agreement in own words; R4 calls it *Anders*. "Other", with the words as text.
    (NULL_FLAVOR, "OTH"): Decision.OTHER,
}
DECISIONS = {
    (DECISION_SYSTEM, "0"): Decision.YES,
    (DECISION_SYSTEM, "1"): Decision.OTHER,
    (DECISION_SYSTEM, "2"): Decision.NO,
    (NULL_FLAVOR, "UNK"): Decision.UNKNOWN,
    (NULL_FLAVOR, "NASK"): Decision.NOT_ASKED,
    (NULL_FLAVOR, "ASKU"): Decision.UNDECIDED,
}
SPECIFIED_UNKNOWNS = {
    "onbekend": Decision.UNKNOWN,
    "nog onbekend": Decision.UNKNOWN,
    "niet besproken": Decision.NOT_ASKED,
    "niet gevraagd": Decision.NOT_ASKED,
    "nee, nog geen besluit genomen": Decision.UNDECIDED,
    "nog geen besluit genomen": Decision.UNDECIDED,
}
"""R4 puts these words, not codes, into SpecificationOther (guide, ACP-TreatmentDirective, ``provision.type``)."""

GOALS = {
    (SNOMED, "385987000"): Goal.ACTIVE,
    (SNOMED, "1351964001"): Goal.PROLONG_LIFE_AND_RELIEVE,
    (SNOMED, "713148004"): Goal.RELIEVE_ONLY,
    # The R4 form (0.1.3-beta3) has another code for the same words than its own value set.
    (SNOMED, "225353007"): Goal.RELIEVE_ONLY,
    (NULL_FLAVOR, "UNK"): Goal.UNKNOWN,
}
PLACES = {
    (SNOMED, "264362003"): Place.HOME,
    (SNOMED, "22232009"): Place.HOSPITAL,
    (SNOMED, "108344006"): Place.NURSING_HOME,
    (SNOMED, "284546000"): Place.HOSPICE,
    (NULL_FLAVOR, "OTH"): Place.OTHER,
    (NULL_FLAVOR, "UNK"): Place.UNKNOWN,
    # Not in the value sets: how a form keeps the ways of not knowing apart (the same in the three tables below).
    (NULL_FLAVOR, "NASK"): Place.NOT_ASKED,
    (NULL_FLAVOR, "ASKU"): Place.UNDECIDED,
}
EUTHANASIA = {
    (SNOMED, "340181000146102"): Euthanasia.HAS_STATEMENT,
    (SNOMED, "340201000146103"): Euthanasia.NOT_WANTED,
    (SNOMED, "340191000146100"): Euthanasia.NO_STATEMENT,
    (NULL_FLAVOR, "UNK"): Euthanasia.UNKNOWN,
    (NULL_FLAVOR, "NASK"): Euthanasia.NOT_ASKED,
    (NULL_FLAVOR, "ASKU"): Euthanasia.UNDECIDED,
}
YES_NO = {
    (SNOMED, "373066001"): Answer.YES,
    (SNOMED, "373067005"): Answer.NO,
    (NULL_FLAVOR, "UNK"): Answer.UNKNOWN,
    (NULL_FLAVOR, "NASK"): Answer.NOT_ASKED,
    (NULL_FLAVOR, "ASKU"): Answer.UNDECIDED,
}
FORM_YES_NO = {("", "1"): Answer.YES, ("", "0"): Answer.NO}
"""Questions of the form whose answers carry no system."""

ABSENT = {
    (ABSENT_REASON, "unknown"): "unknown",
    (ABSENT_REASON, "asked-unknown"): "undecided",
    (ABSENT_REASON, "not-asked"): "not_asked",
}
"""Why an Observation has no value; anything else is ``not_stated``."""

ICD_TYPES = {
    (SNOMED, code): code for code in ("72506001", "465460004", "468542000", "704707009", "1263462004", "1236894001")
} | {("", "ICD"): "ICD"}

WILLS: dict[tuple[str, str], DirectiveType] = {
    (WILL_SYSTEM, kind.value): kind for kind in DirectiveType if kind is not DirectiveType.OTHER
} | {(NULL_FLAVOR, "OTH"): DirectiveType.OTHER}

# The STU3 form writes "1", the value sets write "01".
CONTACT_ROLES = {
    "01": ContactRole.FIRST_CONTACT,
    "02": ContactRole.SECOND_CONTACT,
    "03": ContactRole.CURATOR,
    "11": ContactRole.GUARDIAN,
    "15": ContactRole.MENTOR,
    "23": ContactRole.CONTACT,
    "24": ContactRole.LEGAL_REPRESENTATIVE,
}
AUTHORISED_IN_WRITING = (SNOMED, "310141000146103")
RELATIONS = {
    "DOMPART": "partner",
    "HUSB": "echtgenoot",
    "WIFE": "echtgenote",
    "FTH": "vader",
    "MTH": "moeder",
    "SONC": "zoon",
    "DAUC": "dochter",
    "BRO": "broer",
    "SIS": "zus",
    "GRNDSON": "kleinzoon",
    "GRNDDAU": "kleindochter",
    "GRFTH": "grootvader",
    "GRMTH": "grootmoeder",
    "NEPHEW": "neef",
    "NIECE": "nicht",
    "COUSN": "neef of nicht",
    "UNCLE": "oom",
    "AUNT": "tante",
    "SONINLAW": "schoonzoon",
    "DAUINLAW": "schoondochter",
    "BROINLAW": "zwager",
    "SISINLAW": "schoonzus",
    "FTHINLAW": "schoonvader",
    "MTHINLAW": "schoonmoeder",
    "SONFOST": "pleegzoon",
    "DAUFOST": "pleegdochter",
}

IN_FORCE = {
    "Consent": {"active"},
    "Observation": {"final", "amended", "corrected"},
    "DeviceUseStatement": {"active"},
    "Encounter": {"finished", "in-progress", "arrived", "onleave"},
    "Procedure": {"completed", "in-progress"},
    "CommunicationRequest": {"active", "completed"},
    "Communication": {"completed", "not-done"},
    "QuestionnaireResponse": {"completed", "amended"},
    "Goal": {
        "accepted",
        "planned",
        "active",
        "in-progress",
        "on-target",
        "ahead-of-target",
        "behind-target",
        "sustaining",
    },
}
"""A resource with another status is not carried; ``entered-in-error`` withdraws. No status at all is refused."""

ELSEWHERE = frozenset(
    {
        "AllergyIntolerance",
        "Appointment",
        "Basic",
        "Binary",
        "CarePlan",
        "CareTeam",
        "Composition",
        "Condition",
        "Coverage",
        "DetectedIssue",
        "DiagnosticReport",
        "DocumentManifest",
        "DocumentReference",
        "EpisodeOfCare",
        "FamilyMemberHistory",
        "Flag",
        "Group",
        "HealthcareService",
        "Immunization",
        "List",
        "Location",
        "Media",
        "Medication",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationRequest",
        "MedicationStatement",
        "NutritionOrder",
        "OperationOutcome",
        "Organization",
        "Person",
        "Provenance",
        "Questionnaire",
        "ReferralRequest",
        "ServiceRequest",
        "Specimen",
        "Substance",
        "Task",
    }
)
"""Types that may stand in a set and that this import leaves behind. Any other type outside PZP is refused."""
