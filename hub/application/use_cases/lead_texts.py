"""What people hear about the lead: offers, who got it, who stands in. Plain words; nothing of the dossier."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.domain.lead import LAPSE_AFTER, LeadOffer, LeadPart
from hub.domain.people import Person
from hub.domain.spoken import N_, Spoken, joined, phrase
from hub.domain.values import one_line
from hub.domain.working_days import AMSTERDAM

_DAYS = LAPSE_AFTER.days
_NAME_ONE = phrase("Noem er een: !plaatsvervanger @huisarts (of een andere naam). Die persoon zegt eerst zelf ja.")
ASK_DEPUTY = phrase(
    "# Wie is uw plaatsvervanger?\nU heeft de regie in deze kring, en er is nog geen plaatsvervanger: iemand die "
    "waarneemt als u er niet bent.\n%(how_to)s",
    how_to=_NAME_ONE,
)
NOBODY_ACTS = N_(
    "Er is niemand die de regie waarneemt. Spreek vandaag af wie dat doet, en bel bij twijfel de huisarts."
)
_WHAT = {
    LeadPart.LEAD: phrase("de regie over deze kring"),
    LeadPart.MEDICAL: phrase("de medische regie in deze kring"),
    LeadPart.DEPUTY: phrase("de plaats van plaatsvervanger in deze kring"),
}


def day(moment: datetime) -> str:
    """``3-11-2026``, in Dutch time."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year}"


def last_day(until: datetime) -> str:
    """The last day of a period that ends at ``until``, and not with it: a midnight ends the day before."""
    return day(until - timedelta(microseconds=1))


def offered(offer: LeadOffer, giver: Person, summary: Sequence[Spoken]) -> Spoken:
    """To who is asked, above what they would take over."""
    number = offer.number
    return joined(
        (
            phrase("# %(giver)s biedt u %(what)s aan", giver=giver.name.full, what=_WHAT[offer.part]),
            phrase(
                "Er verandert niets tot u ja zegt. Ja: !accepteer regie %(number)s. Nee: !weiger regie %(number)s "
                "<reden>.",
                number=number,
            ),
            phrase("Zegt u niets, dan vervalt dit aanbod na %(days)s dagen.", days=_DAYS),
            *summary,
        )
    )


def accepted(part: LeadPart, to: Person, before: Person | None, merged: bool) -> Spoken:
    """To the team."""
    if part is LeadPart.DEPUTY:
        return phrase(
            "%(to)s is nu plaatsvervanger: die neemt de regie waar als wie de regie heeft er niet is.", to=to.name.full
        )
    if merged:
        return phrase("%(to)s heeft nu de hele regie, ook de medische.", to=to.name.full)
    if part is LeadPart.MEDICAL:
        return phrase(
            "%(to)s heeft nu de medische regie. De coördinatie blijft bij wie de regie heeft.", to=to.name.full
        )
    return phrase(
        "De regie ging van %(before)s naar %(to)s.",
        before=before.name.full if before else phrase("niemand"),
        to=to.name.full,
    )


def declined(offer: LeadOffer, by: Person, reason: str) -> Spoken:
    """To who offered."""
    said = phrase(
        "%(by)s zegt nee tegen aanbod %(number)s (%(part)s).",
        by=by.name.full,
        number=offer.number,
        part=phrase(offer.part.title_nl),
    )
    why = (phrase("Reden: %(reason)s", reason=one_line(reason)),) if reason else ()
    return joined((said, *why, _nothing_changed(offer)), " ")


def withdrawn(offer: LeadOffer) -> Spoken:
    """To who was asked."""
    return phrase(
        "Aanbod %(number)s (%(part)s) geldt niet meer. U hoeft niets te doen.",
        number=offer.number,
        part=phrase(offer.part.title_nl),
    )


def waits(offer: LeadOffer, to: Person, giver: Person) -> tuple[Spoken, Spoken]:
    """After a day without an answer: to who was asked, and to who offered."""
    number = offer.number
    return (
        phrase(
            "%(giver)s wacht op uw antwoord op aanbod %(number)s (%(part)s). Ja: !accepteer regie %(number)s. Nee: "
            "!weiger regie %(number)s <reden>.",
            giver=giver.name.full,
            number=number,
            part=phrase(offer.part.title_nl),
        ),
        phrase(
            "%(to)s gaf nog geen antwoord op aanbod %(number)s (%(part)s). %(state)s",
            to=to.name.full,
            number=number,
            part=phrase(offer.part.title_nl),
            state=_nothing_changed(offer),
        ),
    )


def lapsed(offer: LeadOffer, to: Person) -> tuple[Spoken, Spoken]:
    """When nobody answered: to who was asked, and to who offered."""
    return (
        withdrawn(offer),
        phrase(
            "%(to)s gaf geen antwoord op aanbod %(number)s (%(part)s); het aanbod is vervallen. %(state)s Vraag "
            "iemand anders, of bel %(to)s.",
            to=to.name.full,
            number=offer.number,
            part=phrase(offer.part.title_nl),
            state=_nothing_changed(offer),
        ),
    )


def away(person: Person, until: datetime, lead: Person | None, locum: Person | None, *, leads: bool) -> Spoken:
    """To the circle. ``lead``: who acts as lead now, when that is another because of this."""
    said = phrase("%(person)s is afwezig t/m %(day)s.", person=person.name.full, day=last_day(until))
    if lead is not None:
        return phrase("%(said)s %(lead)s neemt de regie waar.", said=said, lead=lead.name.full)
    if leads:
        return joined((said, phrase(NOBODY_ACTS)), " ")
    if locum is None:
        return said
    return phrase("%(said)s %(locum)s neemt waar.", said=said, locum=locum.name.full)


def back(person: Person, *, leads: bool) -> Spoken:
    """To the circle."""
    if leads:
        return phrase("%(person)s is er weer en heeft de regie weer zelf.", person=person.name.full)
    return phrase("%(person)s is er weer.", person=person.name.full)


def standing_in(person: Person, until: datetime, summary: Sequence[Spoken]) -> Spoken:
    """To who stands in."""
    return joined(
        (
            phrase("# U neemt waar voor %(person)s, t/m %(day)s", person=person.name.full, day=last_day(until)),
            phrase("Nieuwe taken en vragen komen bij u. Kan dat niet? Zeg het in de teamkamer."),
            *summary,
        )
    )


def deputy_left(person: Person) -> Spoken:
    """To who leads."""
    return phrase(
        "# Er is geen plaatsvervanger meer\n%(person)s is geen plaatsvervanger meer. %(how_to)s",
        person=person.name.full,
        how_to=_NAME_ONE,
    )


def medical_left(person: Person) -> Spoken:
    """To who leads."""
    return phrase(
        "%(person)s had de medische regie en heeft die niet meer. De hele regie ligt nu bij u. Een ander vragen: "
        "!regie medisch aan @huisarts",
        person=person.name.full,
    )


def _nothing_changed(offer: LeadOffer) -> Spoken:
    return phrase("Er is niets veranderd.") if offer.part is not LeadPart.LEAD else phrase("U heeft de regie nog.")
