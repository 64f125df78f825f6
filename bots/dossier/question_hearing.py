"""Plain words in a room: an acute word gets phone numbers at once, a question gets an owner, an answer closes it."""

from dataclasses import dataclass

from bots.dossier.calling import give_numbers
from bots.dossier.reading import without_fallback
from bots.dossier.turn import Turn
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import list_at
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.context import RequestContext
from hub.application.use_cases import questions
from hub.bootstrap import Hub
from hub.domain.acute_words import Acute, acute_in
from hub.domain.circle import RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.question_watch import is_question
from hub.domain.vocabulary import Role
from hub.texts import N_

SIGN = "🆘"
SEE_MESSAGE = N_("(zie het bericht in de kamer)")
_HEARD_IN = frozenset({RoomKind.CIRCLE, RoomKind.PRIVATE, RoomKind.AFTERCARE})
_ASKERS = frozenset({Role.PATIENT, Role.RELATIVE, Role.REPRESENTATIVE})


@dataclass(frozen=True, slots=True)
class Signs:
    """What plain words may be about, seen without asking the database."""

    acute: frozenset[Acute]
    asks: bool
    answers: str | None
    """The message that this one replies to."""


def is_sign(key: str) -> bool:
    """🆘, with or without the mark that makes it a picture (U+FE0F)."""
    return key.rstrip("\ufe0f\ufe0e") == SIGN


def signs_in(message: TrustedMessage) -> Signs | None:
    """None for ordinary talk."""
    body = said_in(message)
    found = Signs(acute_in(body), is_question(body), message.reply_to or message.thread_root)
    return found if found.acute or found.asks or found.answers is not None else None


def said_in(message: TrustedMessage) -> str:
    return without_fallback(message.body) if message.reply_to is not None else message.body


async def numbers_first(turn: Turn, acute: frozenset[Acute]) -> None:
    """Before anything else. What came days late is no emergency of now."""
    if acute and turn.context.is_member and not turn.message.late:
        await give_numbers(turn.hub, turn.unit, turn.context)


async def hear(turn: Turn, signs: Signs) -> None:
    """What no conversation took: a question of patient or relative, or a carer's answer to one."""
    context = turn.context
    if not context.is_member or context.role is None:
        return
    if context.role.is_professional:
        if signs.answers is not None and not signs.asks:
            await _replies(turn, signs.answers)
        return
    place = await turn.unit.rooms.place(turn.message.room_id)
    if context.role not in _ASKERS or place is None or place.kind not in _HEARD_IN:
        return
    if signs.acute or (signs.asks and await _asks_the_carers(turn)):
        try:
            await ask(turn, said_in(turn.message), turn.message.event_id, signs.acute)
        except CommandRejected as before:
            # A sign on it was faster than its key. The numbers were given, and must not be taken back with this.
            if before.code != "asked-before":
                raise


async def _replies(turn: Turn, event_id: str) -> None:
    said = said_in(turn.message)
    try:
        done = await questions.replied(turn.unit, turn.hub.guard, turn.context, event_id, said)
    except CommandRejected:
        # Not theirs to answer, and nothing that tells that it exists.
        return
    if done is not None and done.room_id != turn.message.room_id:
        heard = turn.words("Vraag %(number)s is beantwoord; wie het vroeg leest uw antwoord.")
        await turn.reply(heard % {"number": done.number})


async def ask(turn: Turn, text: str, event_id: str, acute: frozenset[Acute]) -> None:
    """Asked, and told to who asked and who answers. What goes on with an earlier question promises nothing new."""
    await _ask(turn.hub, turn.unit, turn.context, text, event_id, acute)


async def _ask(
    hub: Hub,
    unit: SqlUnitOfWork,
    context: RequestContext,
    text: str,
    event_id: str,
    acute: frozenset[Acute],
) -> None:
    heard = await questions.ask(unit, hub.guard, context, text, event_id=event_id, acute=acute)
    if heard is not None and not heard.joined:
        await questions.tell_asker_and_owner(unit, hub.guard, context, heard)


async def sign_on(hub: Hub, unit: SqlUnitOfWork, context: RequestContext, event_id: str) -> None:
    """🆘 on a message. Who set it is only the homeserver's word (it travels in clear); all that it does is ask."""
    if not context.is_member or context.role is None:
        return
    acute = frozenset({Acute.EMERGENCY}) if context.role in _ASKERS else frozenset[Acute]()
    if acute:
        await give_numbers(hub, unit, context)
    try:
        await _ask(hub, unit, context, f"{SIGN} {SEE_MESSAGE}", event_id, acute)
    except CommandRejected as before:
        # Somebody asked about this message already; a second sign adds nothing.
        if before.code != "asked-before":
            raise


async def _asks_the_carers(turn: Turn) -> bool:
    """Not what relatives ask each other: who begins with a name of the family, or mentions only them."""
    family = [member.person for member in await turn.members() if not member.relation.role.is_professional]
    mentioned = {str(user) for user in list_at(turn.message.content, "m.mentions", "user_ids")}
    if mentioned and mentioned <= {person.matrix_id for person in family}:
        return False
    names = [person.name.given for person in family if person.id != turn.context.actor.id]
    return is_question(said_in(turn.message), names)
