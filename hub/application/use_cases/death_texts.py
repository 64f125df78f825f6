"""What people hear around a death. Short, plain and warm; nothing of the dossier, nothing to relatives unasked."""

from hub.domain.death import PosthumousRequest
from hub.domain.people import Patient, Person
from hub.domain.spoken import Spoken, phrase
from hub.domain.values import quoted

ROUTE = phrase(
    "Inzage na overlijden kan volgens de wet (BW 7:458a) in drie gevallen. De patiënt gaf daar zelf toestemming voor, "
    "u kreeg een bericht over een incident, of u heeft een zwaarwegend belang. U vraagt het met: "
    "!nazorg inzage <waarom>. Een arts of de coach die behandelde, beoordeelt het en belt u."
)


def please_confirm(by: Person, patient: Patient) -> Spoken:
    """To coach and GP, in private: a first source."""
    return phrase(
        "%(by)s meldt dat %(patient)s is overleden. Er is nog niets veranderd. Weet u dit ook, zelf of van een arts? "
        "Typ dan hier: !overleden bevestig %(patient_name)s\nKlopt het niet? Typ: !overleden terug, met de volledige "
        "naam.",
        by=by.name.full,
        patient=patient.introduced(),
        patient_name=patient.name.full,
    )


def confirmed(first: Person, second: Person, patient: Patient) -> Spoken:
    """To the team."""
    return phrase(
        "Het overlijden van %(patient)s is gemeld door %(first)s en bevestigd door %(second)s.\n- Inzage van patiënt "
        "en naasten is gestopt. Wat nog aan de patiënt verstuurd zou worden, vervalt.\n- U kunt uw eigen deel nog "
        "dertig dagen afmaken.\n- Lopende afspraken en bestellingen buiten Kring: zeg ze zelf af.\n- Is de familie "
        "eraan toe, dan opent de coach de nazorgkamer: !nazorg open\nEen vergissing? Twee van u typen: !overleden "
        "terug %(patient_name)s",
        patient=patient.introduced(),
        first=first.name.full,
        second=second.name.full,
        patient_name=patient.name.full,
    )


def please_undo(by: Person, patient: Patient) -> Spoken:
    """To coach and GP, in private: somebody says that it was a mistake."""
    return phrase(
        "%(by)s zegt dat het overlijden van %(patient)s een vergissing is. Klopt dat, typ dan hier: !overleden terug "
        "%(patient_name)s",
        by=by.name.full,
        patient=patient.introduced(),
        patient_name=patient.name.full,
    )


def undone(patient: Patient) -> Spoken:
    """To the team."""
    return phrase(
        "Het overlijden van %(patient)s was een vergissing en is teruggedraaid door twee mensen. De patiënt krijgt "
        "een nieuwe uitnodiging. Wat vervallen was, komt niet vanzelf terug.",
        patient=patient.introduced(),
    )


def welcome_to_aftercare(patient: Patient, lead: Person) -> Spoken:
    """The first words in the aftercare room."""
    return phrase(
        "Dit is de nazorgkamer na het overlijden van %(patient)s. Wij leven met u mee. Hier bent u met de naasten en "
        "de coach; %(lead)s leest mee. Stel hier gerust uw vragen, ook later.\n- Wat u hier schrijft over uzelf, komt "
        "niet in het dossier van de overledene.\n- De kringkamer blijft staan om terug te lezen. Schrijven kan daar "
        "niet meer.\n- %(route)s\n- Gaat het niet met u? Bel uw eigen huisarts. Bij nood: 112.",
        patient=patient.name.full,
        lead=lead.name.full,
        route=ROUTE,
    )


def posthumous(request: PosthumousRequest, who: Person, patient: Patient) -> Spoken:
    """To coach and GP: somebody asks to look after death."""
    return phrase(
        "# Verzoek om inzage na overlijden\n%(who)s vraagt inzage in het dossier van %(patient)s. Grond: %(ground)s. "
        "Reden: %(reason)s.\nWeeg: wat wilde de patiënt, welk deel is nodig, wiens privacy raakt het nog meer? Leg uw "
        "besluit vast via de beheerder, met kenmerk %(id)s. Weigert u en is er twijfel over een fout? Dan kijkt een "
        "onafhankelijke arts mee (BW 7:458b).",
        who=who.introduced(),
        patient=patient.introduced(),
        ground=phrase(request.ground.title_nl),
        reason=quoted(request.reason),
        id=request.id,
    )
