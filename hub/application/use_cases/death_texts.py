"""What people hear around a death. Short, plain and warm; nothing of the dossier, nothing to relatives unasked."""

from hub.domain.death import PosthumousRequest
from hub.domain.people import Patient, Person
from hub.domain.values import quoted

ROUTE = (
    "Inzage na overlijden kan volgens de wet (BW 7:458a) als de patiënt daar bij leven toestemming voor gaf, als u een "
    "bericht over een incident kreeg, of als u er een zwaarwegend belang bij heeft. U vraagt het met: "
    "!nazorg inzage <waarom>. Een arts of de coach die behandelde, beoordeelt het en belt u."
)


def please_confirm(by: Person, patient: Patient) -> str:
    """To coach and GP, in private: a first source."""
    return (
        f"{by.name.full} meldt dat {patient.described()} is overleden. Er is nog niets veranderd. Weet u dit ook, zelf "
        f"of van een arts? Typ dan hier: !overleden bevestig {patient.name.full}\n"
        "Klopt het niet? Typ: !overleden terug, met de volledige naam."
    )


def confirmed(first: Person, second: Person, patient: Patient) -> str:
    """To the team."""
    return (
        f"Het overlijden van {patient.described()} is gemeld door {first.name.full} en bevestigd door "
        f"{second.name.full}.\n"
        "- Inzage van patiënt en naasten is gestopt. Wat nog aan de patiënt verstuurd zou worden, vervalt.\n"
        "- U kunt uw eigen deel nog dertig dagen afmaken.\n"
        "- Lopende afspraken en bestellingen buiten Kring: zeg ze zelf af.\n"
        "- Is de familie eraan toe, dan opent de coach de nazorgkamer: !nazorg open\n"
        f"Een vergissing? Twee van u typen: !overleden terug {patient.name.full}"
    )


def please_undo(by: Person, patient: Patient) -> str:
    """To coach and GP, in private: somebody says that it was a mistake."""
    return (
        f"{by.name.full} zegt dat het overlijden van {patient.described()} een vergissing is. Klopt dat, typ dan hier: "
        f"!overleden terug {patient.name.full}"
    )


def undone(patient: Patient) -> str:
    """To the team."""
    return (
        f"Het overlijden van {patient.described()} was een vergissing en is teruggedraaid door twee mensen. De patiënt "
        "krijgt een nieuwe uitnodiging. Wat vervallen was, komt niet vanzelf terug."
    )


def welcome_to_aftercare(patient: Patient, lead: Person) -> str:
    """The first words in the aftercare room."""
    return (
        f"Dit is de nazorgkamer na het overlijden van {patient.name.full}. Wij leven met u mee. Hier bent u met de "
        f"naasten en de coach; {lead.name.full} leest mee. Stel hier gerust uw vragen, ook later.\n"
        "- Wat u hier schrijft over uzelf, komt niet in het dossier van de overledene.\n"
        "- De kringkamer blijft staan om terug te lezen. Schrijven kan daar niet meer.\n"
        f"- {ROUTE}\n"
        "- Gaat het niet met u? Bel uw eigen huisarts. Bij nood: 112."
    )


def posthumous(request: PosthumousRequest, who: Person, patient: Patient) -> str:
    """To coach and GP: somebody asks to look after death."""
    return (
        f"# Verzoek om inzage na overlijden\n{who.described()} vraagt inzage in het dossier van {patient.described()}. "
        f"Grond: {request.ground.title_nl}. Reden: {quoted(request.reason)}.\n"
        "Weeg: wat wilde de patiënt, welk deel is nodig, wiens privacy raakt het nog meer? Leg uw besluit vast via de "
        f"beheerder, met kenmerk {request.id}. Weigert u en is er twijfel over een fout? Dan kijkt een onafhankelijke "
        "arts mee (BW 7:458b)."
    )
