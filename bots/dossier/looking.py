"""``!inzage`` and ``!bezwaar``: who looked, person by person, and one act against one of them. Always in private."""

import re

from bots.dossier.turn import Turn
from bots.dossier.views import minute
from hub.application.use_cases.access_log import read_log
from hub.application.use_cases.objections import Prospect, object_to, take_back
from hub.domain.audit import ChainedEntry
from hub.domain.errors import CommandRejected, NotFound
from hub.domain.looking import Looker, case_of, is_look, lookers, sections_named
from hub.domain.people import Person
from hub.domain.privacy import CaseKind
from hub.domain.spelling import plain
from hub.domain.vocabulary import Action, Role, Section
from hub.texts import N_, Words
from hub.texts.looking import section_titles, sentence, told_in_a_room, who

MOST_PEOPLE = 25
MOST_LOOKS = 20
_ELSEWHERE = N_("Het antwoord staat in uw privékamer met Kring.")
_OBJECTION = re.compile(r"^(?P<undo>intrekken\s+)?(?:tegen\s+)?(?P<who>\S.*)$", re.IGNORECASE)
_HOW = N_("met !bezwaar, in een kamer van de kring")


async def looks(turn: Turn) -> None:
    """Wie keek: one sentence a person, emergencies first; with a name, that person's last looks one by one."""
    found = await read_log(turn.unit, turn.hub.guard, turn.context)
    people = await _people(turn, found)
    cases: dict[str, CaseKind] = {}
    for case_id in {case for item in found if (case := case_of(item.entry.detail)) is not None}:
        cases[case_id] = (await turn.unit.cases.get(case_id)).kind
    own, words = turn.context.role is Role.PATIENT, turn.own_words
    everybody = lookers(found)
    if turn.argument:
        one = _named(turn.argument, everybody, people)
        body = _one_by_one(one, found, people, words)
    else:
        shown = [
            (one.by_emergency, sentence(one, people, cases, own=own, words=words)) for one in everybody[:MOST_PEOPLE]
        ]
        body = told_in_a_room(shown, len(everybody) - len(shown), own=own, words=words)
    await turn.only_to_asker(body, (), turn.words(_ELSEWHERE))


async def objection(turn: Turn) -> None:
    """Bezwaar tegen één mens, of het intrekken ervan: in force with this message."""
    match = _OBJECTION.match(turn.argument)
    if match is None:
        raise CommandRejected("bad-objection", "Schrijf: !bezwaar tegen <naam>, of: !bezwaar intrekken tegen <naam>.")
    # First: whether a name fits somebody who was here before is not for everybody to hear.
    await turn.hub.guard.require(turn.unit, turn.context, Action.RECORD, Section.S11)
    person = await _member_or_left(turn, match["who"])
    act = take_back if match["undo"] else object_to
    expected, _record = await act(turn.unit, turn.hub.guard, turn.context, person.id, how=_HOW)
    words = turn.own_words
    body = _taken_back(expected, words) if match["undo"] else _objected(expected, words)
    await turn.only_to_asker(body, (), turn.words(_ELSEWHERE))


async def _people(turn: Turn, found: list[ChainedEntry]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for person_id in {item.entry.user_id for item in found}:
        try:
            people[person_id] = await turn.unit.people.get(person_id)
        except NotFound:
            # Of before a restored back-up: named as an unknown person.
            continue
    return people


async def _member_or_left(turn: Turn, name: str) -> Person:
    """Who is or was in this circle, by name, by family name or by ``@role``."""
    try:
        named = await turn.named_member(name)
        if named is not None:
            return named
    except CommandRejected:
        # Perhaps somebody who left since: an objection can be taken back then, too.
        pass
    ids = {relation.person_id for relation in await turn.unit.circles.relations(turn.circle.id)}
    return _only([person for person in (await turn.unit.people.all_of(ids)).values() if _fits(name, person)])


def _named(name: str, everybody: list[Looker], people: dict[str, Person]) -> Looker:
    fitting = [people[one.person_id] for one in everybody if one.person_id in people]
    wanted = _only([person for person in fitting if _fits(name, person)])
    return next(one for one in everybody if one.person_id == wanted.id)


def _fits(name: str, person: Person) -> bool:
    wanted = plain(name.lstrip("@"))
    return wanted in {plain(person.name.family), plain(person.name.full), plain(person.name.given)}


def _only(fitting: list[Person]) -> Person:
    if len(fitting) != 1:
        # What was typed is not repeated: it may be somebody's number, or made to mislead.
        problem = "niemand" if not fitting else "meer dan één persoon"
        raise CommandRejected(
            "unclear-person",
            "Bij die naam past %(problem)s. Schrijf voornaam en achternaam, of kijk met !inzage.",
            {"problem": problem},
        )
    return fitting[0]


def _one_by_one(one: Looker, found: list[ChainedEntry], people: dict[str, Person], words: Words) -> str:
    own = [item for item in found if item.entry.user_id == one.person_id and is_look(item.entry)]
    name = who(one.person_id, one.role, one.organisation, people, words)
    lines = ["# " + words("Wanneer %(who)s keek") % {"who": name}]
    mark = words("LET OP, NOODPROCEDURE:") + " "
    for item in reversed(own[-MOST_LOOKS:]):
        where = section_titles(sections_named(item.entry), words)
        lines.append(f"- {mark if item.entry.break_glass else ''}{minute(item.entry.recorded_at)}: {where}")
    if len(own) > MOST_LOOKS:
        lines.append(words("Eerdere keren staan in het portaal."))
    if not own:
        lines.append(words("Deze persoon keek niet in het dossier."))
    return "\n".join(lines)


def _objected(expected: Prospect, words: Words) -> str:
    name = expected.person.name.full
    lines = [
        "# " + words("Uw bezwaar is vastgelegd"),
        "- " + words("%(name)s kan vanaf nu niets meer lezen en gaat uit uw kring.") % {"name": name},
        "- " + words("Wat deze persoon al weet, kunnen wij niet terughalen. Een zorgverlener houdt het eigen dossier."),
        "- " + words("Deze persoon hoort dat de toegang is gestopt, en niet waarom."),
    ]
    if expected.leads and expected.successor is not None:
        said = words("%(name)s had de regie over uw zorg. Die is nu bij %(other)s.")
        lines.append("- " + said % {"name": name, "other": expected.successor.name.full})
    elif expected.leads:
        lines.append("- " + words("Niemand heeft nu de regie over uw zorg. Bel vandaag uw huisarts."))
    if expected.last_doctor:
        lines.append("- " + words("Er zit nu geen arts meer in uw kring. Bespreek met de coach wie uw arts wordt."))
    if expected.last_coach:
        lines.append("- " + words("Er zit nu geen coach meer in uw kring. Bel uw huisarts."))
    lines.append(words("Terugdraaien kan altijd: !bezwaar intrekken tegen %(name)s") % {"name": name})
    return "\n".join(lines)


def _taken_back(expected: Prospect, words: Words) -> str:
    said = words(
        "Uw bezwaar tegen %(name)s is ingetrokken. Deze persoon komt niet vanzelf terug in uw kring. "
        "Vraag dat de coach."
    )
    return said % {"name": expected.person.name.full}
