"""The gatekeeper, who sees periods run out, sees to it that every circle has a lead (HAZ-10)."""

import pytest
from sqlalchemy import update

from bots.access.gatekeeper import Gatekeeper
from hub.adapters.sql.tables import care_relation
from hub.adapters.sql.times import to_micros
from hub.domain.audit import AuditEvent
from tests.bots.rooms import FakeRooms
from tests.bots.test_gatekeeper import GATEKEEPER
from tests.stories.room import Room, bodies


async def ends_at_six(house: Room, who: str) -> None:
    """This place has an end from the beginning."""
    world = house.world
    async with world.database.transaction() as connection:
        own = (care_relation.c.person_id == world.id(who)) & (care_relation.c.circle_id == world.circle_id)
        await connection.execute(
            update(care_relation).where(own).values(until=to_micros(world.clock().replace(hour=18)))
        )


@pytest.mark.parametrize("away", [False, True], ids=["at-the-glance", "after-an-absence"])
async def test_haz10_nobody_has_to_think_of_it_when_the_time_of_the_lead_runs_out(house: Room, away: bool) -> None:
    """At the next glance, or at the first round of a gatekeeper that was away when it happened."""
    rooms = FakeRooms(GATEKEEPER)
    keeper = Gatekeeper(house.hub, rooms)
    await keeper.full_round()
    await ends_at_six(house, "carla")
    house.world.clock.at = house.world.clock().replace(hour=18, minute=1)
    if away:
        keeper = Gatekeeper(house.hub, rooms)
    await house.hears()
    await (keeper.full_round() if away else keeper.work_off())
    async with house.world.unit() as unit:
        assert (await unit.circles.get(house.world.circle_id)).lead_id == house.world.id("gerda")
    assert "De regie is nu bij Gerda Huisman." in bodies(await house.hears())
    assert await house.world.logged(AuditEvent.WORK_ORPHANED) == []
