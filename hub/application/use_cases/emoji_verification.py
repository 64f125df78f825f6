"""Comparing seven emoji with somebody: who may ask for it, who may say that they are the same, and what follows.

The person themself may compare while their identity counts already (that makes it stronger). Whose identity waits is
compared by somebody else of the circle: who holds a stolen account must not be able to vouch for themself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Guard, Refused
from hub.application.identify import identify
from hub.application.identity_ports import EmojiVerification, VerificationState
from hub.application.ports import RoomPlace, UnitOfWork
from hub.application.speaking import Speaker
from hub.application.use_cases import identity_texts as texts
from hub.application.use_cases.identities import INITIATOR, confirmers, may_vouch, tell_pinned
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import new_id
from hub.domain.identity import PinState
from hub.domain.people import Person
from hub.domain.vocabulary import Channel

LIFETIME = timedelta(minutes=10)
_SOMEBODY_SAW_A_DIFFERENCE = frozenset({"m.mismatched_sas", "m.key_mismatch", "m.mismatched_commitment"})
_QUIET = frozenset({"begun", "restarted"})


async def ask_for(unit: UnitOfWork, guard: Guard, context: RequestContext, person: Person) -> None:
    """Plaatjes vergelijken: the bot asks this person's Element, in their private room of this circle.

    :raises Refused: neither the person themself nor somebody who may confirm identities
    :raises CommandRejected: no private room yet, or a comparison is open already
    """
    await _may_compare(unit, guard, context, person)
    room_id = await unit.rooms.find(context.circle_id, RoomKind.PRIVATE, person.id)
    matrix_id = person.matrix_id or ""
    joined = room_id is not None and (await unit.rooms.members(room_id)).get(matrix_id) == "join"
    if room_id is None or not joined:
        if room_id is None:
            await unit.rooms.wish_private(context.circle_id, person.id, context.now)
        raise CommandRejected(
            "no-private-room",
            "Deze persoon heeft nog geen privékamer met Kring, of nam de uitnodiging daarvoor nog niet aan.",
        )
    if any(is_fresh(one, context.now) for one in await unit.identities.open_verifications([matrix_id])):
        raise CommandRejected("already-open", "Er staat al een vergelijking open; die duurt hoogstens tien minuten.")
    wish = EmojiVerification(new_id("ver"), matrix_id, room_id, VerificationState.WANTED, context.now)
    await unit.identities.add_verification(wish)
    await _log(unit, context, wish.transaction_id, f"asked;person={person.id}")


async def answer(unit: UnitOfWork, guard: Guard, context: RequestContext, transaction_id: str, *, same: bool) -> None:
    """Say what a human saw: the same seven emoji, or not.

    :raises Refused: this person may not compare with them
    :raises CommandRejected: nothing to compare (any more)
    """
    known = await unit.identities.verification(transaction_id)
    person = await unit.people.by_matrix_id(known.user_id) if known is not None else None
    if known is None or person is None or not await _is_here(unit, context, known.room_id):
        raise CommandRejected("nothing-to-compare", "Deze vergelijking is er niet meer. Begin opnieuw.")
    await _may_compare(unit, guard, context, person, known.master_key)
    state = VerificationState.MATCHED if same else VerificationState.MISMATCHED
    if not await unit.identities.answer_verification(transaction_id, state, context.actor.id):
        raise CommandRejected("nothing-to-compare", "Deze vergelijking is al beantwoord of voorbij.")
    await _log(unit, context, transaction_id, f"{'same' if same else 'different'};person={person.id}")


def is_fresh(verification: EmojiVerification, now: datetime) -> bool:
    """Within the ten minutes that the specification gives it."""
    return now - verification.started_at < LIFETIME


async def _may_compare(
    unit: UnitOfWork, guard: Guard, context: RequestContext, person: Person, master_key: str | None = None
) -> None:
    known = (await unit.identities.of([person.matrix_id or ""])).get(person.matrix_id or "")
    if person.id == context.actor.id and context.is_member and known is not None and known.state is PinState.PINNED:
        if master_key in {None, known.pinned_master}:
            return
        raise CommandRejected("own-identity", "Uw beveiliging is veranderd; iemand anders van de kring vergelijkt.")
    await may_vouch(unit, guard, context, person)


async def _is_here(unit: UnitOfWork, context: RequestContext, room_id: str) -> bool:
    place = await unit.rooms.place(room_id)
    return place is not None and place.circle_id == context.circle_id


@dataclass(frozen=True, slots=True)
class Comparison:
    """An open comparison as a page shows it. ``may_answer``: this reader may say whether they are the same."""

    verification: EmojiVerification
    person: Person
    may_answer: bool


async def open_here(
    unit: UnitOfWork, guard: Guard, context: RequestContext, people: Sequence[Person]
) -> list[Comparison]:
    """The open comparisons with these people in this circle."""
    by_id = {person.matrix_id: person for person in people if person.matrix_id}
    found = []
    for known in await unit.identities.open_verifications([name for name in by_id if name]):
        if not is_fresh(known, context.now) or not await _is_here(unit, context, known.room_id):
            continue
        person = by_id[known.user_id]
        may = True
        try:
            await _may_compare(unit, guard, context, person, known.master_key)
        except (CommandRejected, Refused):
            may = False
        found.append(Comparison(known, person, may))
    return found


async def complete(unit: UnitOfWork, guard: Guard, speaker: Speaker, known: EmojiVerification, now: datetime) -> bool:
    """Both sides saw the same and the keys were proved: pin the compared identity, in the name of who looked.

    False, and nothing done, when another identity is shown by now or who looked may not (any more).
    """
    person = await unit.people.by_matrix_id(known.user_id)
    place = await unit.rooms.place(known.room_id)
    if person is None or place is None or known.confirmed_by is None or known.master_key is None:
        return False
    context = await _named(unit, await unit.people.get(known.confirmed_by), place, known, now)
    before = (await unit.identities.of([known.user_id])).get(known.user_id)
    try:
        await _may_compare(unit, guard, context, person, known.master_key)
    except (CommandRejected, Refused):
        return False
    if before is None or not await unit.identities.pin(
        known.user_id, known.master_key, f"emoji:{known.confirmed_by}", now
    ):
        return False
    done = replace(known, state=VerificationState.DONE, ended_at=now)
    await unit.identities.save_verification(done)
    await tell_pinned(unit, speaker, context, person, before, "emoji")
    return True


async def failed(
    unit: UnitOfWork, guard: Guard, speaker: Speaker, known: EmojiVerification, code: str, now: datetime
) -> None:
    """Log how it ended; when somebody saw a difference, tell who must know."""
    person = await unit.people.by_matrix_id(known.user_id)
    place = await unit.rooms.place(known.room_id)
    if person is None or place is None or code in _QUIET:
        return
    looked = await unit.people.get(known.confirmed_by) if known.confirmed_by else person
    context = await _named(unit, looked, place, known, now)
    await _log(unit, context, known.transaction_id, f"{code};person={person.id}", outcome=auditing.REFUSED)
    if code not in _SOMEBODY_SAW_A_DIFFERENCE:
        return
    said = texts.mismatch(person.introduced(None))
    told = False
    for one in await confirmers(unit, guard, context, person):
        room_id = await unit.rooms.find(place.circle_id, RoomKind.PRIVATE, one.actor.id)
        if room_id is not None and (await unit.rooms.members(room_id)).get(one.actor.matrix_id or "") == "join":
            await speaker.private(unit, one, one.actor, said, ())
            told = True
    if not told:
        await speaker.announce(unit, context, RoomKind.TEAM, said.dutch)


async def _named(
    unit: UnitOfWork, actor: Person, place: RoomPlace, known: EmojiVerification, now: datetime
) -> RequestContext:
    return await identify(
        unit,
        actor,
        await unit.circles.get(place.circle_id),
        channel=Channel.ROOM,
        initiator=INITIATOR,
        correlation_id=known.transaction_id,
        now=now,
        room_id=known.room_id,
    )


async def _log(
    unit: UnitOfWork, context: RequestContext, transaction_id: str, detail: str, outcome: int = auditing.SUCCESS
) -> None:
    await unit.audit.add(
        auditing.entry(
            context,
            AuditEvent.IDENTITY_COMPARED,
            object_type="verification",
            object_id=transaction_id,
            outcome=outcome,
            detail=detail,
        )
    )
