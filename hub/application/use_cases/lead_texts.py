"""What people hear about the lead: offers, who got it, who stands in. Plain Dutch; nothing of the dossier."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.domain.lead import LAPSE_AFTER, LeadOffer, LeadPart
from hub.domain.people import Person
from hub.domain.values import one_line
from hub.domain.working_days import AMSTERDAM

_DAYS = LAPSE_AFTER.days
_NAME_ONE = "Noem er een: !plaatsvervanger @huisarts (of een andere naam). Die persoon zegt eerst zelf ja."
ASK_DEPUTY = (
    "# Wie is uw plaatsvervanger?\n"
    "U heeft de regie in deze kring, en er is nog geen plaatsvervanger: iemand die waarneemt als u er niet bent.\n"
    f"{_NAME_ONE}"
)
NOBODY_ACTS = "Er is niemand die de regie waarneemt. Spreek vandaag af wie dat doet, en bel bij twijfel de huisarts."
_WHAT = {
    LeadPart.LEAD: "de regie over deze kring",
    LeadPart.MEDICAL: "de medische regie in deze kring",
    LeadPart.DEPUTY: "de plaats van plaatsvervanger in deze kring",
}


def day(moment: datetime) -> str:
    """``3-11-2026``, in Dutch time."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year}"


def last_day(until: datetime) -> str:
    """The last day of a period that ends at ``until``, and not with it: a midnight ends the day before."""
    return day(until - timedelta(microseconds=1))


def offered(offer: LeadOffer, giver: Person, summary: Sequence[str]) -> str:
    """To who is asked, above what they would take over."""
    number = offer.number
    return "\n".join(
        (
            f"# {giver.name.full} biedt u {_WHAT[offer.part]} aan",
            f"Er verandert niets tot u ja zegt. Ja: !accepteer regie {number}. Nee: !weiger regie {number} <reden>.",
            f"Zegt u niets, dan vervalt dit aanbod na {_DAYS} dagen.",
            *summary,
        )
    )


def accepted(part: LeadPart, to: Person, before: Person | None, merged: bool) -> str:
    """To the team."""
    if part is LeadPart.DEPUTY:
        return f"{to.name.full} is nu plaatsvervanger: die neemt de regie waar als wie de regie heeft er niet is."
    if merged:
        return f"{to.name.full} heeft nu de hele regie, ook de medische."
    if part is LeadPart.MEDICAL:
        return f"{to.name.full} heeft nu de medische regie. De coördinatie blijft bij wie de regie heeft."
    return f"De regie ging van {before.name.full if before else 'niemand'} naar {to.name.full}."


def declined(offer: LeadOffer, by: Person, reason: str) -> str:
    """To who offered."""
    why = f" Reden: {one_line(reason)}" if reason else ""
    return (
        f"{by.name.full} zegt nee tegen aanbod {offer.number} ({offer.part.title_nl}).{why} {_nothing_changed(offer)}"
    )


def withdrawn(offer: LeadOffer) -> str:
    """To who was asked."""
    return f"Aanbod {offer.number} ({offer.part.title_nl}) geldt niet meer. U hoeft niets te doen."


def waits(offer: LeadOffer, to: Person, giver: Person) -> tuple[str, str]:
    """After a day without an answer: to who was asked, and to who offered."""
    number = offer.number
    return (
        f"{giver.name.full} wacht op uw antwoord op aanbod {number} ({offer.part.title_nl}). "
        f"Ja: !accepteer regie {number}. Nee: !weiger regie {number} <reden>.",
        f"{to.name.full} gaf nog geen antwoord op aanbod {number} ({offer.part.title_nl}). {_nothing_changed(offer)}",
    )


def lapsed(offer: LeadOffer, to: Person) -> tuple[str, str]:
    """When nobody answered: to who was asked, and to who offered."""
    return (
        withdrawn(offer),
        f"{to.name.full} gaf geen antwoord op aanbod {offer.number} ({offer.part.title_nl}); het aanbod is vervallen. "
        f"{_nothing_changed(offer)} Vraag iemand anders, of bel {to.name.full}.",
    )


def away(person: Person, until: datetime, lead: Person | None, locum: Person | None, *, leads: bool) -> str:
    """To the circle. ``lead``: who acts as lead now, when that is another because of this."""
    said = f"{person.name.full} is afwezig t/m {last_day(until)}."
    if lead is not None:
        return f"{said} {lead.name.full} neemt de regie waar."
    if leads:
        return f"{said} {NOBODY_ACTS}"
    return f"{said} {locum.name.full} neemt waar." if locum is not None else said


def back(person: Person, *, leads: bool) -> str:
    """To the circle."""
    return f"{person.name.full} is er weer" + (" en heeft de regie weer zelf." if leads else ".")


def standing_in(person: Person, until: datetime, summary: Sequence[str]) -> str:
    """To who stands in."""
    return "\n".join(
        (
            f"# U neemt waar voor {person.name.full}, t/m {last_day(until)}",
            "Nieuwe taken en vragen komen bij u. Kan dat niet? Zeg het in de teamkamer.",
            *summary,
        )
    )


def deputy_left(person: Person) -> str:
    """To who leads."""
    return f"# Er is geen plaatsvervanger meer\n{person.name.full} is geen plaatsvervanger meer. {_NAME_ONE}"


def medical_left(person: Person) -> str:
    """To who leads."""
    return (
        f"{person.name.full} had de medische regie en heeft die niet meer. De hele regie ligt nu bij u. Een ander "
        "vragen: !regie medisch aan @huisarts"
    )


def _nothing_changed(offer: LeadOffer) -> str:
    return "Er is niets veranderd." if offer.part is not LeadPart.LEAD else "U heeft de regie nog."
