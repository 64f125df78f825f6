"""What people hear about the emergency procedure. Plain words; nothing here says what is in the dossier."""

from hub.domain.emergency import Opening
from hub.domain.people import Patient, Person
from hub.domain.spoken import N_, Spoken, phrase
from hub.domain.values import quoted
from hub.domain.vocabulary import EmergencyChoice
from hub.domain.working_days import AMSTERDAM

SAID_NO = N_(
    "De patiënt koos: de spoedset niet openen, ook niet bij spoed. Sturen kan dan alleen bij een conflict van "
    "plichten: de patiënt kan nu niet beslissen en leven of waardigheid staat op het spel. Schrijf dan: levensbelang."
)


def asked(opening: Opening, who: Person, patient: Patient, choice: EmergencyChoice) -> Spoken:
    """To coach and GP: somebody asks, and nothing was opened."""
    word = "levensbelang" if choice is EmergencyChoice.DENY else "betrokken"
    chosen = (
        phrase(SAID_NO)
        if choice is EmergencyChoice.DENY
        else phrase("De patiënt heeft niet vastgelegd of dit bij spoed mag. Daarom opent Kring niets uit zichzelf.")
    )
    return phrase(
        "# Noodverzoek %(code)s: iemand vraagt om de spoedset\n%(who)s vraagt om de spoedgegevens van "
        "%(patient)s.\n%(why)s\n%(chosen)s\nKring heeft niets geopend en ook niet gezegd dat deze patiënt hier bekend "
        "is. U beslist: bel eerst terug op een nummer dat u zelf opzoekt. Sturen, vier uur lang, met uw eigen reden "
        "(20 tekens of meer):\n!spoed stuur %(code)s %(word)s <reden>",
        code=opening.code,
        who=_who(opening, who),
        patient=patient.introduced(),
        why=_why(opening),
        chosen=chosen,
        word=word,
    )


def to_carer(opening: Opening, who: Person, by: Person | None, patient: Patient) -> Spoken:
    """To coach and GP: it was opened, or a colleague sent it."""
    about, asker = patient.introduced(), _who(opening, who)
    opened = phrase("%(who)s opende de spoedset van %(patient)s met de noodprocedure.", who=asker, patient=about)
    if by:
        opened = phrase(
            "%(by)s stuurde de spoedset van %(patient)s aan %(who)s.", by=by.name.full, patient=about, who=asker
        )
    return phrase(
        "# Noodprocedure: de spoedset is geopend\n%(opened)s\n%(why)s\nAlleen de spoedset, tot %(moment)s. Klopt dit "
        "niet? Bel meteen de functionaris gegevensbescherming, die elke noodprocedure binnen drie werkdagen "
        "beoordeelt.",
        opened=opened,
        why=_why(opening),
        moment=_moment(opening, until=True),
    )


def to_patient(opening: Opening, who: Person, by: Person | None) -> Spoken:
    """To the patient and the representative, at once."""
    how = (
        phrase("%(by)s heeft uw spoedgegevens gestuurd aan %(who)s", by=by.name.full, who=_who(opening, who))
        if by
        else phrase("%(who)s heeft uw spoedgegevens bekeken, omdat het spoed was", who=_who(opening, who))
    )
    return phrase(
        "%(how)s, op %(moment)s. De rest van uw dossier bleef dicht. De functionaris gegevensbescherming kijkt na of "
        "dit terecht was. Vragen, of wilt u dit een volgende keer niet? Zeg het tegen uw coach of huisarts.",
        how=how,
        moment=_moment(opening),
    )


def many(who: Person, count: int) -> Spoken:
    """To coach and GP, when one person uses the procedure often."""
    return phrase(
        "Let op: %(who)s gebruikte de noodprocedure %(count)s keer in 24 uur, ook voor deze patiënt. Dat kan kloppen "
        "op een drukke dienst. Twijfelt u? Bel de functionaris gegevensbescherming.",
        who=who.introduced(),
        count=count,
    )


def unjustified(opening: Opening, who: Person) -> Spoken:
    """To coach and GP, when the privacy officer found that it was not justified."""
    return phrase(
        "De functionaris gegevensbescherming vindt dat %(who)s de spoedset op %(moment)s niet had mogen openen. "
        "Bespreek dit met de patiënt; de functionaris neemt contact met u op over de vervolgstappen.",
        who=_who(opening, who),
        moment=_moment(opening),
    )


def _who(opening: Opening, who: Person) -> Spoken:
    return who.introduced(opening.role)


def _why(opening: Opening) -> Spoken:
    return phrase(
        "Reden: %(code)s; %(reason)s. Zegt: %(claim)s.",
        code=phrase(opening.reason_code.title_nl),
        reason=quoted(opening.reason),
        claim=phrase(opening.claim.title_nl),
    )


def _moment(opening: Opening, *, until: bool = False) -> str:
    local = (opening.until if until else opening.opened_at).astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year} {local:%H:%M}"
