"""``!pad``, ``!coach``, ``!inclusie``, ``!tijd``, ``!evaluatie``, ``!afsluiten``: from marking to the last day."""

import re

from bots.dossier.command import CommandSpec
from bots.dossier.turn import Turn
from hub.application.use_cases import coach_time, path
from hub.application.use_cases.aftercare import close_after_death, note_contact, note_evaluation, read_contacts
from hub.domain.aftercare import parse_contact, parse_marking
from hub.domain.coach_time import Category, TimeLine, parse_time, total_nl
from hub.domain.errors import CommandRejected
from hub.domain.path import PathStep
from hub.domain.spelling import plain
from hub.domain.spoken import phrase, verbatim
from hub.domain.typed import a_date, first_word
from hub.domain.vocabulary import Role, Section
from hub.domain.working_days import AMSTERDAM
from hub.texts import N_, Words

_TOLD = N_("Het antwoord staat in uw privékamer met Kring.")
_NUMBER = re.compile(r"^[1-9][0-9]{0,4}$", re.ASCII)
_OFFERS = {"ja": PathStep.ACCEPTED, "nee": PathStep.DECLINED, "later": PathStep.LATER}


async def show_path(turn: Turn) -> None:
    """``!pad``, and ``!pad start`` for the coach."""
    words = turn.own_words
    if plain(turn.argument) == "start":
        await path.note_start(turn.unit, turn.hub.guard, turn.context)
        await turn.reply(turn.words("De begeleiding is begonnen. Wat nu komt, ziet u met: !pad"))
        return
    if turn.argument:
        raise CommandRejected("bad-path", "Schrijf: !pad, of !pad start als de begeleiding begint.")
    view = await path.read_path(turn.unit, turn.hub.guard, turn.context)
    people = await turn.unit.people.all_of({one.noted_by for one in view.taken} | {view.lead_id})
    lines = ["# " + words("Het pad van deze patiënt")]
    for one in view.taken:
        day = one.noted_at.astimezone(AMSTERDAM)
        facts = {
            "day": f"{day.day}-{day.month}-{day.year}",
            "step": words(one.step.nl),
            "who": people[one.noted_by].name.full,
        }
        until = f" ({one.on_day.day}-{one.on_day.month}-{one.on_day.year})" if one.on_day is not None else ""
        reason = f": {turn.hub.settings.path_criteria().get(one.reason, one.reason)}" if one.reason else ""
        lines.append("- " + words("%(day)s: %(step)s, door %(who)s") % facts + until + reason)
    if not view.taken:
        lines.append(words("Er is nog geen stap vastgelegd."))
    lines.append(words("Nu: %(what)s") % {"what": words(view.next.what.value)})
    doers = [words(role.title_nl) for role in view.next.who]
    if view.next.lead:
        doers.append(words("wie de regie heeft (%(who)s)") % {"who": people[view.lead_id].name.full})
    if doers:
        lines.append(words("Wie: %(who)s") % {"who": words(" of ").join(doers)})
    if view.next.by is not None:
        by = view.next.by
        lines.append(words("Wanneer: %(day)s") % {"day": f"{by.day}-{by.month}-{by.year}"})
    if view.next.command is not None:
        lines.append(words("Typ: %(command)s") % {"command": view.next.command})
    await turn.only_to_asker("\n".join(lines), (Section.S2,), turn.words(_TOLD))


async def coach(turn: Turn) -> None:
    """``!coach aangeboden ja|nee|later <datum>``: what the patient said to the offer."""
    word, rest = first_word(turn.argument)
    answer, day = first_word(rest)
    step = _OFFERS.get(answer)
    if word != "aangeboden" or step is None or (day and step is not PathStep.LATER):
        raise CommandRejected("bad-offer", "Schrijf: !coach aangeboden ja, of nee, of later 3-12-2026.")
    on_day = a_date(day).exact if day else None
    await path.note_offer(turn.unit, turn.hub.guard, turn.context, step, on_day)
    words = turn.own_words
    said = {
        PathStep.ACCEPTED: words("Vastgelegd: de patiënt wil een coach."),
        PathStep.DECLINED: words(
            "Vastgelegd: de patiënt wil geen coach. De coach heeft geen toegang meer tot deze kring. Wil de patiënt "
            "later toch een coach? Typ dan: !coach aangeboden ja"
        ),
        PathStep.LATER: words("Vastgelegd: de patiënt wil er later over praten. Op die dag vraagt Kring het opnieuw."),
    }[step]
    await turn.only_to_asker(said, (), turn.words(_TOLD))


async def inclusion(turn: Turn) -> None:
    """``!inclusie ja`` or ``!inclusie nee <reden>``; alone: the reasons of this region."""
    words = turn.own_words
    criteria = turn.hub.settings.path_criteria()
    answer, reason = first_word(turn.argument)
    if not answer:
        lines = [
            "# " + words("Redenen om nu niet te beginnen"),
            *(f"- {code}: {words(why)}" for code, why in criteria.items()),
        ]
        lines.append(words("Past de patiënt? Typ: !inclusie ja. Anders: !inclusie nee <reden>"))
        await turn.only_to_asker("\n".join(lines), (), turn.words(_TOLD))
        return
    if answer not in {"ja", "nee"} or (answer == "ja") is bool(reason):
        raise CommandRejected("bad-inclusion", "Schrijf: !inclusie ja, of !inclusie nee met een reden van !inclusie.")
    await path.note_check(turn.unit, turn.hub.guard, turn.context, plain(reason) or None, frozenset(criteria))
    said = words("Vastgelegd: de patiënt past bij de criteria.")
    if answer == "nee":
        said = words("Vastgelegd: de patiënt past nu niet bij de criteria. Bespreek met de huisarts wat wel past.")
    await turn.only_to_asker(said, (), turn.words(_TOLD))


async def time_spent(turn: Turn) -> None:
    """``!tijd 45 extra gisteren``, ``!tijd weg 3``, and ``!tijd``: the own hours, in the own room."""
    words = turn.own_words
    if not await turn.in_private():
        raise CommandRejected("time-in-private", "Uw uren schrijft u in uw privékamer met Kring. Daar ziet u ze ook.")
    word, rest = first_word(turn.argument)
    if word == "weg":
        if not _NUMBER.match(rest):
            raise CommandRejected("bad-number", "Schrijf: !tijd weg <nummer>. De nummers staan bij !tijd.")
        await coach_time.withdraw(turn.unit, turn.hub.guard, turn.context, int(rest))
        await turn.reply(words("Regel %(number)s telt niet meer mee.") % {"number": rest})
        return
    if turn.argument:
        worked = parse_time(turn.argument, turn.now.astimezone(AMSTERDAM).date())
        line = await coach_time.note(turn.unit, turn.hub.guard, turn.context, worked)
        await turn.reply(words("Opgeschreven: %(line)s.") % {"line": _line(line, words)})
        return
    hours = await coach_time.this_month(turn.unit, turn.hub.guard, turn.context)
    lines = ["# " + words("Uw uren deze maand")]
    for category in Category:
        said = words("%(category)s: %(total)s")
        total = total_nl(sum(one.minutes for one in hours.lines if one.category is category))
        lines.append("- " + said % {"category": words(category.nl), "total": total})
    for pseudonym, minutes in hours.per_circle:
        lines.append("- " + words("Kring %(circle)s: %(total)s") % {"circle": pseudonym, "total": total_nl(minutes)})
    here = [one for one in hours.lines if one.circle_id == turn.context.circle_id]
    if here:
        lines.append(words("In deze kring:"))
        lines += [f"- {_line(one, words)}" for one in here[-20:]]
    await turn.reply("\n".join(lines))


async def evaluation(turn: Turn) -> None:
    """``!evaluatie <tekst>``, and ``!evaluatie markering terecht|niet terecht|onbekend``."""
    marking = parse_marking(turn.argument)
    await note_evaluation(turn.unit, turn.hub.guard, turn.context, turn.argument, marking)
    await turn.reply(turn.words("Dank u. Dit staat bij de terugblik van het team, niet in het dossier."))


async def contact(turn: Turn, text: str) -> None:
    """``!nazorg contact Pieter de Wit gesproken``; without more: with whom there was contact."""
    words = turn.own_words
    if text:
        who, outcome, said = parse_contact(text)
        relative = await turn.named_member(who)
        if relative is None:
            raise CommandRejected("bad-contact", "Schrijf bij !nazorg contact de naam van de naaste. Kijk met: !wie")
        await note_contact(turn.unit, turn.hub.guard, turn.context, relative, outcome, said)
        body = words("Opgeschreven bij de nazorg: %(outcome)s. Dit staat niet in het dossier.")
        await turn.only_to_asker(body % {"outcome": words(outcome.nl)}, (), turn.words(_TOLD))
        return
    found = await read_contacts(turn.unit, turn.hub.guard, turn.context)
    people = await turn.unit.people.all_of(
        {one.person_id for one in found if one.person_id} | {o.noted_by for o in found}
    )
    lines = ["# " + words("Contact met de naasten")]
    for one in found:
        day = one.noted_at.astimezone(AMSTERDAM)
        facts = {
            "day": f"{day.day}-{day.month}-{day.year}",
            "who": people[one.person_id].name.full if one.person_id else "",
            "outcome": words(one.outcome.nl),
            "by": people[one.noted_by].name.full,
        }
        line = "- " + words("%(day)s: %(who)s, %(outcome)s, door %(by)s") % facts
        lines.append(f"{line}: {one.text}" if one.text and turn.context.role is not Role.RELATIVE else line)
    if not found:
        lines.append(words("Er is nog geen contact opgeschreven."))
    await turn.only_to_asker("\n".join(lines), (), turn.words(_TOLD))


async def close(turn: Turn) -> None:
    """``!afsluiten``: the last step, by who leads."""
    closed = await close_after_death(turn.unit, turn.hub.guard, turn.context)
    words = turn.own_words
    body = words("De kring is afgesloten. De kamers gaan dicht. Dank u voor uw zorg.")
    await turn.hub.speaker.private(turn.unit, turn.context, turn.context.actor, verbatim(body), ())
    for person in closed.told:
        if person.id != turn.context.actor.id:
            said = phrase(
                "De kring is afgesloten. U kunt uw eigen deel nog dertig dagen meenemen naar uw eigen dossier. Dank u "
                "voor uw zorg."
            )
            await turn.hub.speaker.private(turn.unit, turn.context, person, said, ())


def _line(line: TimeLine, words: Words) -> str:
    day = line.on_day
    facts = {
        "number": line.number,
        "day": f"{day.day}-{day.month}-{day.year}",
        "total": total_nl(line.minutes),
        "category": words(line.category.nl),
    }
    return words("regel %(number)s, %(day)s: %(total)s, %(category)s") % facts


PATH_COMMANDS: dict[str, CommandSpec] = {
    "pad": CommandSpec("!pad [start]", N_("waar de patiënt is op het pad, wat nu komt en wie het doet"), show_path),
    "coach": CommandSpec(
        "!coach aangeboden ja|nee|later <datum>", N_("wat de patiënt zei op het aanbod van een coach"), coach
    ),
    "inclusie": CommandSpec("!inclusie [ja | nee <reden>]", N_("of de patiënt past bij de criteria"), inclusion),
    "tijd": CommandSpec(
        "!tijd [<minuten> [extra] [gisteren|<datum>] | weg <nr>]",
        N_("uw uren als coach, apart van het dossier"),
        time_spent,
    ),
    "evaluatie": CommandSpec(
        "!evaluatie <tekst> | markering terecht|niet terecht|onbekend", N_("terugkijken met het team"), evaluation
    ),
    "afsluiten": CommandSpec("!afsluiten", N_("de kring sluiten, als alles is gedaan"), close),
}
"""Word → command, for the table of commands."""
