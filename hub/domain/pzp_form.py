"""Het PZP-formulier als gesprek (IKNL, law-and-care §3.2): every question of the national form, and none that must.

Who gave the values their meaning is :mod:`hub.domain.pzp_values`. The form's own question about sharing offers no
"nee", so it is not asked here: who may read what, the patient chooses with ``!toestemming``.
"""

from hub.domain import pzp_values as values
from hub.domain.advance_care_plan import Decision, Goal, LegalCapacity, MedicalPolicyGoal, Treatment, TreatmentDirective
from hub.domain.advance_directives import AdvanceDirective
from hub.domain.care_network import AcpConversation, ContactPerson, ContactRole, InformRelatives, MedicalDevice
from hub.domain.perspectives import ConversationReport
from hub.domain.question import ALL_UNKNOWNS, Option, Question, Replies, Said
from hub.domain.question_readers import (
    coming_date,
    contact,
    decision,
    names,
    other_directives,
    past_date,
    place,
    text_of,
    views,
)
from hub.domain.questionnaire import Questionnaire
from hub.domain.vocabulary import Section
from hub.domain.wishes import (
    CareWishes,
    EarlierAgreements,
    Euthanasia,
    EuthanasiaPosition,
    OrganDonation,
    Place,
    PreferredPlaceOfDeath,
    SenseOfPurpose,
    View,
)

KIND = "pzp"
S1, S3, S4 = Section.S1, Section.S3, Section.S4
_MITS = ("ja, mits", "ja mits", "wel, mits", "ja, maar", "yes, but", "yes, provided", "ja, alleen", "mits")


def form(sections: frozenset[Section], *, judges: bool) -> Questionnaire:
    """The form for somebody who may record in these sections. ``judges``: a doctor, who may say who can decide."""
    asked = (*_about_the_talk(judges=judges), *_limits(), *_earlier(), *_wishes())
    return Questionnaire(KIND, TITLE, INTRO, tuple(one for one in asked if one.section in sections))


def _about_the_talk(*, judges: bool) -> tuple[Question, ...]:
    capacity = (
        Question(
            "capable",
            S3,
            "Wilsbekwaam",
            "Kan de patiënt zelf beslissen over medische behandeling?",
            options=(Option("yes", "ja", ("wel", "yes")), Option("no", "nee", ("niet", "no"))),
            values=values.capacity,
            shows=lambda value: isinstance(value, LegalCapacity),
        ),
        Question(
            "capable_how",
            S3,
            "Hoe beoordeeld",
            "Hoe heeft u dat beoordeeld?",
            "Schrijf het kort. Bijvoorbeeld: gesprek en stappenplan van de KNMG.",
            reads=text_of(300),
            applies=_said("capable", "no"),
        ),
        Question(
            "capable_review",
            S3,
            "Opnieuw beoordelen",
            "Wanneer beoordeelt u dit opnieuw? Tot die dag telt uw oordeel.",
            "Schrijf een datum, bijvoorbeeld 3-12-2026.",
            reads=coming_date,
            applies=_said("capable", "no"),
        ),
    )
    return (
        Question(
            "held",
            S3,
            "Het gesprek",
            "Wanneer was het gesprek over proactieve zorgplanning? Dit formulier is geen vragenlijst om af te werken: "
            "eerst is er een gesprek.",
            "Of schrijf de datum, bijvoorbeeld 3-11-2026.",
            options=(
                Option("day", "vandaag", ("today",), dated=True),
                Option(
                    "no",
                    "er was nog geen gesprek",
                    ("nee", "nog niet", "nog geen gesprek", "no", "not yet"),
                    ends="Dan begint dit formulier nog niet. Voer eerst het gesprek, en typ daarna weer !pzp. Er is "
                    "niets vastgelegd.",
                ),
            ),
            unknowns=(Said.UNKNOWN,),
            reads=lambda text, today: {"is": "day", "text": past_date(text, today)},
            values=values.conversation,
            shows=lambda value: isinstance(value, AcpConversation),
        ),
        Question(
            "present",
            S3,
            "Wie erbij waren",
            "Wie waren er bij het gesprek, behalve uzelf?",
            "Schrijf het met een komma ertussen. Bijvoorbeeld: patiënt, zoon Pieter.",
            reads=names,
        ),
        *(capacity if judges else ()),
        Question(
            "representative",
            S1,
            "Vertegenwoordiger",
            "Wie beslist voor de patiënt als die dat zelf niet meer kan?",
            "Schrijf naam, relatie en telefoon. Bijvoorbeeld: Pieter de Wit, zoon, 06-12345678.",
            reads=contact,
            values=values.representative,
            shows=lambda value: isinstance(value, ContactPerson) and value.is_representative,
        ),
        Question(
            "also_first",
            S1,
            "Ook eerste contact",
            "Is dat ook wie als eerste gebeld wordt?",
            options=(Option("yes", "ja", ("yes",)), Option("no", "nee", ("no",))),
            applies=lambda replies: _has(replies, "representative"),
        ),
        Question(
            "first_contact",
            S1,
            "Eerste contactpersoon",
            "Wie wordt als eerste gebeld?",
            "Schrijf naam, relatie en telefoon. Bijvoorbeeld: Els de Wit, dochter, 06-12345678.",
            reads=contact,
            values=values.first_contact,
            shows=lambda value: isinstance(value, ContactPerson) and ContactRole.FIRST_CONTACT in value.roles,
            applies=lambda replies: not values.chose(replies, "also_first", "yes"),
        ),
        Question(
            "goal",
            S3,
            "Doel van de behandeling",
            "Wat is nu het belangrijkste doel van de behandeling?",
            options=(
                Option(Goal.ACTIVE, "genezen of de ziekte actief behandelen", ("genezen", "actief")),
                Option(
                    Goal.PROLONG_LIFE_AND_RELIEVE,
                    "langer leven én klachten verlichten",
                    ("langer leven", "langer leven en klachten verlichten"),
                ),
                Option(
                    Goal.RELIEVE_ONLY,
                    "klachten verlichten; het leven verlengen is niet gewenst",
                    ("klachten verlichten", "alleen klachten verlichten"),
                ),
            ),
            unknowns=(Said.UNKNOWN,),
            values=values.goal,
            shows=lambda value: isinstance(value, MedicalPolicyGoal),
        ),
    )


def _limits() -> tuple[Question, ...]:
    return (
        _directive("cpr", Treatment.RESUSCITATION, "Reanimeren", "Reanimeren als het hart stilstaat?"),
        _directive("ventilation", Treatment.VENTILATION, "Beademen", "Kunstmatig beademen?"),
        _directive("ic", Treatment.INTENSIVE_CARE, "Intensive care", "Opnemen op de intensive care?"),
        _directive("hospital", Treatment.HOSPITAL_ADMISSION, "Ziekenhuis", "Opnemen in het ziekenhuis?"),
        _directive("antibiotics", Treatment.ANTIBIOTICS, "Antibiotica", "Behandelen met antibiotica?"),
        _directive("blood", Treatment.BLOOD_PRODUCTS, "Bloedproducten", "Bloedproducten toedienen, zoals bloed?"),
        Question(
            "icd",
            S3,
            "ICD",
            "Heeft de patiënt een ICD (een kastje dat het hart een schok kan geven)?",
            options=(Option("yes", "ja", ("yes",)), Option("no", "nee", ("no",))),
            unknowns=ALL_UNKNOWNS,
            comments=True,
            values=values.device,
            shows=lambda value: isinstance(value, MedicalDevice),
        ),
        # Its "ja" switches off, where every other "ja" treats: so the labels say what happens.
        _directive(
            "icd_off",
            Treatment.ICD_OFF,
            "ICD uitzetten",
            "De ICD uitzetten in de laatste levensfase?",
            yes="ja, de ICD wordt uitgezet",
            no="nee, de ICD blijft aan",
            applies=_said("icd", "yes"),
        ),
        Question(
            "other_limits",
            S3,
            "Andere behandelingen",
            "Is er over nog een andere behandeling iets afgesproken?",
            "Schrijf behandeling en besluit, bijvoorbeeld: sondevoeding: nee. Meer dan één: elk op een eigen regel. "
            "Of typ: nee.",
            reads=other_directives,
            values=values.other_directives,
            shows=lambda value: isinstance(value, TreatmentDirective) and value.treatment is Treatment.OTHER,
        ),
    )


def _directive(
    key: str,
    treatment: Treatment,
    title: str,
    text: str,
    *,
    yes: str = "ja, wel doen",
    no: str = "nee, niet doen",
    applies: values.Applies = values.always,
) -> Question:
    return Question(
        key,
        S3,
        title,
        text,
        options=(
            Option(Decision.YES, yes, ("ja", "wel", "yes")),
            Option(Decision.NO, no, ("nee", "niet", "no")),
            Option(
                Decision.YES_BUT,
                "ja, mits … (schrijf de voorwaarde erachter)",
                _MITS,
                asks="Schrijf achter ‘ja, mits’ ook de voorwaarde. Bijvoorbeeld: ja, mits voor een botbreuk.",
            ),
        ),
        unknowns=ALL_UNKNOWNS,
        comments=True,
        reads=decision,
        values=values.directive(treatment),
        shows=lambda value: isinstance(value, TreatmentDirective) and value.treatment is treatment,
        applies=applies,
    )


def _earlier() -> tuple[Question, ...]:
    return (
        Question(
            "earlier",
            S3,
            "Eerdere afspraken",
            "Zijn er eerder behandelafspraken vastgelegd?",
            options=(Option("yes", "ja", ("yes",)), Option("no", "nee", ("no",))),
            unknowns=ALL_UNKNOWNS,
            comments=True,
            values=values.earlier,
            shows=lambda value: isinstance(value, EarlierAgreements),
        ),
        Question(
            "earlier_differ",
            S3,
            "Wijken die af",
            "Wijken die oude afspraken af van wat er nu is gezegd?",
            options=(
                Option("yes", "ja, ze wijken af", ("ja", "yes")),
                Option("no", "nee, ze wijken niet af", ("nee", "no")),
            ),
            applies=_said("earlier", "yes"),
        ),
        Question(
            "papers",
            S3,
            "Wilsverklaringen",
            "Welke wilsverklaringen heeft de patiënt op papier? Kies de nummers.",
            values.PAPERS_HINT,
            reads=values.read_papers,
            values=values.papers,
            shows=lambda value: isinstance(value, AdvanceDirective),
        ),
    )


def _wishes() -> tuple[Question, ...]:
    return (
        Question(
            "wishes",
            S4,
            "Wensen en verwachtingen",
            "Welke wensen en verwachtingen heeft de patiënt? Schrijf het zoals de patiënt het zei.",
            reads=text_of(4000),
            values=values.wishes,
            shows=lambda value: isinstance(value, CareWishes),
        ),
        Question(
            "place",
            S4,
            "Plek van overlijden",
            "Waar wil de patiënt zelf het liefst overlijden?",
            options=(
                Option(Place.HOME, "thuis", ("home", "at home")),
                Option(Place.HOSPICE, "hospice"),
                Option(Place.NURSING_HOME, "verpleeghuis", ("nursing home",)),
                Option(Place.HOSPITAL, "ziekenhuis", ("hospital",)),
                Option(Place.OTHER, "anders … (schrijf de plek erachter)", ("anders", "other"), asks=SAY_WHERE),
            ),
            unknowns=ALL_UNKNOWNS,
            comments=True,
            reads=place,
            values=values.place,
            shows=lambda value: isinstance(value, PreferredPlaceOfDeath) and value.view is View.PATIENT,
        ),
        Question(
            "place_views",
            S4,
            "Wat naasten vinden",
            "Zei een naaste iets anders over die plek? Dat staat apart, en telt niet als de wens van de patiënt.",
            "Schrijf wie wat zei, bijvoorbeeld: zoon Pieter: hospice. Meer mensen: elk op een eigen regel. "
            "Of typ: nee.",
            reads=views,
            values=values.place_views,
            shows=lambda value: isinstance(value, PreferredPlaceOfDeath) and value.view is View.RELATIVE,
        ),
        Question(
            "euthanasia",
            S4,
            "Euthanasie",
            "Hoe denkt de patiënt over euthanasie? Dit is een standpunt, geen verzoek.",
            options=(
                Option(Euthanasia.HAS_STATEMENT, "heeft een euthanasieverklaring", ("verklaring", "ja")),
                Option(Euthanasia.NOT_WANTED, "wil geen euthanasie", ("geen euthanasie", "nee")),
                Option(
                    Euthanasia.NO_STATEMENT,
                    "heeft geen verklaring, maar zou er wel om kunnen vragen",
                    ("geen verklaring",),
                ),
            ),
            unknowns=ALL_UNKNOWNS,
            comments=True,
            values=values.euthanasia,
            shows=lambda value: isinstance(value, EuthanasiaPosition),
        ),
        Question(
            "donation",
            S4,
            "Donorregister",
            "Staat er volgens de patiënt een keuze in het Donorregister?",
            options=(Option("yes", "ja", ("yes",)), Option("no", "nee", ("no",))),
            unknowns=ALL_UNKNOWNS,
            values=values.donation,
            shows=lambda value: isinstance(value, OrganDonation),
        ),
        Question(
            "purpose",
            S4,
            "Wat verder belangrijk is",
            "Wat is verder belangrijk voor de patiënt? Denk aan geloof, zingeving of mensen.",
            reads=text_of(4000),
            values=values.purpose,
            shows=lambda value: isinstance(value, SenseOfPurpose),
        ),
        Question(
            "report",
            S3,
            "Verslag",
            "Wat moeten collega's verder over het gesprek weten? Schrijf een kort verslag.",
            reads=text_of(8000),
            values=values.report,
            shows=lambda value: isinstance(value, ConversationReport),
        ),
        Question(
            "inform",
            S3,
            "Naasten informeren",
            "Heeft u de patiënt verteld om deze afspraken zelf met de naasten te bespreken?",
            options=(Option("yes", "ja", ("yes",)), Option("no", "nee, nog niet", ("nee", "nog niet", "no"))),
            unknowns=ALL_UNKNOWNS,
            values=values.inform,
            shows=lambda value: isinstance(value, InformRelatives),
        ),
    )


def _has(replies: Replies, key: str) -> bool:
    return key in replies and replies[key].said is Said.VALUE


def _said(key: str, choice: str) -> values.Applies:
    return lambda replies: values.chose(replies, key, choice)


SAY_WHERE = "Schrijf achter ‘anders’ ook de plek. Bijvoorbeeld: anders: bij mijn zus."
TITLE = "Formulier proactieve zorgplanning (PZP)"
INTRO = (
    "Ik stel de vragen van het landelijke formulier één voor één. Niets is verplicht: u kunt elke vraag overslaan. "
    "Pas als u aan het eind ‘vastleggen’ typt, komt het in het dossier. Behandelgrenzen zijn dan een voorstel, tot "
    "een tweede, bevoegde zorgverlener ze bevestigt."
)
