"""What people hear about the emergency procedure. Plain Dutch; nothing here says what is in the dossier."""

from hub.domain.emergency import Opening
from hub.domain.people import Patient, Person
from hub.domain.values import quoted
from hub.domain.vocabulary import EmergencyChoice
from hub.domain.working_days import AMSTERDAM

SAID_NO = (
    "De patiënt koos: de spoedset niet openen, ook niet bij spoed. Sturen kan dan alleen bij een conflict van "
    "plichten: de patiënt kan nu niet beslissen en leven of waardigheid staat op het spel. Schrijf dan: levensbelang."
)


def asked(opening: Opening, who: Person, patient: Patient, choice: EmergencyChoice) -> str:
    """To coach and GP: somebody asks, and nothing was opened."""
    word = "levensbelang" if choice is EmergencyChoice.DENY else "betrokken"
    chosen = (
        SAID_NO
        if choice is EmergencyChoice.DENY
        else "De patiënt heeft niet vastgelegd of dit bij spoed mag. Daarom opent Kring niets uit zichzelf."
    )
    return (
        f"# Noodverzoek {opening.code}: iemand vraagt om de spoedset\n"
        f"{_who(opening, who)} vraagt om de spoedgegevens van {patient.described()}.\n"
        f"{_why(opening)}\n{chosen}\n"
        "Kring heeft niets geopend en ook niet gezegd dat deze patiënt hier bekend is. U beslist: bel eerst terug op "
        "een nummer dat u zelf opzoekt. Sturen, vier uur lang, met uw eigen reden (20 tekens of meer):\n"
        f"!spoed stuur {opening.code} {word} <reden>"
    )


def to_carer(opening: Opening, who: Person, by: Person | None, patient: Patient) -> str:
    """To coach and GP: it was opened, or a colleague sent it."""
    sent = f"{by.name.full} stuurde de spoedset van {patient.described()} aan {_who(opening, who)}." if by else ""
    opened = sent or f"{_who(opening, who)} opende de spoedset van {patient.described()} met de noodprocedure."
    return (
        f"# Noodprocedure: de spoedset is geopend\n{opened}\n{_why(opening)}\n"
        f"Alleen de spoedset, tot {_moment(opening, until=True)}. Klopt dit niet? Bel meteen de functionaris "
        "gegevensbescherming, die elke noodprocedure binnen drie werkdagen beoordeelt."
    )


def to_patient(opening: Opening, who: Person, by: Person | None) -> str:
    """To the patient and the representative, at once."""
    how = (
        f"{by.name.full} heeft uw spoedgegevens gestuurd aan {_who(opening, who)}"
        if by
        else f"{_who(opening, who)} heeft uw spoedgegevens bekeken, omdat het spoed was"
    )
    return (
        f"{how}, op {_moment(opening)}. De rest van uw dossier bleef dicht. De functionaris gegevensbescherming kijkt "
        "na of dit terecht was. Vragen, of wilt u dit een volgende keer niet? Zeg het tegen uw coach of huisarts."
    )


def many(who: Person, count: int) -> str:
    """To coach and GP, when one person uses the procedure often."""
    return (
        f"Let op: {who.described()} gebruikte de noodprocedure {count} keer in 24 uur, ook voor deze patiënt. Dat kan "
        "kloppen op een drukke dienst. Twijfelt u? Bel de functionaris gegevensbescherming."
    )


def unjustified(opening: Opening, who: Person) -> str:
    """To coach and GP, when the privacy officer found that it was not justified."""
    return (
        f"De functionaris gegevensbescherming vindt dat {_who(opening, who)} de spoedset op {_moment(opening)} niet "
        "had mogen openen. Bespreek dit met de patiënt; de functionaris neemt contact met u op over de vervolgstappen."
    )


def _who(opening: Opening, who: Person) -> str:
    return who.described(opening.role)


def _why(opening: Opening) -> str:
    return f"Reden: {opening.reason_code.title_nl}; {quoted(opening.reason)}. Zegt: {opening.claim.title_nl}."


def _moment(opening: Opening, *, until: bool = False) -> str:
    local = (opening.until if until else opening.opened_at).astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year} {local:%H:%M}"
