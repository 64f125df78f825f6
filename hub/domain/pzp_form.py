"""Het PZP-formulier als gesprek (IKNL, law-and-care §3.2): every question of the national form, and none that must.

Who gave the values their meaning is :mod:`hub.domain.pzp_values`. The form's own question about sharing offers no
"nee", so it is not asked here: who may read what, the patient chooses with ``!toestemming``.
"""

from hub.domain import pzp_values as values
from hub.domain.advance_care_plan import Goal, LegalCapacity, MedicalPolicyGoal
from hub.domain.care_network import AcpConversation, ContactPerson, ContactRole
from hub.domain.pzp_limits import earlier, limits
from hub.domain.pzp_wishes import wishes
from hub.domain.question import Option, Question, Replies, Said
from hub.domain.question_readers import (
    coming_date,
    contact,
    names,
    past_date,
    text_of,
)
from hub.domain.questionnaire import Questionnaire
from hub.domain.vocabulary import Section

KIND = "pzp"
S1, S3 = Section.S1, Section.S3


def form(sections: frozenset[Section], *, judges: bool) -> Questionnaire:
    """The form for somebody who may record in these sections. ``judges``: a doctor, who may say who can decide."""
    asked = (*_about_the_talk(judges=judges), *limits(), *earlier(), *wishes())
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
            applies=values.said("capable", "no"),
        ),
        Question(
            "capable_review",
            S3,
            "Opnieuw beoordelen",
            "Wanneer beoordeelt u dit opnieuw? Tot die dag telt uw oordeel.",
            "Schrijf een datum, bijvoorbeeld 3-12-2026.",
            reads=coming_date,
            applies=values.said("capable", "no"),
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


def _has(replies: Replies, key: str) -> bool:
    return key in replies and replies[key].said is Said.VALUE


TITLE = "Formulier proactieve zorgplanning (PZP)"
INTRO = (
    "Ik stel de vragen van het landelijke formulier één voor één. Niets is verplicht: u kunt elke vraag overslaan. "
    "Pas als u aan het eind ‘vastleggen’ typt, komt het in het dossier. Behandelgrenzen zijn dan een voorstel, tot "
    "een tweede, bevoegde zorgverlener ze bevestigt."
)
