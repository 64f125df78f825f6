"""linkIds of the two PZP forms (ACP-zib2017 for STU3, ACP-zib2020 for R4). One question, two numbers."""

from dataclasses import dataclass

from hub.domain.advance_care_plan import Treatment
from hub.fhir.catalogue import Release


@dataclass(frozen=True, slots=True)
class PersonQuestions:
    """Name, role, relation and reach of one person on the form."""

    given: str
    prefix: str
    family: str
    roles: str | None = None
    other_role: str | None = None
    relation: str | None = None
    other_relation: str | None = None
    phones: str | None = None
    emails: str | None = None


@dataclass(frozen=True, slots=True)
class DirectiveQuestion:
    """One row of behandelgrenzen. ``treatment`` holds the code of the row and must say what ``about`` says."""

    about: Treatment
    treatment: str
    decision: str
    restriction: str | None
    comment: str


@dataclass(frozen=True, slots=True)
class Questions:
    """One form. ``labels_only``: answers that only repeat the question or tell how a phone number is called."""

    questionnaire: str
    filled_in_on: str
    patient: PersonQuestions
    birth_date: str
    professional: PersonQuestions
    function: str
    capable: str
    capable_comment: str
    representative: PersonQuestions
    also_first_contact: str
    first_contact: PersonQuestions
    patient_present: str
    present_roles: str
    present_other_role: str
    present_relations: str
    present_other: str
    goal: str
    directives: tuple[DirectiveQuestion, ...]
    icd: str
    icd_type: str
    icd_comment: str
    wishes: str
    place: str
    place_comment: str
    euthanasia: str
    euthanasia_comment: str
    donation: str
    purpose: str
    earlier: str
    earlier_comment: str
    earlier_differ: str
    inform: str
    share: str
    labels_only: frozenset[str]


def _rows(*rows: tuple[Treatment, str, str, str | None, str]) -> tuple[DirectiveQuestion, ...]:
    return tuple(DirectiveQuestion(*row) for row in rows)


QUESTIONS = {
    Release.STU3: Questions(
        questionnaire="ACP-zib2017",
        filled_in_on="385",
        patient=PersonQuestions("386", "387", "388"),
        birth_date="6",
        professional=PersonQuestions("389", "390", "391"),
        function="786",
        capable="787",
        capable_comment="788",
        representative=PersonQuestions("392", "393", "394", "410", "411", "51", "408", "398", "401"),
        also_first_contact="52",
        first_contact=PersonQuestions("395", "396", "397", "819", None, "77", "412", "403", "406"),
        patient_present="82",
        present_roles="415",
        present_other_role="414",
        present_relations="80",
        present_other="413",
        goal="784",
        directives=_rows(
            (Treatment.RESUSCITATION, "791", "587", "122", "86"),
            (Treatment.VENTILATION, "794", "588", "123", "92"),
            (Treatment.INTENSIVE_CARE, "795", "589", "124", "88"),
            (Treatment.HOSPITAL_ADMISSION, "799", "590", "125", "94"),
            (Treatment.ANTIBIOTICS, "801", "591", "126", "96"),
            (Treatment.BLOOD_PRODUCTS, "803", "592", "127", "98"),
            (Treatment.OTHER, "805", "593", None, "100"),
            (Treatment.ICD_OFF, "809", "595", None, "596"),
        ),
        icd="249",
        icd_type="600",
        icd_comment="599",
        wishes="382",
        place="604",
        place_comment="110",
        euthanasia="785",
        euthanasia_comment="112",
        donation="789",
        purpose="383",
        earlier="253",
        earlier_comment="254",
        earlier_differ="255",
        inform="256",
        share="257",
        labels_only=frozenset(
            {"399", "400", "402", "404", "405", "407", "790", "811", "815", "816", "817", "818"},
        ),
    ),
    Release.R4: Questions(
        questionnaire="ACP-zib2020",
        filled_in_on="963",
        patient=PersonQuestions("964", "965", "966"),
        birth_date="967",
        professional=PersonQuestions("968", "969", "970"),
        function="1405",
        capable="1406",
        capable_comment="1407",
        representative=PersonQuestions("973", "974", "975", "982", "411", "983", "408", "976", "980"),
        also_first_contact="984",
        first_contact=PersonQuestions("985", "986", "987", None, None, "995", "412", "988", "992"),
        patient_present="82",
        present_roles="997",
        present_other_role="414",
        present_relations="998",
        present_other="413",
        goal="999",
        directives=_rows(
            (Treatment.RESUSCITATION, "1410", "1386", "1001", "1002"),
            (Treatment.VENTILATION, "1412", "1387", "1388", "1389"),
            (Treatment.INTENSIVE_CARE, "1414", "1390", "1391", "1392"),
            (Treatment.HOSPITAL_ADMISSION, "1416", "1393", "1394", "1395"),
            (Treatment.ANTIBIOTICS, "1418", "1396", "1397", "1398"),
            (Treatment.BLOOD_PRODUCTS, "1420", "1399", "1400", "1401"),
            (Treatment.OTHER, "1422", "1402", None, "1404"),
            (Treatment.ICD_OFF, "1426", "1005", None, "1010"),
        ),
        icd="1006",
        icd_type="1008",
        icd_comment="1009",
        wishes="1190",
        place="1191",
        place_comment="1192",
        euthanasia="1193",
        euthanasia_comment="1194",
        donation="1435",
        purpose="1196",
        earlier="1197",
        earlier_comment="1198",
        earlier_differ="1199",
        inform="1200",
        share="1201",
        labels_only=frozenset(
            {"977", "978", "979", "981", "989", "990", "991", "993", "1408", "1428", "1430", "1432", "1434", "1436"},
        ),
    ),
}
