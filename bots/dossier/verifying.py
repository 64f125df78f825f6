"""The desk of emoji verifications: who may, what the humans in the portal see and say, and what follows from it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bots.runtime.client import MatrixClient
from bots.runtime.crypto.cross_signing import CrossSigningIdentity
from bots.runtime.crypto.sas import Symbols
from bots.runtime.verification import Verifications, Wanted
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.identity_ports import EmojiVerification, VerificationState
from hub.application.use_cases import emoji_verification as use_cases
from hub.application.use_cases import own_keys
from hub.application.use_cases.own_keys import OwnKeys
from hub.bootstrap import Hub
from hub.domain.circle import RoomKind, belongs_in

_ANSWERS = {VerificationState.MATCHED: True, VerificationState.MISMATCHED: False}


async def answer_verifications(
    hub: Hub, client: MatrixClient, identity: CrossSigningIdentity, answered: Callable[[], None]
) -> Verifications:
    """Listen for verifications, and let the portal and the rooms tell what our keys look like."""
    machine = client.keeper.machine
    shown = OwnKeys(client.user_id, machine.device_id, machine.fingerprint, identity.master_key)
    async with hub.transactions() as unit:
        await own_keys.store(unit, shown)
    verifications = Verifications(
        client.keeper, client.keys, client.sender, client.storage, identity, HubDesk(hub, answered)
    )
    client.inbox.on_verification = verifications.receive
    return verifications


class HubDesk:
    """Answers the runtime's ``VerificationDesk`` on the hub's database. ``answered`` wakes the outbox relay."""

    def __init__(self, hub: Hub, answered: Callable[[], None]) -> None:
        self._hub = hub
        self._answered = answered

    async def begin(self) -> None:
        async with self._hub.transactions() as unit:
            for left in await unit.identities.open_verifications():
                wish = left.state is VerificationState.WANTED and use_cases.is_fresh(left, self._hub.now())
                if not wish:
                    await self._close(unit, left, "restarted")

    async def may_verify(self, room_id: str, user_id: str) -> bool:
        async with self._hub.transactions.reading() as unit:
            place, person = await unit.rooms.place(room_id), await unit.people.by_matrix_id(user_id)
            if place is None or person is None or place.kind is RoomKind.SPACE:
                return False
            relation = await unit.circles.relation(place.circle_id, person.id, self._hub.now())
            own = place.kind is RoomKind.PRIVATE and place.person_id == person.id
            return relation is not None and (own or belongs_in(relation.role, place.kind))

    async def wanted(self) -> Sequence[Wanted]:
        async with self._hub.transactions.reading() as unit:
            found = await unit.identities.open_verifications()
        return [
            Wanted(one.transaction_id, one.user_id, one.room_id)
            for one in found
            if one.state is VerificationState.WANTED and use_cases.is_fresh(one, self._hub.now())
        ]

    async def opened(self, transaction_id: str, user_id: str, room_id: str, ticket: str | None) -> None:
        now = self._hub.now()
        async with self._hub.transactions() as unit:
            wish = await unit.identities.verification(ticket) if ticket is not None else None
            if wish is not None:
                await self._close(unit, wish, "begun")
            asked = EmojiVerification(transaction_id, user_id, room_id, VerificationState.ASKED, now)
            await unit.identities.add_verification(asked)

    async def show(self, transaction_id: str, symbols: Symbols, master_key: str) -> None:
        async with self._hub.transactions() as unit:
            known = await unit.identities.verification(transaction_id)
            if known is not None:
                shown = replace(
                    known,
                    state=VerificationState.COMPARING,
                    emoji=symbols.emoji,
                    decimals=symbols.decimals,
                    master_key=master_key,
                )
                await unit.identities.save_verification(shown)

    async def answers(self, transaction_ids: Sequence[str]) -> dict[str, bool]:
        wanted = set(transaction_ids)
        async with self._hub.transactions.reading() as unit:
            found = await unit.identities.open_verifications()
        return {
            one.transaction_id: _ANSWERS[one.state]
            for one in found
            if one.transaction_id in wanted and one.state in _ANSWERS
        }

    async def verified(self, transaction_id: str) -> bool:
        async with self._hub.transactions() as unit:
            known = await unit.identities.verification(transaction_id)
            if known is None or not await use_cases.complete(
                unit, self._hub.guard, self._hub.speaker, known, self._hub.now()
            ):
                return False
        self._answered()
        return True

    async def ended(self, transaction_id: str, code: str) -> None:
        async with self._hub.transactions() as unit:
            known = await unit.identities.verification(transaction_id)
            if known is not None:
                await self._close(unit, known, code)
                await use_cases.failed(unit, self._hub.guard, self._hub.speaker, known, code, self._hub.now())
        self._answered()

    async def _close(self, unit: SqlUnitOfWork, known: EmojiVerification, code: str) -> None:
        closed = replace(known, state=VerificationState.CANCELLED, ended_at=self._hub.now(), code=code)
        await unit.identities.save_verification(closed)
