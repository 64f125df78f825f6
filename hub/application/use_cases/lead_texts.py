"""What people hear about the lead: offers, who got it, who stands in. Plain Dutch; nothing of the dossier."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.domain.lead import LAPSE_AFTER, LeadOffer, LeadPart
from hub.domain.people import Person
from hub.domain.spoken import N_
from hub.domain.values import one_line
from hub.domain.working_days import AMSTERDAM

_DAYS = LAPSE_AFTER.days
_NAME_ONE = N_("Noem er een: !plaatsvervanger @huisarts (of een andere naam). Die persoon zegt eerst zelf ja.")
ASK_DEPUTY = N_(
    "# Wie is uw plaatsvervanger?\nU heeft de regie in deze kring, en er is nog geen plaatsvervanger: iemand die "
    "waarneemt als u er niet bent.\n%(how_to)s"
) % {"how_to": _NAME_ONE}
NOBODY_ACTS = "Er is niemand die de regie waarneemt. Spreek vandaag af wie dat doet, en bel bij twijfel de huisarts."
_WHAT = {
    LeadPart.LEAD: N_("de regie over deze kring"),
    LeadPart.MEDICAL: N_("de medische regie in deze kring"),
    LeadPart.DEPUTY: N_("de plaats van plaatsvervanger in deze kring"),
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
            N_("# %(giver)s biedt u %(what)s aan") % {"giver": giver.name.full, "what": _WHAT[offer.part]},
            N_(
                "Er verandert niets tot u ja zegt. Ja: !accepteer regie %(number)s. Nee: !weiger regie %(number)s "
                "<reden>."
            )
            % {"number": number},
            N_("Zegt u niets, dan vervalt dit aanbod na %(days)s dagen.") % {"days": _DAYS},
            *summary,
        )
    )


def accepted(part: LeadPart, to: Person, before: Person | None, merged: bool) -> str:
    """To the team."""
    if part is LeadPart.DEPUTY:
        return N_("%(to)s is nu plaatsvervanger: die neemt de regie waar als wie de regie heeft er niet is.") % {
            "to": to.name.full
        }
    if merged:
        return N_("%(to)s heeft nu de hele regie, ook de medische.") % {"to": to.name.full}
    if part is LeadPart.MEDICAL:
        return N_("%(to)s heeft nu de medische regie. De coördinatie blijft bij wie de regie heeft.") % {
            "to": to.name.full
        }
    return N_("De regie ging van %(before)s naar %(to)s.") % {
        "before": before.name.full if before else "niemand",
        "to": to.name.full,
    }


def declined(offer: LeadOffer, by: Person, reason: str) -> str:
    """To who offered."""
    why = f" Reden: {one_line(reason)}" if reason else ""
    return (
        f"{by.name.full} zegt nee tegen aanbod {offer.number} ({offer.part.title_nl}).{why} {_nothing_changed(offer)}"
    )


def withdrawn(offer: LeadOffer) -> str:
    """To who was asked."""
    return N_("Aanbod %(number)s (%(part)s) geldt niet meer. U hoeft niets te doen.") % {
        "number": offer.number,
        "part": offer.part.title_nl,
    }


def waits(offer: LeadOffer, to: Person, giver: Person) -> tuple[str, str]:
    """After a day without an answer: to who was asked, and to who offered."""
    number = offer.number
    return (
        N_(
            "%(giver)s wacht op uw antwoord op aanbod %(number)s (%(part)s). Ja: !accepteer regie %(number)s. Nee: "
            "!weiger regie %(number)s <reden>."
        )
        % {"giver": giver.name.full, "number": number, "part": offer.part.title_nl},
        N_("%(to)s gaf nog geen antwoord op aanbod %(number)s (%(part)s). %(state)s")
        % {
            "to": to.name.full,
            "number": number,
            "part": offer.part.title_nl,
            "state": _nothing_changed(offer),
        },
    )


def lapsed(offer: LeadOffer, to: Person) -> tuple[str, str]:
    """When nobody answered: to who was asked, and to who offered."""
    return (
        withdrawn(offer),
        N_(
            "%(to)s gaf geen antwoord op aanbod %(number)s (%(part)s); het aanbod is vervallen. %(state)s Vraag "
            "iemand anders, of bel %(to)s."
        )
        % {
            "to": to.name.full,
            "number": offer.number,
            "part": offer.part.title_nl,
            "state": _nothing_changed(offer),
        },
    )


def away(person: Person, until: datetime, lead: Person | None, locum: Person | None, *, leads: bool) -> str:
    """To the circle. ``lead``: who acts as lead now, when that is another because of this."""
    said = N_("%(person)s is afwezig t/m %(day)s.") % {"person": person.name.full, "day": last_day(until)}
    if lead is not None:
        return N_("%(said)s %(lead)s neemt de regie waar.") % {"said": said, "lead": lead.name.full}
    if leads:
        return f"{said} {NOBODY_ACTS}"
    return f"{said} {locum.name.full} neemt waar." if locum is not None else said


def back(person: Person, *, leads: bool) -> str:
    """To the circle."""
    return (N_("%(person)s is er weer") % {"person": person.name.full}) + (
        N_(" en heeft de regie weer zelf.") if leads else "."
    )


def standing_in(person: Person, until: datetime, summary: Sequence[str]) -> str:
    """To who stands in."""
    return "\n".join(
        (
            N_("# U neemt waar voor %(person)s, t/m %(day)s") % {"person": person.name.full, "day": last_day(until)},
            N_("Nieuwe taken en vragen komen bij u. Kan dat niet? Zeg het in de teamkamer."),
            *summary,
        )
    )


def deputy_left(person: Person) -> str:
    """To who leads."""
    return N_("# Er is geen plaatsvervanger meer\n%(person)s is geen plaatsvervanger meer. %(how_to)s") % {
        "person": person.name.full,
        "how_to": _NAME_ONE,
    }


def medical_left(person: Person) -> str:
    """To who leads."""
    return N_(
        "%(person)s had de medische regie en heeft die niet meer. De hele regie ligt nu bij u. Een ander vragen: "
        "!regie medisch aan @huisarts"
    ) % {"person": person.name.full}


def _nothing_changed(offer: LeadOffer) -> str:
    return "Er is niets veranderd." if offer.part is not LeadPart.LEAD else N_("U heeft de regie nog.")
