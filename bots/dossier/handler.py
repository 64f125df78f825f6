"""The dossier bot's ear: a trusted message becomes one request, one effect and one answer, in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.dossier import filed_changes, filing, personal, question_hearing, views
from bots.dossier.answering import answer, answered_with_a_mark, waiting_for
from bots.dossier.commands import COMMANDS
from bots.dossier.lead_commands import said_plainly
from bots.dossier.reading import LONGEST, Spoken, read
from bots.dossier.turn import Turn
from bots.dossier.unread import tell_read_after_all, tell_unread
from bots.dossier.words import suggestion
from bots.runtime.inbox import Reaction, RefusedEvent, Withdrawal
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import list_at
from hub.access.explain import explain
from hub.adapters.sql.matrix_records import InboxState
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application import auditing
from hub.application.context import RequestContext
from hub.application.guard import Refused
from hub.application.identify import identify
from hub.application.use_cases.explain import decision_number
from hub.application.use_cases.filing import wish_to_keep
from hub.bootstrap import Hub
from hub.domain.acute_words import acute_in
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.errors import CommandRejected
from hub.domain.unread import UNREAD_CODES
from hub.domain.vocabulary import Action, Channel, Section
from hub.texts import N_, SAY_DUTCH, Words, translator

INITIATOR = "bot:dossier"
_TOO_LONG = N_("Dit bericht is te lang voor een opdracht (hoogstens %(number)s tekens). Er is niets vastgelegd.")
# About a device or an identity, not about one message; each is in the log.
_TOLD_ONCE = frozenset({"unsigned-device", "unknown-device", "deleted-device", "key-mismatch", "no-identity"}) | {
    "identity-changed",
    "identity-awaiting",
}
# No act of a person: a homeserver makes these, as many as it likes, and our answers would fill the room.
_TOLD_A_FEW_TIMES = frozenset({"not-encrypted", "replayed", "malformed"})
_TELL_AGAIN = timedelta(hours=1)
_log = structlog.get_logger("bots.dossier")


class DossierBot:
    """Answers the runtime's ``MessageHandler``. ``answered`` wakes the outbox relay."""

    def __init__(self, hub: Hub, answered: Callable[[], None]) -> None:
        self._hub = hub
        self._answered = answered
        self._names = (hub.settings.dossier_bot, "@dossier", "Kring")

    async def on_message(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        """Ordinary talk is left alone; a command is carried out or refused, with an answer either way."""
        if message.sender in self._hub.settings.own_accounts:
            return InboxState.DONE
        if message.late:
            await self._read_after_all(message, connection)
        if message.is_edit_from_outside:
            code = "edit-from-outside"
            event = RefusedEvent(message.event_id, message.room_id, message.sender, code, message.origin_server_ts)
            await self.on_refused(event, connection)
            return InboxState.REFUSED
        if message.type != "m.room.message" or message.msgtype != "m.text" or message.is_edit:
            return await self._aside(message, connection)
        spoken = read(
            message.body,
            self._names,
            is_reply=message.reply_to is not None,
            mentioned=self._hub.settings.dossier_bot in list_at(message.content, "m.mentions", "user_ids"),
        )
        if spoken is None:
            return await self._talk(message, connection)
        unit = self._unit(connection)
        context = await self._identify(unit, message.sender, message.room_id, message.event_id)
        if context is None and await personal.heard(self._hub, unit, message, spoken):
            self._answered()
            return InboxState.DONE
        if context is None:
            _log.warning("command-from-stranger", event_id=message.event_id)
            return InboxState.REFUSED
        state = await self._carry_out(unit, context, message, spoken)
        self._answered()
        return state

    async def _talk(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        """Plain words: acute ones get phone numbers before all else, a question gets an owner; the rest is talk."""
        unit, signs = self._unit(connection), question_hearing.signs_in(message)
        place = await unit.rooms.place(message.room_id)
        own = place is not None and place.kind is RoomKind.PRIVATE
        if place is None or (signs is None and not own):
            return InboxState.DONE
        context = await self._identify(unit, message.sender, message.room_id, message.event_id)
        if context is None or (own and place.person_id != context.actor.id):
            # Nobody belongs in the room of another; who is put there answers no question of their own.
            return InboxState.DONE
        words = await self._words(unit, context)
        turn = Turn(self._hub, unit, context, message, message.body.strip(), words)
        if signs is not None:
            await question_hearing.numbers_first(turn, signs.acute)
        state = await self._perhaps_an_answer(turn) if own else None
        if state is None and signs is not None:
            await question_hearing.hear(turn, signs)
        self._answered()
        return state or InboxState.DONE

    async def _perhaps_an_answer(self, turn: Turn) -> InboxState | None:
        """Plain words in a private room may answer what the bot asked there; None: they answer nothing."""
        meant = said_plainly(turn.argument)
        if meant is not None:
            said, command = replace(turn, argument=meant[0]), meant[1]
            return await self._settled(said, lambda: command(said))
        dialogue = await waiting_for(turn) if turn.context.circle is not None else None
        if dialogue is None:
            return None
        taken = True

        async def act() -> None:
            nonlocal taken
            taken = await answer(turn, dialogue)

        state = await self._settled(turn, act)
        return state if taken else None

    async def on_refused(self, refused: RefusedEvent, connection: AsyncConnection | None) -> None:
        """Audit what was not believed, and tell the sender how to mend it."""
        unit = self._unit(connection)
        context = await self._identify(unit, refused.sender, refused.room_id, refused.event_id)
        if context is None or refused.sender in self._hub.settings.own_accounts:
            _log.warning("event-refused", code=refused.code, event_id=refused.event_id)
            return
        if refused.code in UNREAD_CODES:
            words = await self._words(unit, context)
            if await tell_unread(unit, self._hub.speaker, context, refused, words):
                self._answered()
            return
        told = await _was_told(unit, context, refused.code)
        await unit.audit.add(
            auditing.entry(
                context,
                AuditEvent.MESSAGE_REFUSED,
                object_type="event",
                object_id=refused.event_id,
                outcome=auditing.REFUSED,
                detail=refused.code,
            )
        )
        if told:
            return
        words = await self._words(unit, context)
        body = words("Met dit bericht heb ik niets gedaan. %(reason)s Komt u er niet uit? Vraag de coach om hulp.")
        body %= {"reason": words(refused.reason)}
        await self._hub.speaker.reply(unit, context, body)
        self._answered()

    async def _read_after_all(self, message: TrustedMessage, connection: AsyncConnection | None) -> None:
        unit = self._unit(connection)
        context = await self._identify(unit, message.sender, message.room_id, message.event_id)
        if context is not None:
            words = await self._words(unit, context)
            await tell_read_after_all(unit, self._hub.speaker, context, message.event_id, words)
            self._answered()

    async def on_reaction(self, reaction: Reaction, connection: AsyncConnection | None) -> InboxState:
        """Reactions travel in clear, so they never act: 📌 is a wish, and files nothing without an encrypted answer."""
        if reaction.sender in self._hub.settings.own_accounts:
            return InboxState.DONE
        if question_hearing.is_sign(reaction.key):
            return await self._sign(reaction, connection)
        if not filing.is_pin(reaction.key):
            return InboxState.DONE
        unit = self._unit(connection)
        context = await self._identify(unit, reaction.sender, reaction.room_id, reaction.event_id)
        if context is not None and context.circle is not None:
            await wish_to_keep(unit, context, event_id=reaction.target, by_word=False)
            self._answered()
        return InboxState.DONE

    async def _sign(self, reaction: Reaction, connection: AsyncConnection | None) -> InboxState:
        """🆘 asks, and does nothing else: there is nothing in it that a homeserver could take or give."""
        unit = self._unit(connection)
        context = await self._identify(unit, reaction.sender, reaction.room_id, reaction.event_id)
        place = await unit.rooms.place(reaction.room_id)
        own = place is None or place.kind is not RoomKind.PRIVATE or place.person_id == (context and context.actor.id)
        if context is not None and own:
            await question_hearing.sign_on(self._hub, unit, context, reaction.target)
            self._answered()
        return InboxState.DONE

    async def on_withdrawn(self, withdrawal: Withdrawal, connection: AsyncConnection | None) -> InboxState:
        """A withdrawn message marks what was filed from it; nothing is erased."""
        unit = self._unit(connection)
        context = await self._identify(unit, withdrawal.sender, withdrawal.room_id, withdrawal.event_id)
        if context is not None and context.circle is not None:
            await filed_changes.on_withdrawal(self._hub, unit, context, withdrawal)
            self._answered()
        return InboxState.DONE

    async def _aside(self, message: TrustedMessage, connection: AsyncConnection | None) -> InboxState:
        """What is no text: an edit of something filed, or a voice message with ``!bewaar`` as its caption."""
        caption = filing.caption_asks(message, self._names)
        if not (message.is_edit or caption is not None):
            return InboxState.DONE
        unit = self._unit(connection)
        context = await self._identify(unit, message.sender, message.room_id, message.event_id)
        if context is None or context.circle is None:
            return InboxState.DONE
        if message.is_edit:
            await filed_changes.on_edit(self._hub, unit, context, message)
            self._answered()
            return InboxState.DONE
        turn = Turn(self._hub, unit, context, message, caption or "", await self._words(unit, context))

        async def act() -> None:
            await filing.wish(turn, message.event_id)

        state = await self._settled(turn, act)
        self._answered()
        return state

    def _unit(self, connection: AsyncConnection | None) -> SqlUnitOfWork:
        if connection is None:
            raise ValueError("the dossier bot works on the hub's database")
        return SqlUnitOfWork(connection, self._hub.vault)

    async def _identify(self, unit: SqlUnitOfWork, sender: str, room_id: str, event_id: str) -> RequestContext | None:
        place = await unit.rooms.place(room_id)
        person = await unit.people.by_matrix_id(sender)
        if place is None or person is None or place.kind is RoomKind.SPACE:
            return None
        return await identify(
            unit,
            person,
            await unit.circles.get(place.circle_id),
            channel=Channel.ROOM,
            initiator=INITIATOR,
            correlation_id=event_id,
            now=self._hub.now(),
            room_id=room_id,
        )

    async def _carry_out(
        self, unit: SqlUnitOfWork, context: RequestContext, message: TrustedMessage, spoken: Spoken
    ) -> InboxState:
        words = await self._words(unit, context)
        turn = Turn(self._hub, unit, context, message, spoken.argument, words)

        if spoken.word not in COMMANDS or spoken.word == "help":
            # "!help, ze stikt": the answer to that is no list of commands.
            said = spoken.argument if spoken.word == "help" else f"{spoken.word} {spoken.argument}"
            await question_hearing.numbers_first(turn, acute_in(said))

        async def act() -> None:
            spec = COMMANDS.get(spoken.word)
            if spec is None and await answered_with_a_mark(turn, spoken.word):
                return
            if spec is None:
                told = _unknown(spoken.word, words)
                raise CommandRejected("unknown-command", told)
            await spec.run(turn)

        return await self._settled(turn, act)

    async def _settled(self, turn: Turn, act: Callable[[], Awaitable[None]]) -> InboxState:
        """One savepoint for the act: a refusal undoes it whole, and is itself recorded."""
        unit, context, message, words = turn.unit, turn.context, turn.message, turn.words
        try:
            async with unit.savepoint():
                if not context.is_member:
                    # Somebody who is not in this circle (any more) is refused as for any section, with the same words.
                    await self._hub.guard.require(unit, context, Action.READ, Section.S1)
                if len(message.body) > LONGEST:
                    raise CommandRejected("too-long", words(_TOO_LONG) % {"number": LONGEST})
                await act()
        except Refused as refused:
            number = await self._refused(unit, refused, words)
            _log.info("command-refused", audit=number)
            return InboxState.REFUSED
        except CommandRejected as rejected:
            await unit.audit.add(
                auditing.entry(
                    context,
                    AuditEvent.COMMAND,
                    object_type="event",
                    object_id=message.event_id,
                    outcome=auditing.REFUSED,
                    detail=rejected.code,
                )
            )
            await self._hub.speaker.reply(unit, context, rejected.said(words))
            return InboxState.REFUSED
        return InboxState.DONE

    @staticmethod
    async def _words(unit: SqlUnitOfWork, context: RequestContext) -> Words:
        """In somebody's own room their own language; what several people read is Dutch."""
        place = await unit.rooms.place(context.room_id) if context.room_id else None
        own = place is not None and place.kind is RoomKind.PRIVATE and place.person_id == context.actor.id
        return translator(context.actor.language) if own else SAY_DUTCH

    async def _refused(self, unit: SqlUnitOfWork, refused: Refused, words: Words) -> int:
        line = await self._hub.guard.record_refusal(unit, refused)
        number = await decision_number(unit, refused.context)
        if refused.request is None:
            body = words("%(refused)s Hulp: de palliatieve zorgcoach van deze kring. Meer uitleg: !waarom %(number)s")
            body %= {"refused": words(str(refused)), "number": number}
        else:
            explanation = explain(refused.decision, refused.request, words)
            if not refused.context.is_member:
                # It was not about this section: whoever is not in the circle may ask nothing here.
                explanation = replace(explanation, what=words("iets vragen of vastleggen in deze kring"))
            body = views.refusal(explanation, number, words)
        await self._hub.speaker.reply(unit, refused.context, body)
        return line


async def _was_told(unit: SqlUnitOfWork, context: RequestContext, code: str) -> bool:
    """Whether the same was said about this person's messages a short while ago: who talks on must not fill the room."""
    if code not in _TOLD_ONCE | _TOLD_A_FEW_TIMES:
        return False
    lately = sum(
        item.entry.event is AuditEvent.MESSAGE_REFUSED
        and item.entry.detail == code
        and context.now - item.entry.recorded_at < _TELL_AGAIN
        for item in await unit.audit.by_person(context.actor.id, 30)
    )
    return lately >= (1 if code in _TOLD_ONCE else 3)


def _unknown(word: str, words: Words) -> str:
    near = suggestion(word, COMMANDS) if word else None
    hint = words("Bedoelt u !%(word)s?") % {"word": near} + " " if near else ""
    return words("Die opdracht ken ik niet.") + f" {hint}" + words("Typ !help om te zien wat er kan.")
