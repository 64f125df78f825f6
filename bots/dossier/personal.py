"""Somebody's own room with Kring: what may be asked there is about their own work, in all their circles at once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bots.dossier.reading import LONGEST, Spoken
from bots.runtime.trust import TrustedMessage
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.use_cases.calendar_feed import begin_feed, end_feed
from hub.application.use_cases.digests import as_lines, choose_digest, overview, say_personally, waiting_for
from hub.bootstrap import Hub
from hub.domain.digest import parse_choice, say_hour
from hub.domain.errors import CommandRejected
from hub.domain.people import Person
from hub.domain.spelling import plain
from hub.domain.vocabulary import Channel
from hub.texts import Words, translator


@dataclass(frozen=True, slots=True)
class OwnTurn:
    """One command in somebody's own room. There is no circle: whatever is asked is asked of each at its own door."""

    hub: Hub
    unit: SqlUnitOfWork
    person: Person
    argument: str
    correlation_id: str
    words: Words


async def heard(hub: Hub, unit: SqlUnitOfWork, message: TrustedMessage, spoken: Spoken) -> bool:
    """Answer a command in the sender's own room; False for every other room."""
    owner_id = await unit.personal_rooms.owner(message.room_id)
    person = await unit.people.by_matrix_id(message.sender)
    if person is None or owner_id != person.id or person.has_left(hub.now()):
        return False
    words = translator(person.language)
    turn = OwnTurn(hub, unit, person, spoken.argument, message.event_id, words)
    try:
        async with unit.savepoint():
            if len(message.body) > LONGEST:
                raise CommandRejected("too-long", "Dit bericht is te lang.")
            said = await _OWN.get(spoken.word, _help)(turn)
    except CommandRejected as rejected:
        said = rejected.said(words)
    await say_personally(unit, person, said, hub.now(), message.event_id)
    return True


async def _tasks(turn: OwnTurn) -> str:
    found = await waiting_for(turn.unit, turn.hub.guard, turn.person, turn.hub.now(), why="own-list", today_only=False)
    if not found:
        return turn.words("U heeft in geen enkele kring een open taak.")
    how = turn.words("Wat de taak is, leest u in die kring: typ daar !taken")
    return "\n".join(("# " + turn.words("Uw taken in al uw kringen"), *as_lines(found, turn.words), how))


async def _overview(turn: OwnTurn) -> str:
    if not turn.argument:
        return await overview_now(turn.unit, turn.person, turn.hub, turn.words)
    return await chosen(turn.unit, turn.person, turn.argument, turn.hub, turn.words)


async def overview_now(unit: SqlUnitOfWork, person: Person, hub: Hub, words: Words) -> str:
    """What waits today, whatever the hour."""
    now = hub.now()
    found = await waiting_for(unit, hub.guard, person, now, why="digest")
    return overview(found, now, words) or words("Er wacht vandaag niets op u.")


async def chosen(unit: SqlUnitOfWork, person: Person, argument: str, hub: Hub, words: Words) -> str:
    """Set the hour of the overview, or none; what was chosen, said back.

    :raises CommandRejected: no time of the morning
    """
    minutes = parse_choice(argument)
    await choose_digest(unit, person, minutes, hub.now())
    if minutes is None:
        return words("U krijgt geen overzicht meer. Weer aan: !overzicht aan")
    return words("U krijgt op werkdagen om %(hour)s een overzicht, als er iets wacht.") % {"hour": say_hour(minutes)}


async def _calendar(turn: OwnTurn) -> str:
    return await calendar(turn.unit, turn.person, turn.argument, turn.hub, turn.words, turn.correlation_id)


async def calendar(
    unit: SqlUnitOfWork, person: Person, argument: str, hub: Hub, words: Words, correlation_id: str
) -> str:
    """The address of somebody's own calendar, or the end of it.

    :raises CommandRejected: neither ``!agenda`` nor ``!agenda weg``
    """
    if plain(argument) == "weg":
        await end_feed(unit, person, Channel.ROOM, hub.now(), correlation_id)
        return words("Het adres van uw agenda werkt niet meer. Een nieuw adres: !agenda")
    if argument:
        raise CommandRejected("bad-calendar", "Schrijf: !agenda, of !agenda weg.")
    secret = await begin_feed(unit, person, Channel.ROOM, hub.now(), correlation_id)
    address = f"{hub.settings.portal_base}/agenda/{secret}"
    lines = (
        words("Uw taken in uw agenda, voor u alleen: %(address)s") % {"address": address},
        words("Zet dit adres in uw agenda als abonnement. Er staat in welke kring en wanneer, niet wat en over wie."),
        words("Geef het adres aan niemand. Een eerder adres werkt niet meer. Stoppen: !agenda weg"),
    )
    return "\n".join(lines)


async def _help(turn: OwnTurn) -> str:
    return turn.words(
        "Deze kamer is van u alleen en hoort bij geen kring. Typ hier: !taken, !overzicht (aan, uit of om 8:00), of "
        "!agenda. Over een patiënt praat u in de kring van die patiënt."
    )


_OWN: dict[str, Callable[[OwnTurn], Awaitable[str]]] = {
    "taken": _tasks,
    "overzicht": _overview,
    "agenda": _calendar,
    "help": _help,
}
