"""Wensen op het PZP-formulier: van de patiënt, en apart daarvan wat naasten vinden; verslag en naasten informeren."""

from hub.domain import pzp_values as values
from hub.domain.care_network import InformRelatives
from hub.domain.perspectives import ConversationReport
from hub.domain.question import ALL_UNKNOWNS, Option, Question
from hub.domain.question_readers import place, text_of, views
from hub.domain.vocabulary import Section
from hub.domain.wishes import (
    CareWishes,
    Euthanasia,
    EuthanasiaPosition,
    OrganDonation,
    Place,
    PreferredPlaceOfDeath,
    SenseOfPurpose,
    View,
)

S3, S4 = Section.S3, Section.S4


def wishes() -> tuple[Question, ...]:
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


SAY_WHERE = "Schrijf achter ‘anders’ ook de plek. Bijvoorbeeld: anders: bij mijn zus."
