"""What people hear about the emergency procedure. Plain Dutch; nothing here says what is in the dossier."""

from hub.domain.emergency import Opening
from hub.domain.people import Patient, Person
from hub.domain.spoken import N_
from hub.domain.values import quoted
from hub.domain.vocabulary import EmergencyChoice
from hub.domain.working_days import AMSTERDAM

SAID_NO = N_(
    "De patiënt koos: de spoedset niet openen, ook niet bij spoed. Sturen kan dan alleen bij een conflict van "
    "plichten: de patiënt kan nu niet beslissen en leven of waardigheid staat op het spel. Schrijf dan: levensbelang."
)


def asked(opening: Opening, who: Person, patient: Patient, choice: EmergencyChoice) -> str:
    """To coach and GP: somebody asks, and nothing was opened."""
    word = "levensbelang" if choice is EmergencyChoice.DENY else "betrokken"
    chosen = (
        SAID_NO
        if choice is EmergencyChoice.DENY
        else N_("De patiënt heeft niet vastgelegd of dit bij spoed mag. Daarom opent Kring niets uit zichzelf.")
    )
    return N_(
        "# Noodverzoek %(code)s: iemand vraagt om de spoedset\n%(who)s vraagt om de spoedgegevens van "
        "%(patient)s.\n%(why)s\n%(chosen)s\nKring heeft niets geopend en ook niet gezegd dat deze patiënt hier bekend "
        "is. U beslist: bel eerst terug op een nummer dat u zelf opzoekt. Sturen, vier uur lang, met uw eigen reden "
        "(20 tekens of meer):\n!spoed stuur %(code)s %(word)s <reden>"
    ) % {
        "code": opening.code,
        "who": _who(opening, who),
        "patient": patient.described(),
        "why": _why(opening),
        "chosen": chosen,
        "word": word,
    }


def to_carer(opening: Opening, who: Person, by: Person | None, patient: Patient) -> str:
    """To coach and GP: it was opened, or a colleague sent it."""
    sent = (
        N_("%(by)s stuurde de spoedset van %(patient)s aan %(who)s.")
        % {"by": by.name.full, "patient": patient.described(), "who": _who(opening, who)}
        if by
        else ""
    )
    opened = sent or N_("%(who)s opende de spoedset van %(patient)s met de noodprocedure.") % {
        "who": _who(opening, who),
        "patient": patient.described(),
    }
    return N_(
        "# Noodprocedure: de spoedset is geopend\n%(opened)s\n%(why)s\nAlleen de spoedset, tot %(moment)s. Klopt dit "
        "niet? Bel meteen de functionaris gegevensbescherming, die elke noodprocedure binnen drie werkdagen "
        "beoordeelt."
    ) % {"opened": opened, "why": _why(opening), "moment": _moment(opening, until=True)}


def to_patient(opening: Opening, who: Person, by: Person | None) -> str:
    """To the patient and the representative, at once."""
    how = (
        N_("%(by)s heeft uw spoedgegevens gestuurd aan %(who)s") % {"by": by.name.full, "who": _who(opening, who)}
        if by
        else N_("%(who)s heeft uw spoedgegevens bekeken, omdat het spoed was") % {"who": _who(opening, who)}
    )
    return N_(
        "%(how)s, op %(moment)s. De rest van uw dossier bleef dicht. De functionaris gegevensbescherming kijkt na of "
        "dit terecht was. Vragen, of wilt u dit een volgende keer niet? Zeg het tegen uw coach of huisarts."
    ) % {"how": how, "moment": _moment(opening)}


def many(who: Person, count: int) -> str:
    """To coach and GP, when one person uses the procedure often."""
    return N_(
        "Let op: %(who)s gebruikte de noodprocedure %(count)s keer in 24 uur, ook voor deze patiënt. Dat kan kloppen "
        "op een drukke dienst. Twijfelt u? Bel de functionaris gegevensbescherming."
    ) % {"who": who.described(), "count": count}


def unjustified(opening: Opening, who: Person) -> str:
    """To coach and GP, when the privacy officer found that it was not justified."""
    return N_(
        "De functionaris gegevensbescherming vindt dat %(who)s de spoedset op %(moment)s niet had mogen openen. "
        "Bespreek dit met de patiënt; de functionaris neemt contact met u op over de vervolgstappen."
    ) % {"who": _who(opening, who), "moment": _moment(opening)}


def _who(opening: Opening, who: Person) -> str:
    return who.described(opening.role)


def _why(opening: Opening) -> str:
    return f"Reden: {opening.reason_code.title_nl}; {quoted(opening.reason)}. Zegt: {opening.claim.title_nl}."


def _moment(opening: Opening, *, until: bool = False) -> str:
    local = (opening.until if until else opening.opened_at).astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year} {local:%H:%M}"
