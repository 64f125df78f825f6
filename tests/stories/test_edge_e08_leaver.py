"""E8: somebody leaves the team, the organisation, or lost a phone with everything on it.

Who can wait, hands over first. Who cannot, is out at once, and the team hears what has no owner now. What they wrote
stays, under their name.
"""

from datetime import timedelta

import pytest

from hub.admin.asking import ADMINISTRATOR_SETTING
from hub.admin.leaving import close_accounts
from hub.application.guard import Refused
from hub.application.use_cases import revoking
from hub.application.use_cases.circles import admit, discharge
from hub.application.use_cases.revoking import Departure
from hub.domain.audit import AuditEvent, ChainedEntry
from hub.domain.circle import DischargeReason, RoomKind
from hub.domain.errors import CommandRejected, DeliveryDelayed
from hub.domain.vocabulary import Section
from tests.stories.room import CIRCLE, TEAM, Room, bodies
from tests.stories.test_edge_e01_withdrawal import in_the_circle, session_lives, signed_in

OFF = DischargeReason.LEFT_ORGANISATION


async def goes(room: Room, who: str, reason: DischargeReason) -> None:
    """Discharged by the coach's colleague, the GP."""
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "gerda")
        await discharge(unit, room.world.guard, context, person_id=room.world.id(who), reason=reason)


async def leaves_for_good(room: Room, who: str, reason: DischargeReason = OFF, by: str = "bea") -> Departure:
    async with room.world.unit() as unit:
        context = await room.world.context(unit, by)
        return await revoking.leave_for_good(
            unit, room.world.guard, context, person_id=room.world.id(who), reason=reason
        )


class Phones:
    """The homeserver's accounts: which were closed; ``away`` as when it does not answer."""

    def __init__(self, away: bool = False) -> None:
        self.closed: list[str] = []
        self.away = away

    async def close(self, matrix_id: str) -> None:
        if self.away:
            raise DeliveryDelayed("De homeserver antwoordt niet.", timedelta(seconds=30))
        self.closed.append(matrix_id)


async def test_e08_a_lead_who_wants_to_go_hands_over_first(room: Room) -> None:
    for reason in (DischargeReason.OWN_REQUEST, DischargeReason.TRANSFER, DischargeReason.CARE_ENDED):
        with pytest.raises(CommandRejected) as refused:
            await goes(room, "carla", reason)
        assert refused.value.code == "lead-leaves"
    assert await in_the_circle(room, "carla")


async def test_e08_who_must_still_receive_a_handover_goes_after_that(room: Room) -> None:
    await room.says("gerda", "!overdracht naar thuis @thuiszorg", TEAM)
    with pytest.raises(CommandRejected) as refused:
        await goes(room, "samira", DischargeReason.OWN_REQUEST)
    assert refused.value.code == "handover-open"
    assert "1" in str(refused.value)
    await room.says("samira", "!ontvangen 1", TEAM)
    await goes(room, "samira", DischargeReason.OWN_REQUEST)
    assert not await in_the_circle(room, "samira")


@pytest.mark.parametrize("reason", [OFF, DischargeReason.ACCOUNT_COMPROMISED])
async def test_e08_who_leaves_the_organisation_is_out_of_everything_in_one_act(
    room: Room, reason: DischargeReason
) -> None:
    await room.says("gerda", "!overdracht naar thuis @thuiszorg", TEAM)
    session = await signed_in(room, "samira")
    departure = await leaves_for_good(room, "samira", reason)
    assert [place.orphans.codes for place in departure.ended] == [["handover:1"]]
    assert not await in_the_circle(room, "samira")
    assert not await session_lives(room, session)
    (left,) = [item.entry for item in await _everything(room) if item.entry.event is AuditEvent.PERSON_LEFT]
    (ended,) = await room.world.logged(AuditEvent.MEMBER_DISCHARGED)
    assert left.detail == f"{reason.value};places=1"
    assert left.correlation_id == ended.correlation_id
    assert ended.policy != "", "by a rule, also when the administrator does it"


async def test_e08_the_team_hears_what_has_no_owner_and_a_colleague_takes_it_over_by_saying_so(room: Room) -> None:
    await room.says("gerda", "!overdracht naar thuis @thuiszorg", TEAM)
    await room.hears()
    await leaves_for_good(room, "samira")
    told = bodies(await room.hears())
    assert "# Let op: werk zonder eigenaar" in told
    assert "!ontvangen 1" in told
    assert (await _orphans(room)).codes == ["handover:1"]
    await room.leaves("samira", CIRCLE, TEAM)
    assert "ontvangen" in bodies(await room.says("ruben", "!ontvangen 1", TEAM)).lower()
    assert not await _orphans(room), "nobody inherited it before somebody said so; now nothing is left"


async def test_e08_while_the_receiver_is_there_nobody_takes_it_over(room: Room) -> None:
    await room.says("gerda", "!overdracht naar thuis @thuiszorg", TEAM)
    assert "iemand anders" in bodies(await room.says("ruben", "!ontvangen 1", TEAM))


async def test_e08_when_nobody_can_lead_access_ends_all_the_same_and_coach_or_gp_are_told(room: Room) -> None:
    """Carla leads. Gerda and Ruben, who could, went before her."""
    await leaves_for_good(room, "gerda")
    await leaves_for_good(room, "ruben")
    await room.hears()
    departure = await leaves_for_good(room, "carla")
    assert departure.ended[0].passed_to is None
    assert (await _orphans(room)).codes == ["lead"]
    told = await room.hears()
    assert [message.room_kind for message in told] == [RoomKind.TEAM], "no coach and no GP are left to tell in private"
    assert "Niemand heeft nu de regie" in told[0].body


async def test_e08_what_they_wrote_stays_under_their_name(room: Room) -> None:
    await room.says("samira", "!pijn 8 nachtelijke botpijn", TEAM)
    await leaves_for_good(room, "samira")
    (entry,) = await room.world.read("gerda", Section.S5)
    assert entry.author_id == room.world.id("samira")
    async with room.world.unit() as unit:
        assert (await unit.people.get(entry.author_id)).name.full == "Samira Bakker"


async def test_e08_the_account_is_closed_and_when_the_homeserver_is_away_as_soon_as_it_is_back(room: Room) -> None:
    async with room.world.unit() as unit:
        await unit.put_setting(ADMINISTRATOR_SETTING, room.world.id("bea"))
    await leaves_for_good(room, "samira")
    assert await close_accounts(room.hub, Phones(away=True)) == set()
    phones = Phones()
    assert await close_accounts(room.hub, phones) == {room.world.id("samira")}
    assert await close_accounts(room.hub, phones) == set(), "once"
    assert phones.closed == [room.user("samira")]
    closed = [item.entry for item in await _everything(room) if item.entry.event is AuditEvent.ACCOUNT_CLOSED]
    assert [entry.object_id for entry in closed] == [room.world.id("samira")]


async def test_e08_who_left_comes_into_no_circle_and_no_administration_again(room: Room) -> None:
    await leaves_for_good(room, "samira")
    with pytest.raises(CommandRejected) as refused:
        await room.world.admit("samira")
    assert refused.value.code == "has-left"
    with pytest.raises(CommandRejected) as again:
        await leaves_for_good(room, "samira")
    assert again.value.code == "left-before"


async def test_e08_only_an_administrator_ends_everything_of_somebody_and_never_of_themself(room: Room) -> None:
    for who in ("gerda", "pieter", "samira"):
        with pytest.raises(Refused):
            await leaves_for_good(room, "ruben", by=who)
    with pytest.raises(CommandRejected) as refused:
        await leaves_for_good(room, "bea")
    assert refused.value.code == "needs-another"
    with pytest.raises(CommandRejected) as patient:
        await leaves_for_good(room, "anna")
    assert patient.value.code == "patient-stays"
    async with room.world.unit() as unit:
        context = await room.world.context(unit, "bea")
        with pytest.raises(CommandRejected):
            await revoking.leave_for_good(
                unit,
                room.world.guard,
                context,
                person_id=room.world.id("ruben"),
                reason=DischargeReason.CARE_ENDED,
            )
        await admit(unit, room.world.guard, context, person_id=room.world.id("joost"), role=None, until=None)


async def _orphans(room: Room) -> revoking.Orphans:
    async with room.world.unit() as unit:
        circle = await unit.circles.get(room.world.circle_id)
        return await revoking.orphans(unit, circle, room.world.clock())


async def _everything(room: Room) -> list[ChainedEntry]:
    async with room.world.unit() as unit:
        return await unit.audit.by_person(room.world.id("bea"), 100)


async def test_e08_everybody_goes_by_own_wish_without_asking_and_not_with_work_in_hand(room: Room) -> None:
    """By their own right, not that of who may remove others."""
    await room.says("gerda", "!overdracht naar thuis @thuiszorg", TEAM)
    for who in ("pieter", "ruben"):
        await goes_self(room, who)
        assert not await in_the_circle(room, who)
    for who in ("carla", "samira"):
        with pytest.raises((Refused, CommandRejected)):
            await goes_self(room, who)
        assert await in_the_circle(room, who)
    ended = await room.world.logged(AuditEvent.MEMBER_DISCHARGED)
    assert [entry.user_id for entry in ended] == [room.world.id("pieter"), room.world.id("ruben")]
    assert all("leave" in entry.policy for entry in ended)


async def goes_self(room: Room, who: str) -> None:
    async with room.world.unit() as unit:
        context = await room.world.context(unit, who)
        await discharge(
            unit, room.world.guard, context, person_id=room.world.id(who), reason=DischargeReason.OWN_REQUEST
        )


@pytest.mark.parametrize(
    "state",
    [
        "UPDATE patient SET state = 'deceased', state_at = 1",
        "UPDATE patient SET state = 'dying', state_at = 1",
        "UPDATE patient SET state = 'left', state_at = 1",
        "UPDATE circle SET closed_at = 1",
    ],
)
async def test_e08_whatever_became_of_the_circle_access_ends(room: Room, state: str) -> None:
    """A circle that is closed, or whose patient died or left, keeps nobody who left their work."""
    async with room.hub.database.transaction() as connection:
        await connection.exec_driver_sql(state)
    departure = await leaves_for_good(room, "samira")
    assert len(departure.ended) == 1
    assert not await in_the_circle(room, "samira")
