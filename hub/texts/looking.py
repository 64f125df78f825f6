"""Wie keek, in gewone zinnen: one sentence for each person, the same in a room and in the portal. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from hub.domain.looking import Looker, Why
from hub.domain.people import Person
from hub.domain.privacy import CaseKind
from hub.domain.vocabulary import Role, Section
from hub.texts import N_, SAY_DUTCH, Words
from hub.texts.moments import clock, weekday

UNKNOWN_PERSON = N_("onbekende persoon")
NO_ROLE = N_("zonder rol in deze kring")
RIGHTS = N_(
    "U mag weten wie in uw dossier keek, wanneer en waarom (Wabvpz artikel 15e). Kent u iemand niet, of klopt er iets "
    "niet? Vraag het de coach. U kunt bezwaar maken tegen één persoon. U kunt ook de functionaris gegevensbescherming "
    "bellen, of een klacht indienen bij de Autoriteit Persoonsgegevens."
)
_WHY_OWN = {
    Why.EMERGENCY: N_("met de noodprocedure"),
    Why.CASE: N_("voor een zaak van de functionaris gegevensbescherming"),
    Why.CONTROL: N_("om te controleren of iedereen zich aan de regels houdt"),
    Why.OPERATION: N_("voor het beheer van Kring"),
    Why.TREATING: N_("omdat deze persoon u behandelt of voor u zorgt"),
    Why.REPLACING: N_("als waarnemer van uw huisarts"),
    Why.REPRESENTING: N_("omdat deze persoon u vertegenwoordigt"),
    Why.CONSENT: N_("omdat u dat goedvond, of omdat het over deze persoon zelf ging"),
    Why.OWN: N_("in het eigen dossier"),
}
_WHY = _WHY_OWN | {
    Why.TREATING: N_("voor de behandeling en zorg"),
    Why.REPLACING: N_("als waarnemer van de huisarts"),
    Why.REPRESENTING: N_("als vertegenwoordiger van de patiënt"),
    Why.CONSENT: N_("met toestemming van de patiënt, of omdat het over deze persoon zelf ging"),
}


def who(person_id: str, role: str, organisation: str | None, people: Mapping[str, Person], words: Words) -> str:
    """``Gerda Huisman (huisarts, Praktijk De Brug)``."""
    person = people.get(person_id)
    name = person.name.full if person else words(UNKNOWN_PERSON)
    title = words(Role(role).title_nl if role in set(Role) else NO_ROLE)
    return f"{name} ({title}, {organisation})" if organisation else f"{name} ({title})"


def sentence(
    one: Looker,
    people: Mapping[str, Person],
    cases: Mapping[str, CaseKind],
    *,
    own: bool,
    words: Words = SAY_DUTCH,
) -> str:
    """``Gerda Huisman (huisarts, …) keek 4 keer, voor het laatst op dinsdag 3 november 2026 om 10:02, in …, omdat …``

    :param own: the patient reads it, and is spoken to as *u*
    """
    name = who(one.person_id, one.role, one.organisation, people, words)
    told = [_looked(one, name, own, words)]
    if one.by_emergency and one.last_emergency is not None:
        told.append(words("Noodprocedure gebruikt, op %(when)s.") % {"when": _when(one.last_emergency, words)})
    told += [
        words("Zaak %(case)s: %(kind)s.") % {"case": case, "kind": words(cases[case].title_nl)}
        for case in one.cases
        if case in cases
    ]
    if one.by_bot:
        said = words.plural(
            "%(number)s keer daarvan via de dossierbot, die het voor deze persoon opzocht.",
            "%(number)s keer daarvan via de dossierbot, die het voor deze persoon opzocht.",
            one.by_bot,
        )
        told.append(said % {"number": one.by_bot})
    if one.changes:
        said = words.plural("Legde %(number)s keer iets vast.", "Legde %(number)s keer iets vast.", one.changes)
        told.append(said % {"number": one.changes})
    if one.last_refused is not None:
        said = words.plural(
            "Werd %(number)s keer geweigerd, op %(when)s.",
            "Werd %(number)s keer geweigerd, het laatst op %(when)s.",
            one.refused,
        )
        told.append(said % {"number": one.refused, "when": _when(one.last_refused, words)})
    return " ".join(told)


def _looked(one: Looker, name: str, own: bool, words: Words) -> str:
    if one.last is None:
        return words("%(who)s keek niet in het dossier.") % {"who": name}
    reasons = _WHY_OWN if own else _WHY
    said = words.plural(
        "%(who)s keek %(number)s keer, op %(when)s, in %(sections)s, %(why)s.",
        "%(who)s keek %(number)s keer, voor het laatst op %(when)s, in %(sections)s, %(why)s.",
        one.looks,
    )
    return said % {
        "who": name,
        "number": one.looks,
        "when": _when(one.last, words),
        "sections": section_titles(one.sections, words),
        "why": words("; ook ").join(words(reasons[reason]) for reason in one.why),
    }


def section_titles(sections: Sequence[Section], words: Words = SAY_DUTCH) -> str:
    """``Klachten en functioneren, Medicatie``; ``alle onderdelen``; without a section it was the out-of-hours set."""
    if set(sections) == set(Section):
        return words("alle onderdelen")
    return ", ".join(words(section.title_nl) for section in sections) or words("de spoedset")


def told_in_a_room(sentences: Iterable[tuple[bool, str]], more: int, *, own: bool, words: Words = SAY_DUTCH) -> str:
    """The answer to ``!inzage``: (by emergency, sentence) of each person; emergencies are marked."""
    lines = ["# " + words("Wie keek in het dossier")]
    mark = words("LET OP, NOODPROCEDURE:")
    lines += [f"- {mark} {said}" if emergency else f"- {said}" for emergency, said in sentences]
    if len(lines) == 1:
        lines.append(words("Nog niemand."))
    if more:
        lines.append(words("En nog %(number)s mensen. Alles staat in het portaal.") % {"number": more})
    lines.append(words("Precies wanneer, en per dag: typ !portaal en kies Wie keek mee."))
    if own:
        lines.append(words("Bezwaar tegen iemand? Typ: !bezwaar tegen <naam>"))
        lines.append(words(RIGHTS))
    return "\n".join(lines)


def _when(at: datetime, words: Words) -> str:
    return words("%(day)s om %(clock)s") % {"day": weekday(at, words.language), "clock": clock(at)}
