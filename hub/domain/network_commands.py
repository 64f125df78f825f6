"""Wat mensen typen over wie er zijn, wie te bellen is en hoe de patiënt woont, streng gelezen (S1, S4, S8)."""

import re

from hub.domain.care_network import ContactPerson, ContactRole
from hub.domain.errors import CommandRejected
from hub.domain.network_kinds import Hours, LivingAspect, LivingSituation, Reachability
from hub.domain.perspectives import ConversationReport, PreferredPlaceOfCare, RelativeView
from hub.domain.plan_commands import parse_place
from hub.domain.representation import Rank, rank_of
from hub.domain.spelling import plain
from hub.domain.typed import TypedBy, a_date, chosen, headed, kept, parts

_OUTSIDE_OFFICE = (Hours.EVENING, Hours.NIGHT, Hours.WEEKEND)
_HOURS: dict[str, tuple[Hours, ...]] = {
    "dag": (Hours.DAY,),
    "overdag": (Hours.DAY,),
    "kantooruren": (Hours.DAY,),
    "avond": (Hours.EVENING,),
    "nacht": (Hours.NIGHT,),
    "weekend": (Hours.WEEKEND,),
    "anw": _OUTSIDE_OFFICE,
    "altijd": tuple(Hours),
}
# Dutch numbers begin with 0, foreign ones with +, and 112 is short: nine digits in a row are somebody's BSN.
_PHONE = re.compile(
    r"(?<![\w+])(?:\+[0-9]{1,3}[ -]?(?:\(0\)[ -]?)?[0-9][0-9 -]{5,14}[0-9]|0[0-9][0-9 -]{5,12}[0-9])(?!\w)", re.ASCII
)
_SHORT = re.compile(r"(?<![\w+-])(?:1[0-9]{2}|14 ?0[0-9]{2,3})(?![\w-])", re.ASCII)
_AFTER = re.compile(r"^\s*(?:\((?P<purpose>[^()]{1,500})\))?[\s,;]*(?P<promise>.*)$", re.DOTALL)
_RELATION = re.compile(r"^(?P<name>[^()]{1,200})\((?P<relation>[^()]{1,200})\)$")
_ASPECTS = {aspect.nl: aspect for aspect in LivingAspect} | {
    "woonsituatie": LivingAspect.HOME,
    "deur": LivingAspect.ACCESS,
    "binnenkomen": LivingAspect.ACCESS,
}
_ROLES: dict[str, ContactRole] = {
    "eerste contactpersoon": ContactRole.FIRST_CONTACT,
    "tweede contactpersoon": ContactRole.SECOND_CONTACT,
    "contactpersoon": ContactRole.CONTACT,
    "vertegenwoordiger": ContactRole.LEGAL_REPRESENTATIVE,
    "wettelijk vertegenwoordiger": ContactRole.LEGAL_REPRESENTATIVE,
    "gemachtigde": ContactRole.AUTHORISED_IN_WRITING,
    "schriftelijk gemachtigde": ContactRole.AUTHORISED_IN_WRITING,
    "curator": ContactRole.CURATOR,
    "mentor": ContactRole.MENTOR,
    "voogd": ContactRole.GUARDIAN,
}
_HOW_REACH = (
    "Schrijf: !bereikbaar nacht, weekend: <wie> <nummer> (<waarvoor>), <toezegging>. "
    "De dagdelen: dag, avond, nacht, weekend, anw, altijd."
)
_HOW_LIVING = "Schrijf: !wonen <onderwerp>: <tekst>. De onderwerpen: wonen, taal, tolk, sleutel."
_HOW_CONTACT = (
    "Schrijf: !contact <naam> (<relatie>): <rol>, <rol>; tel <nummer>; rangorde <waarom>. "
    f"De rollen: naaste, {', '.join(dict.fromkeys(_ROLES))}."
)
_HOW_REPORT = "Schrijf: !verslag op <datum>; patiënt: <woorden>; naasten: <woorden>; zorgverlener: <woorden>"
_HOW_VIEW = "Schrijf wie het vindt, en wat: !mening zoon Pieter: <woorden>"


def parse_reachable(text: str, by: TypedBy) -> Reachability:
    """``nacht, weekend: HAP Arnhem 026-1234567 (spoed), belt binnen een half uur terug``.

    :raises CommandRejected: ``bad-form``, ``unknown-choice``, ``bad-phone``, ``bad-text``
    """
    head, rest = headed(text, _HOW_REACH)
    named = [word for word in re.split(r"[\s,/+&]+", plain(head)) if word and word != "en"]
    hours = {part for word in named for part in chosen(word, _HOURS, _HOW_REACH)}
    found = list(_PHONE.finditer(rest)) or list(_SHORT.finditer(rest))
    if len(found) != 1:
        raise CommandRejected(
            "bad-phone", "Schrijf precies één telefoonnummer. %(how_reach)s", {"how_reach": _HOW_REACH}
        )
    who = re.sub(r"[\s,]*(?:\btel\.?:?)?[\s,]*$", "", rest[: found[0].start()], flags=re.IGNORECASE)
    after = _AFTER.match(rest[found[0].end() :])
    if not who.strip() or after is None:
        raise CommandRejected("bad-form", _HOW_REACH)
    phone, purpose, promise = found[0][0].strip(), after["purpose"], after["promise"].strip()
    ordered = tuple(one for one in Hours if one in hours)
    return kept(lambda: Reachability(ordered, who.strip(), phone, (purpose or "").strip() or None, promise or None))


def parse_living(text: str, by: TypedBy) -> LivingSituation:
    """``sleutel: bij de buurvrouw op nummer 14``.

    :raises CommandRejected: ``bad-form``, ``unknown-choice``, ``bad-text``
    """
    head, rest = headed(text, _HOW_LIVING)
    aspect = chosen(head, _ASPECTS, _HOW_LIVING)
    return kept(lambda: LivingSituation(aspect, rest))


def parse_contact(text: str, by: TypedBy) -> ContactPerson:
    """``Pieter de Wit (zoon): eerste contactpersoon, gemachtigde; tel 06-12345678; rangorde gemachtigd``.

    :raises CommandRejected: ``bad-form``, ``unknown-choice``, ``bad-phone``, ``bad-text``
    """
    head, rest = headed(text, _HOW_CONTACT)
    named = _RELATION.match(head)
    name, relation = (named["name"].strip(), named["relation"].strip()) if named else (head, None)
    said, _, more = rest.partition(";")
    about = parts(more, ("tel", "rangorde"), _HOW_CONTACT) if more.strip() else {}
    words = [word.strip() for word in said.split(",") if plain(word)]
    roles = tuple(dict.fromkeys(chosen(word, _ROLES, _HOW_CONTACT) for word in words if plain(word) != "naaste"))
    rank = rank_of(about["rangorde"]) if "rangorde" in about else None
    if rank is Rank.UNKNOWN or not words:
        raise CommandRejected("bad-form", _HOW_CONTACT)
    phones = (about["tel"],) if "tel" in about else ()
    if not all(_PHONE.fullmatch(phone) for phone in phones):
        raise CommandRejected("bad-phone", "Dat is geen telefoonnummer. Schrijf het als 06-12345678.")
    return kept(lambda: ContactPerson(name, roles, relation, phones=phones, rank=rank))


def parse_report(text: str, by: TypedBy) -> ConversationReport:
    """``op 3-11-2026; patiënt: …; naasten: …; zorgverlener: …``.

    :raises CommandRejected: ``bad-form``, ``bad-date``, ``bad-text``
    """
    said = parts(text, ("op", "patient", "naasten", "naaste", "zorgverlener"), _HOW_REPORT)
    held = a_date(said["op"], today=by.today) if "op" in said else None
    relatives = said.get("naasten") or said.get("naaste")
    if "naasten" in said and "naaste" in said:
        raise CommandRejected("bad-form", _HOW_REPORT)
    return kept(lambda: ConversationReport(held, said.get("patient"), relatives, said.get("zorgverlener")))


def parse_place_of_care(text: str, by: TypedBy) -> PreferredPlaceOfCare:
    """As :func:`parse_place`, about care; what a relative types is that relative's view.

    :raises CommandRejected: ``unknown-place``, ``bad-text``
    """
    viewed_by = by.name if by.reporter.value == "relative" else None
    said = parse_place(text, viewed_by=viewed_by, asked_on=by.today)
    return kept(lambda: PreferredPlaceOfCare(said.place, said.view, said.viewed_by, said.other_place, said.asked_on))


def parse_view(text: str, by: TypedBy) -> RelativeView:
    """``zoon Pieter: zij kan beter naar een hospice``; a relative leaves the own name out.

    :raises CommandRejected: ``bad-form``, ``bad-text``
    """
    who, said = (by.name, text.strip()) if by.reporter.value == "relative" else headed(text, _HOW_VIEW)
    return kept(lambda: RelativeView(who, said))
