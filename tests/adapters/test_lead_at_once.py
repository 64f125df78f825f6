"""Tegelijk: who accepts, offers elsewhere, leaves or is sent away at the same moment, on each engine (I10)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.guard import Refused
from hub.application.speaking import Speaker
from hub.application.use_cases.circles import discharge
from hub.application.use_cases.lead_offers import accept_offer, offer_part
from hub.domain.circle import DischargeReason
from hub.domain.errors import CommandRejected
from hub.domain.lead import LeadPart, OfferState
from tests.world import World

Doing = Callable[[SqlUnitOfWork], Awaitable[object]]


async def at_once(world: World, *acts: Doing) -> list[bool]:
    """Each in a transaction of its own; which were done."""

    async def one(act: Doing) -> bool:
        try:
            async with world.unit() as unit:
                await act(unit)
        except (CommandRejected, Refused):
            return False
        return True

    return list(await asyncio.gather(*(one(act) for act in acts)))


def offers(world: World, who: str, to: str, part: LeadPart = LeadPart.LEAD) -> Doing:
    async def act(unit: SqlUnitOfWork) -> None:
        speaker = Speaker(world.guard, frozenset())
        await offer_part(unit, world.guard, speaker, await world.context(unit, who), part, world.id(to))

    return act


def accepts(world: World, who: str, number: int) -> Doing:
    async def act(unit: SqlUnitOfWork) -> None:
        await accept_offer(unit, world.guard, await world.context(unit, who), number)

    return act


def goes(world: World, who: str, reason: DischargeReason) -> Doing:
    async def act(unit: SqlUnitOfWork) -> None:
        context = await world.context(unit, "bea")
        await discharge(unit, world.guard, context, person_id=world.id(who), reason=reason)

    return act


async def one_leads(world: World) -> str:
    """Exactly one, in the circle, and the last of the terms; gives the first name."""
    async with world.unit() as unit:
        circle = await unit.circles.get(world.circle_id)
        terms = await unit.circles.leads(circle.id)
        assert await unit.circles.relation(circle.id, circle.lead_id, world.clock()) is not None
        open_ones = [offer for offer in await unit.lead_offers.of_circle(circle.id) if offer.open]
    assert terms[-1].person_id == circle.lead_id
    assert len({offer.part for offer in open_ones}) == len(open_ones)
    assert circle.deputy_id != circle.lead_id
    return next(who for who, person in world.people.items() if person.id == circle.lead_id)


async def test_two_who_say_yes_to_two_offers_of_the_same_lead(world: World) -> None:
    """Carla offers it to both at once; one offer withdraws the other, so that one at most can be accepted."""
    assert any(await at_once(world, offers(world, "carla", "gerda"), offers(world, "carla", "ruben")))
    done = await at_once(world, *(accepts(world, who, number) for who in ("gerda", "ruben") for number in (1, 2)))
    assert sum(done) == 1
    assert await one_leads(world) in {"gerda", "ruben"}


async def test_the_same_yes_twice_is_one_yes(world: World) -> None:
    await at_once(world, offers(world, "carla", "gerda"))
    assert sum(await at_once(world, *(accepts(world, "gerda", 1) for _ in range(4)))) == 1
    async with world.unit() as unit:
        assert len(await unit.circles.leads(world.circle_id)) == 2


@pytest.mark.parametrize("reason", [DischargeReason.CARE_ENDED, DischargeReason.LEFT_ORGANISATION])
async def test_who_says_yes_while_their_place_ends_leads_or_is_gone_and_never_both(
    world: World, reason: DischargeReason
) -> None:
    await at_once(world, offers(world, "carla", "gerda"))
    accepted, gone = await at_once(world, accepts(world, "gerda", 1), goes(world, "gerda", reason))
    leads = await one_leads(world)
    assert leads != "gerda" or not gone
    if reason.at_once:
        assert gone
        assert leads == ("carla" if not accepted else leads)


async def test_who_offers_and_is_gone_at_once_leaves_no_offer_behind_that_would_count(world: World) -> None:
    await at_once(world, offers(world, "carla", "ruben", LeadPart.DEPUTY))
    await at_once(world, accepts(world, "ruben", 1))
    await at_once(
        world,
        offers(world, "carla", "gerda"),
        goes(world, "carla", DischargeReason.ACCOUNT_COMPROMISED),
        accepts(world, "gerda", 2),
    )
    assert await one_leads(world) in {"gerda", "ruben"}
    async with world.unit() as unit:
        left = [offer.state for offer in await unit.lead_offers.of_circle(world.circle_id)]
    assert OfferState.OPEN not in left
