"""x"""

from tests.faults.stage import Ward
import pytest, time

pytestmark = pytest.mark.real


async def test_a(ward: Ward) -> None:
    t = time.monotonic()
    e = await ward.say(ward.gerard, ward.team, "!pijn 3 test", command=True)
    print(await ward.ending_of(e), ward.effects_of(e), time.monotonic() - t)
    await ward.quiet()
    print(ward.bots.starts, await ward.findings(), time.monotonic() - t)
