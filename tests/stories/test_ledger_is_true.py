"""Whatever happened, the disclosure ledger says of each message and each device what that device's own crypto says.

The naive model is reality: every device that ever was tries every message that the bot ever said.
"""

import random
from collections.abc import AsyncIterator, Callable

import pytest

import bots.dossier.relay
import bots.runtime.sender
from hub.domain.disclosure import SHARED, standing
from tests.runtime.post_office import Person
from tests.stories.room import CIRCLE, TEAM, Room
from tests.stories.sealed_room import PHONE, SealedRoom

COLLEAGUES = ("gerda", "samira", "ruben", "noor")
"""Of Carla, who asks; whoever resets their encryption is not listened to any more."""
DEATHS = (
    "outbox.claimed",
    "outbox.prepared",
    "share.before-store",
    "share.stored",
    "share.delivered",
    "message.before-store",
    "message.stored",
    "message.sent",
    "outbox.said",
    "outbox.before-commit",
    "outbox.settled",
)


class Died(BaseException):
    """The process is gone, at this very line."""


class Fate:
    """Stands where the product's labelled points are; ``at`` names the one where the process dies next."""

    def __init__(self) -> None:
        self.at: str | None = None

    def __call__(self, label: str) -> None:
        if label == self.at:
            self.at = None
            raise Died


@pytest.fixture
def fate(monkeypatch: pytest.MonkeyPatch) -> Fate:
    found = Fate()
    monkeypatch.setattr(bots.runtime.sender, "reached", found)
    monkeypatch.setattr(bots.dossier.relay, "reached", found)
    return found


@pytest.fixture
async def sealed(room: Room) -> AsyncIterator[SealedRoom]:
    opened = SealedRoom(room)
    await opened.open()
    yield opened
    await opened.close()


async def says_and_answers(sealed: SealedRoom, who: str, kind: str) -> None:
    """A command and its answer; when the process dies on the way, another one goes on two minutes later."""
    await sealed.says(who, "!pijn 4", kind)
    for _try in range(4):
        try:
            await sealed.speaks()
        except Died:
            await sealed.restart()
        sealed.room.world.clock.pass_by(seconds=120)


async def compare(sealed: SealedRoom, ever: list[Person]) -> int:
    """How many (message, device) pairs were compared; fails at the first about which the ledger is wrong."""
    compared = 0
    async with sealed.room.world.unit() as unit:
        for event in sealed.posted:
            message = await unit.disclosures.find(str(event["room_id"]), str(event["event_id"]))
            assert message is not None, "said, and not in the ledger"
            assert message.session_id == event["content"]["session_id"]
            lines = standing(await unit.disclosures.shares(message), message.message_index)
            by_device = {(line.user_id, line.device_id): line.outcome for line in lines}
            for person in ever:
                place = (person.user_id, person.machine.device_id)
                reads = person.machine.decrypt(event).__class__.__name__ == "Decrypted"
                assert (by_device.get(place) == SHARED) == reads, (event["event_id"], place, by_device.get(place))
                compared += 1
    return compared


@pytest.mark.parametrize("label", DEATHS)
async def test_after_a_death_at_any_point_of_saying_the_ledger_is_true(
    sealed: SealedRoom, fate: Fate, label: str
) -> None:
    """Between the two lives Ruben's device begins to give keys, and Gerda gets a device that nobody signed."""
    sealed.out_of_keys.add((sealed.room.user("ruben"), PHONE))
    await says_and_answers(sealed, "samira", TEAM)
    sealed.phone("noor", "TABLET", signed=False)
    fate.at = label
    sealed.out_of_keys.clear()
    await says_and_answers(sealed, "samira", CIRCLE)
    assert fate.at is None, "nobody died"
    sealed.phone("gerda", "TABLET", signed=False)
    await says_and_answers(sealed, "carla", TEAM)
    assert len(sealed.posted) == 3
    assert await compare(sealed, list(sealed.devices)) == 3 * 9


def acts(sealed: SealedRoom, fate: Fate, chance: random.Random, ever: list[Person]) -> list[Callable[[], object]]:
    """What may happen between two messages."""

    def new_device(*, signed: bool) -> object:
        ever.append(sealed.phone(chance.choice(COLLEAGUES), f"TOESTEL{len(ever)}", signed=signed))
        return sealed.arrives()

    def sign_out() -> object:
        person = chance.choice([p for p in sealed.devices if p.user_id != sealed.room.user("carla")])
        sealed.devices.remove(person)
        sealed.office.shown["device_keys"][person.user_id].pop(person.machine.device_id)
        sealed.client.keeper.machine.note_changed_devices([person.user_id])
        return sealed.arrives()

    def no_keys() -> None:
        person = chance.choice(sealed.devices)
        sealed.out_of_keys ^= {(person.user_id, person.machine.device_id)}

    def comes_or_goes() -> object:
        return sealed.room.joins("pieter", CIRCLE, membership=chance.choice(["invite", "join"]))

    def lose_an_answer() -> None:
        sealed.http.lost_answers = 1

    def die() -> None:
        fate.at = chance.choice(DEATHS)

    return [
        lambda: new_device(signed=False),
        lambda: new_device(signed=True),
        sign_out,
        no_keys,
        comes_or_goes,
        lose_an_answer,
        die,
        sealed.restart,
    ]


@pytest.mark.parametrize("seed", range(10))
async def test_after_any_history_the_ledger_is_true(sealed: SealedRoom, fate: Fate, seed: int) -> None:
    chance = random.Random(seed)
    ever = list(sealed.devices)
    may_happen = acts(sealed, fate, chance, ever)
    for _message in range(12):
        for act in chance.sample(may_happen, chance.randint(0, 2)):
            happening = act()
            if happening is not None:
                await happening  # type: ignore[misc]
        await says_and_answers(sealed, "carla", chance.choice([TEAM, CIRCLE]))
    fate.at = None
    assert await compare(sealed, ever) >= 60
