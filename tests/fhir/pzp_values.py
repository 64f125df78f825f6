"""Every value that PZP can carry, for properties: one dossier of it, with at most one value for each topic."""

from typing import Any

from hypothesis import strategies as st

from hub.domain.advance_care_plan import (
    Decision,
    Goal,
    LegalCapacity,
    MedicalPolicyGoal,
    Treatment,
    TreatmentDirective,
)
from hub.domain.advance_directives import AdvanceDirective, DirectiveType
from hub.domain.care_network import (
    AcpConversation,
    ContactPerson,
    ContactRole,
    HealthProfessional,
    InformRelatives,
    MedicalDevice,
)
from hub.domain.entries import Value, topic
from hub.domain.values import PartialDate
from hub.domain.wishes import (
    Answer,
    CareWishes,
    EarlierAgreements,
    Euthanasia,
    EuthanasiaPosition,
    OrganDonation,
    Place,
    PreferredPlaceOfDeath,
    SenseOfPurpose,
)

KINDS_OF_ICD = (
    None,
    "implanteerbare cardioverter-defibrillator",
    "subcutane implanteerbare cardioverter-defibrillator",
    "een kastje links",
)
OTHER_TREATMENTS = (None, "toedienen van enterale voeding", "nierdialyse", "chemotherapie & <immuuntherapie>")
NAMES = ("Pieter de Wit", "Joke van 't Hof-Jansen", "Ömer Yıldız", "M. Bos")
WORDS = st.text(alphabet=" \nabcdefghéïü'\"<>&;:,.()/-–0123456789€日ABCDEF", min_size=1, max_size=60)
TEXT = WORDS.map(str.strip).filter(bool)
LINE = TEXT.map(lambda said: " ".join(said.split()).strip(" .;,:")).filter(bool)
MAYBE = st.none() | TEXT

DAYS = st.none() | st.one_of(
    st.dates(min_value=__import__("datetime").date(1990, 1, 1), max_value=__import__("datetime").date(2026, 11, 3)).map(
        PartialDate.of
    ),
    st.integers(1990, 2026).map(lambda year: PartialDate(str(year))),
    st.tuples(st.integers(1990, 2026), st.integers(1, 12)).map(lambda part: PartialDate(f"{part[0]}-{part[1]:02}")),
    st.just(PartialDate("2026-11-01")),
)
PERSON_WORDS = st.sampled_from(
    (
        "patiënt",
        "wettelijk vertegenwoordiger",
        "Pieter de Wit (zoon)",
        "M. Bos (wijkverpleegkundige)",
        "Gerda Huisman (huisarts)",
        "dochter",
        "de tolk",
    )
)
COMPANY = st.lists(PERSON_WORDS, unique=True, max_size=4).map(tuple)


@st.composite
def directives(draw: Any) -> TreatmentDirective:
    treatment, decision = draw(st.sampled_from(Treatment)), draw(st.sampled_from(Decision))
    restriction = None
    if decision is Decision.OTHER:
        restriction = "Alleen als " + draw(LINE)
    elif decision is Decision.YES_BUT:
        restriction = draw(st.none() | LINE.map(lambda said: f"alleen {said}"))
    other = draw(st.sampled_from(OTHER_TREATMENTS)) if treatment is Treatment.OTHER else None
    return TreatmentDirective(
        treatment,
        decision,
        restriction=restriction,
        other_treatment=other,
        discussed_on=draw(DAYS),
        discussed_with=draw(COMPANY),
        verified=draw(st.sampled_from((None, True, False))),
        comment=draw(MAYBE),
    )


@st.composite
def contacts(draw: Any) -> ContactPerson:
    roles = tuple(role for role in ContactRole if draw(st.booleans()))
    return ContactPerson(
        draw(st.sampled_from(NAMES)),
        roles,
        draw(st.sampled_from((None, "zoon", "dochter", "neef", "buurvrouw", "echtgenote"))),
        draw(st.none() | LINE) if ContactRole.OTHER in roles else None,
        tuple(draw(st.lists(st.sampled_from(("06-12345678", "+31 20 1234567")), unique=True))),
        tuple(draw(st.lists(st.sampled_from(("p@voorbeeld.nl", "q@voorbeeld.nl")), unique=True))),
    )


@st.composite
def devices(draw: Any) -> MedicalDevice:
    has = draw(st.sampled_from([answer for answer in Answer if answer is not Answer.NOT_STATED]))
    if has is not Answer.YES:
        return MedicalDevice(has, comment=draw(MAYBE))
    return MedicalDevice(has, draw(st.sampled_from(KINDS_OF_ICD)), draw(DAYS), draw(MAYBE))


@st.composite
def places(draw: Any) -> PreferredPlaceOfDeath:
    place = draw(st.sampled_from(Place))
    other = draw(st.none() | LINE.map(lambda said: f"bij {said}")) if place is Place.OTHER else None
    return PreferredPlaceOfDeath(place, other_place=other, asked_on=draw(DAYS), comment=draw(MAYBE))


@st.composite
def conversations(draw: Any) -> AcpConversation:
    leading = draw(
        st.lists(st.sampled_from(("Gerda Huisman (huisarts)", "Samira Bakker", "J. Kok (SEH-arts)")), unique=True)
    )
    present = [who for who in draw(COMPANY) if who not in leading]
    return AcpConversation(draw(DAYS), tuple(leading), tuple(present))


EARLIER = st.builds(
    EarlierAgreements,
    exist=st.sampled_from([answer for answer in Answer if answer not in (Answer.NOT_STATED, Answer.NO)]),
    differ=st.sampled_from(Answer),
    asked_on=DAYS,
    comment=MAYBE,
) | st.builds(EarlierAgreements, exist=st.just(Answer.NO), asked_on=DAYS, comment=MAYBE)

VALUES = st.one_of(
    directives(),
    directives(),
    directives(),
    contacts(),
    contacts(),
    devices(),
    places(),
    conversations(),
    EARLIER,
    st.builds(MedicalPolicyGoal, goal=st.sampled_from(Goal), agreed_on=DAYS, comment=MAYBE),
    st.builds(LegalCapacity, capable=st.booleans(), judged_on=DAYS, comment=MAYBE),
    st.builds(
        AdvanceDirective,
        type=st.sampled_from(DirectiveType),
        dated=DAYS,
        representative=st.none() | st.sampled_from(("Pieter de Wit (zoon)", "notaris Van Dam")),
        document=st.none() | LINE,
        comment=MAYBE,
    ),
    st.builds(InformRelatives, told=st.sampled_from((Answer.YES, Answer.NO)), told_on=DAYS),
    st.builds(EuthanasiaPosition, position=st.sampled_from(Euthanasia), asked_on=DAYS, comment=MAYBE),
    st.builds(OrganDonation, registered=st.sampled_from(Answer), asked_on=DAYS, comment=MAYBE),
    st.builds(CareWishes, text=TEXT, asked_on=DAYS),
    st.builds(SenseOfPurpose, text=TEXT, asked_on=DAYS),
    st.builds(
        HealthProfessional,
        name=st.sampled_from(("M. Bos", "Gerda Huisman", "J. Kok")),
        function=st.sampled_from((None, "huisarts", "wijkverpleegkundige", "SEH-arts")),
    ),
)
DOSSIERS = st.lists(VALUES, max_size=14, unique_by=topic)
"""Lists of values, each with a topic of its own: what one dossier can hold in force."""


def topics(values: list[Value]) -> dict[str, Value]:
    """By topic."""
    return {str(topic(value)): value for value in values}
